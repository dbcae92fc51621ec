namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// What lies between a save and the machine that it reads. A write may hang in the kernel for as long as the disk under it does, and nothing can call
/// it back; but the machine must be able to go on. So a save reads the machine only in short steps inside the gate, and writes from buffers of its own
/// outside. When the gate is closed, a write that hangs is left to itself: it never reads the machine again, and what it wrote never gets a name. The
/// renaming may hang as well: if the gate was closed meanwhile, the name is taken back as soon as it was given.
/// <code>
///   open ──Enter (read), any number──► open ──Publish──► being named ──► published
///     │                                                      │
///     └────────────────────── Close ─────────────────────────┴──► closed: Enter and Publish throw, a name is taken back
/// </code>
/// Called by the thread that saves, and once by whoever gives the save up.
/// </summary>
public sealed class SaveGate
{
    private readonly Lock _lock = new();
    private bool _closed;
    private bool _published;

    /// <summary>Runs a save on a thread of its own, until it is done or given up.</summary>
    /// <param name="save">Saves, through the gate that it is given.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<T> RunAsync<T>(Func<SaveGate, Task<T>> save, CancellationToken cancellation)
    {
        var gate = new SaveGate();
        var work = Task.Factory.StartNew(() => save(gate), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellation.Register(enough.SetResult))
            await Task.WhenAny(work, enough.Task).ConfigureAwait(false);
        if (work.IsCompleted || !gate.Close())
            return await work.ConfigureAwait(false);
        _ = work.ContinueWith(left => left.Exception, TaskScheduler.Default); // whatever it still comes to concerns nobody
        throw new OperationCanceledException("the save was given up", cancellation);
    }

    /// <summary>Begins a short step that reads the machine; disposing of the answer ends it.</summary>
    /// <exception cref="OperationCanceledException">The save was given up.</exception>
    public Lock.Scope Enter()
    {
        var scope = _lock.EnterScope();
        if (!_closed)
            return scope;
        scope.Dispose();
        throw new OperationCanceledException("the save was given up");
    }

    /// <summary>Gives what was saved its name, unless it was given up.</summary>
    /// <param name="publish">Gives it the name; may hang.</param>
    /// <param name="retract">Takes the name back.</param>
    /// <exception cref="OperationCanceledException">The save was given up.</exception>
    public void Publish(Action publish, Action retract)
    {
        Enter().Dispose();
        publish();
        using (_lock.EnterScope())
        {
            if (!_closed)
            {
                _published = true;
                return;
            }
        }

        retract();
        throw new OperationCanceledException("the save was given up");
    }

    /// <summary>Gives the save up. Waits for a step that is under way, never for a disk.</summary>
    /// <returns>False if it is too late: what was saved has its name.</returns>
    public bool Close()
    {
        using (_lock.EnterScope())
            return _closed = !_published;
    }
}
