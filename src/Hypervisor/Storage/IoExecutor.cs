namespace Trapline.Hypervisor.Storage;

/// <summary>
/// The threads that do the blocking storage work of all machines of a process. Threads start when there is work for them. A lane
/// with work stands in a queue once for each piece that it may run now; a thread takes the first lane, runs one piece, and puts the
/// lane back at the end if it has more.
/// <para>
/// A piece may hang for as long as its disk does, and one disk's trouble must not be every disk's. So a thread whose piece takes longer than
/// <see cref="Patience"/> no longer counts, and when work waits another one starts in its place; it ends when the piece has. A lane with such a piece
/// is slow: its further pieces run after those of all other lanes, and only while at most half of <see cref="MostThreads"/> are with slow ones.
/// </para>
/// <code>
///   Submit ──► ready ──► a thread ──► done, or taking long: the lane is slow until all its pieces that took long have ended
///                ▲                                │
///                └── slow no more ── slow ◄───────┘
/// </code>
/// </summary>
public sealed class IoExecutor : IIoExecutor, IDisposable
{
    /// <summary>The most threads that are not with slow pieces, unless said otherwise: they mostly wait for the disk, so there may be more than cores.</summary>
    public const int DefaultThreads = 4;

    /// <summary>The most threads in all. When more pieces than that hang at the same time, others wait for them.</summary>
    public const int MostThreads = 512;

    /// <summary>How long a piece takes before it is slow, unless said otherwise: some turns of a disk that works.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new(); // a monitor: threads wait on it
    private readonly Queue<Lane> _ready = new();
    private readonly Queue<Lane> _slow = new();
    private readonly List<Worker> _workers = [];
    private readonly AutoResetEvent _workWaits = new(initialState: false);
    private readonly int _maxThreads;
    private readonly TimeSpan _patience;
    private readonly Action<Exception>? _onFault;
    private Thread? _watcher;
    private int _idle;
    private int _slowPieces;
    private bool _watching;
    private bool _stopping;

