using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Tests.Storage;

/// <summary>A disk that answers what the test says, and when.</summary>
internal sealed class GatedDisk(long length) : IBlockBackend
{
    private readonly object _gate = new();
    private bool _closed;
    private int _entered;

    public long LengthBytes { get; } = length;

    public bool IsReadOnly => false;

    public BlockStatus Answer { get; set; } = BlockStatus.Ok;

    public int Flushes { get; private set; }

    /// <summary>How many operations have come so far.</summary>
    public int Entered
    {
        get
        {
            lock (_gate)
                return _entered;
        }
    }

    /// <summary>While closed, operations wait.</summary>
    public bool Closed
    {
        set
        {
            lock (_gate)
            {
                _closed = value;
                Monitor.PulseAll(_gate);
            }
        }
    }

    public bool WaitForEntered(int count)
    {
        lock (_gate)
        {
            while (_entered < count)
            {
                if (!Monitor.Wait(_gate, TimeSpan.FromSeconds(60)))
                    return false;
            }

            return true;
        }
    }

    public BlockStatus Read(long offset, Span<byte> destination)
    {
        Pass();
        destination.Clear();
        return Answer;
    }

    public BlockStatus Write(long offset, ReadOnlySpan<byte> source) => Pass();

    public BlockStatus WriteZeroes(long offset, long length) => Pass();

    public BlockStatus Flush()
    {
        Flushes++;
        return Pass();
    }

    public void Dispose()
    {
    }

    private BlockStatus Pass()
    {
        lock (_gate)
        {
            _entered++;
            Monitor.PulseAll(_gate);
            while (_closed)
                Monitor.Wait(_gate);
            return Answer;
        }
    }
}
