using System.Threading.Channels;

namespace Akka.Persistence.Sql.Db;

/// <summary>
/// Runs database work on threads of its own, in the order in which it came: the drivers block, and actors must not wait for
/// disks.
/// </summary>
internal sealed class DbThreads : IDisposable
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>();
    private readonly List<Thread> _threads = [];

    /// <summary>Starts the threads.</summary>
    public DbThreads(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var thread = new Thread(Run) { IsBackground = true, Name = name };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Runs work and returns its result.</summary>
    public Task<T> Run<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _work.Writer.TryWrite(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        if (!queued)
            result.SetException(new ObjectDisposedException(nameof(DbThreads), "The SQL plug-in has stopped."));
        return result.Task;
    }

    /// <summary>Takes no more work; what is queued is still done.</summary>
    public void Dispose() => _work.Writer.TryComplete();

    /// <summary>Waits until all is done after <see cref="Dispose"/>; false if that took too long.</summary>
    public bool Join(TimeSpan limit) => _threads.TrueForAll(t => t.Join(limit));

    private void Run()
    {
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var work))
                work();
        }
    }
}
