namespace Trapline.Hypervisor.Storage;

/// <summary>
/// A few threads that do the blocking storage work of all machines of a process. Threads start when there is work for them. A lane
/// with work stands in a queue once for each piece that it may run now; a thread takes the first lane, runs one piece, and puts the
/// lane back at the end if it has more.
/// </summary>
public sealed class IoExecutor : IIoExecutor, IDisposable
{
    /// <summary>The most threads, unless said otherwise: they mostly wait for the disk, so there may be more than cores.</summary>
    public const int DefaultThreads = 4;

    private readonly object _gate = new(); // a monitor: threads wait on it
    private readonly Queue<Lane> _ready = new();
    private readonly List<Thread> _threads = [];
    private readonly int _maxThreads;
    private readonly Action<Exception>? _onFault;
    private int _idle;
    private bool _stopping;

    /// <summary>Makes an executor without threads yet.</summary>
    /// <param name="maxThreads">The most threads.</param>
    /// <param name="onFault">Told of an exception that work let escape, which is a defect of ours; the thread goes on.</param>
    public IoExecutor(int maxThreads = DefaultThreads, Action<Exception>? onFault = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        _maxThreads = maxThreads;
        _onFault = onFault;
    }

    /// <inheritdoc/>
    public IIoLane CreateLane(int parallelism) => new Lane(this, Math.Max(1, parallelism));

    /// <summary>Finishes all work that was submitted, and ends the threads. Not from work itself.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Submit(Lane lane, IIoWork work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            lane.Waiting.Enqueue(work);
            if (lane.Places < lane.Parallelism)
            {
                lane.Places++;
                MakeReady(lane);
            }
        }
    }

    private void MakeReady(Lane lane)
    {
        _ready.Enqueue(lane);
        Monitor.Pulse(_gate);
        if (_idle < _ready.Count && _threads.Count < _maxThreads) // a thread that was woken counts as idle until it runs
        {
            var thread = new Thread(RunThread, maxStackSize: 256 * 1024)
            {
                IsBackground = true,
                Name = $"disk-io-{_threads.Count}",
            };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void RunThread()
    {
        while (Take() is var (lane, work) && work is not null)
        {
            try
            {
                work.Run();
            }
            catch (Exception e) when (_onFault is not null)
            {
                _onFault(e);
            }

            lock (_gate)
            {
                if (lane.Waiting.Count > 0)
                    _ready.Enqueue(lane);
                else
                    lane.Places--;
            }
        }
    }

    private (Lane Lane, IIoWork? Work) Take()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_ready.TryDequeue(out var lane))
                {
                    if (lane.Waiting.TryDequeue(out var work))
                        return (lane, work);
                    lane.Places--; // another place of this lane took the last piece
                    continue;
                }

                if (_stopping)
                    return (null!, null);
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }
        }
    }

    /// <summary>Its fields are guarded by the executor's lock.</summary>
    private sealed class Lane(IoExecutor executor, int parallelism) : IIoLane
    {
        public int Parallelism { get; } = parallelism;

        public Queue<IIoWork> Waiting { get; } = new();

        /// <summary>How often this lane stands in the ready queue or has work running.</summary>
        public int Places { get; set; }

        public void Submit(IIoWork work) => executor.Submit(this, work);
    }
}