    /// <summary>Makes an executor without threads yet.</summary>
    /// <param name="maxThreads">The most threads that are not with slow pieces.</param>
    /// <param name="onFault">Told of an exception that work let escape, which is a defect of ours; the thread goes on.</param>
    /// <param name="patience">How long a piece takes before it is slow.</param>
    public IoExecutor(int maxThreads = DefaultThreads, Action<Exception>? onFault = null, TimeSpan? patience = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxThreads, MostThreads);
        _maxThreads = maxThreads;
        _onFault = onFault;
        _patience = patience ?? Patience;
    }

    /// <summary>Threads that there are now.</summary>
    internal int Threads
    {
        get
        {
            lock (_gate)
                return _workers.Count;
        }
    }

    /// <summary>Those that wait for work.</summary>
    internal int IdleThreads
    {
        get
        {
            lock (_gate)
                return _idle;
        }
    }

    private bool MayTakeSlow => _slow.Count > 0 && _slowPieces < MostThreads / 2;

    /// <inheritdoc/>
    public IIoLane CreateLane(int parallelism) => new Lane(this, Math.Max(1, parallelism));

    /// <summary>Finishes all work that was submitted, and ends the threads. Not from work itself.</summary>
    public void Dispose()
    {
        List<Thread> threads;
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
            threads = [.. _workers.Select(w => w.Thread)];
            if (_watcher is { } watcher)
                threads.Add(watcher);
        }

        _workWaits.Set();
        foreach (var thread in threads)
            thread.Join();
        _workWaits.Dispose();
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
        (lane.SlowPieces > 0 ? _slow : _ready).Enqueue(lane);
        Monitor.Pulse(_gate);
        if (_idle >= _ready.Count + _slow.Count) // a thread that was woken counts as idle until it runs
            return;
        if (_workers.Count - _slowPieces < _maxThreads && _workers.Count < MostThreads)
        {
            StartWorker();
            return;
        }

        if (_watcher is null)
        {
            _watcher = new Thread(Watch, maxStackSize: 256 * 1024) { IsBackground = true, Name = "disk-io-watch" };
            _watcher.Start();
        }

        if (!_watching)
            _workWaits.Set();
        _watching = true;
    }

    private void StartWorker()
    {
        var worker = new Worker();
        worker.Thread = new Thread(() => RunThread(worker), maxStackSize: 256 * 1024) { IsBackground = true, Name = $"disk-io-{_workers.Count}" };
        _workers.Add(worker);
        worker.Thread.Start();
    }

    /// <summary>While work waits for a thread: looks which ones take long, and starts others in their place.</summary>
    private void Watch()
    {
        while (true)
        {
            _workWaits.WaitOne();
            for (var waits = true; waits;)
            {
                _workWaits.WaitOne(_patience);
                lock (_gate)
                {
                    if (_stopping)
                        return;
                    NoteSlowPieces();
                    for (var wanted = _ready.Count + (MayTakeSlow ? 1 : 0) - _idle;
                        wanted > 0 && _workers.Count - _slowPieces < _maxThreads && _workers.Count < MostThreads;
                        wanted--)
                    {
                        StartWorker();
                    }

                    waits = _watching = _ready.Count + _slow.Count > 0;
                }
            }
        }
    }

    private void NoteSlowPieces()
    {
        foreach (var worker in _workers.Where(w => w is { Lane: not null, IsSlow: false } && TimeProvider.System.GetElapsedTime(w.Since) >= _patience))
        {
            worker.IsSlow = true;
            worker.Lane!.SlowPieces++;
            _slowPieces++;
        }
    }

    private void RunThread(Worker worker)
    {
        while (Take(worker) is { } work)
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
                if (!Done(worker))
                    return;
            }
        }
    }

    /// <summary>A piece is done. False if the thread that did it is one too many now.</summary>
    private bool Done(Worker worker)
    {
        var (lane, wasSlow) = (worker.Lane!, worker.IsSlow);
        (worker.Lane, worker.IsSlow) = (null, false);
        if (wasSlow)
        {
            _slowPieces--;
            if (--lane.SlowPieces == 0)
                IsSlowNoMore(lane);
        }

        if (lane.Waiting.Count > 0)
            (lane.SlowPieces > 0 ? _slow : _ready).Enqueue(lane);
        else
            lane.Places--;
        // Not at the end, when others may have gone already and this one is needed for what it has put back.
        if (_stopping || !wasSlow || _workers.Count - _slowPieces <= _maxThreads)
            return true;
        _workers.Remove(worker);
        Monitor.Pulse(_gate); // what it has put back is another's to take
        return false;
    }

    private void IsSlowNoMore(Lane lane)
    {
        for (var left = _slow.Count; left > 0; left--)
        {
            var next = _slow.Dequeue();
            (next == lane ? _ready : _slow).Enqueue(next);
        }
    }

    private IIoWork? Take(Worker worker)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_ready.TryDequeue(out var lane))
                {
                    if (lane.SlowPieces > 0)
                    {
                        _slow.Enqueue(lane);
                        continue;
                    }
                }
                else if (MayTakeSlow)
                {
                    lane = _slow.Dequeue();
                }

                if (lane is not null)
                {
                    if (lane.Waiting.TryDequeue(out var work))
                    {
                        (worker.Lane, worker.Since) = (lane, TimeProvider.System.GetTimestamp());
                        return work;
                    }

                    lane.Places--; // another place of this lane took the last piece
                    continue;
                }

                if (_stopping && _slow.Count == 0)
                {
                    Monitor.PulseAll(_gate); // who waits to take a slow one has waited enough
                    return null;
                }

                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }
        }
    }

    /// <summary>A thread and what it is at. Its fields are guarded by the executor's lock.</summary>
    private sealed class Worker
    {
        public Thread Thread { get; set; } = null!;

        /// <summary>Whose piece it runs; null for none.</summary>
        public Lane? Lane { get; set; }

        /// <summary>Since when.</summary>
        public long Since { get; set; }

        /// <summary>Whether that is long ago.</summary>
        public bool IsSlow { get; set; }
    }

    /// <summary>Its fields are guarded by the executor's lock.</summary>
    private sealed class Lane(IoExecutor executor, int parallelism) : IIoLane
    {
        public int Parallelism { get; } = parallelism;

        public Queue<IIoWork> Waiting { get; } = new();

        /// <summary>How often this lane stands in a queue or has work running.</summary>
        public int Places { get; set; }

        /// <summary>Pieces of it that run and are known to take long.</summary>
        public int SlowPieces { get; set; }

        public void Submit(IIoWork work) => executor.Submit(this, work);
    }
}
