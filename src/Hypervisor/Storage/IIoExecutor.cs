namespace Trapline.Hypervisor.Storage;

/// <summary>Work that may block on storage. It must not throw.</summary>
public interface IIoWork
{
    /// <summary>Does it.</summary>
    void Run();
}

/// <summary>Where one disk's work goes: started in the order submitted, at most so many at a time as the lane was made for.</summary>
public interface IIoLane
{
    /// <summary>Takes work; any thread.</summary>
    void Submit(IIoWork work);
}

/// <summary>Runs disks' work away from the harts. One serves all machines of a process.</summary>
public interface IIoExecutor
{
    /// <summary>Makes a lane; lanes take turns, so that a busy disk does not starve the others.</summary>
    /// <param name="parallelism">How much of its work may run at the same time.</param>
    IIoLane CreateLane(int parallelism);
}

/// <summary>
/// Runs work at once on the submitting thread: with the virtual clock a request then always completes at the same instruction, so
/// that runs repeat.
/// </summary>
public sealed class InlineIoExecutor : IIoExecutor
{
    /// <inheritdoc/>
    public IIoLane CreateLane(int parallelism) => new Lane();

    private sealed class Lane : IIoLane
    {
        public void Submit(IIoWork work) => work.Run();
    }
}
