using System.Collections.Concurrent;

namespace Akka.Dispatch;

/// <summary>
/// Runs mailboxes on threads of its own, so that a busy thread pool does not delay them (dispatcher types
/// <c>ForkJoinDispatcher</c> and <c>PinnedDispatcher</c>).
/// </summary>
internal sealed class DedicatedThreadDispatcher : MessageDispatcher
{
    private readonly BlockingCollection<IRunnable> _queue = [];

    internal DedicatedThreadDispatcher(string id, int throughput, TimeSpan throughputDeadline, int threads)
        : base(id, throughput, throughputDeadline)
    {
        for (var i = 0; i < Math.Max(1, threads); i++)
            new Thread(Work) { IsBackground = true, Name = $"{id}-{i + 1}" }.Start();
    }

    internal override void Stop()
    {
        lock (_queue)
            _queue.CompleteAdding();
    }

    protected override void ExecuteTask(IRunnable run)
    {
        lock (_queue)
        {
            if (!_queue.IsAddingCompleted)
            {
                _queue.Add(run);
                return;
            }
        }

        // The system has ended; what still runs (a late stop) finishes on the pool.
        ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
    }

    private void Work()
    {
        foreach (var run in _queue.GetConsumingEnumerable())
            run.Run();
        _queue.Dispose();
    }
}
