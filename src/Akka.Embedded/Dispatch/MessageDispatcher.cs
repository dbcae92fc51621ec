using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>Something to run on a dispatcher's threads.</summary>
public interface IRunnable : IThreadPoolWorkItem
{
    /// <summary>Runs it.</summary>
    void Run();
}

/// <summary>Where and how the mailboxes of actors run.</summary>
public abstract class MessageDispatcher
{
    /// <summary>Messages per turn where configuration says nothing.</summary>
    public const int DefaultThroughput = 100;

    internal MessageDispatcher(string id, int throughput, TimeSpan throughputDeadline)
    {
        Id = id;
        Throughput = throughput;
        ThroughputDeadlineTime = throughputDeadline > TimeSpan.Zero ? throughputDeadline.Ticks : null;
    }

    /// <summary>The configuration path that this dispatcher was made from.</summary>
    public string Id { get; protected set; }

    /// <summary>Messages that a mailbox handles before it lets others have the thread.</summary>
    public int Throughput { get; set; }

    /// <summary>Ticks that a mailbox may run before it lets others have the thread; null means no limit.</summary>
    public long? ThroughputDeadlineTime { get; protected set; }

    /// <summary>Runs <paramref name="run"/> on this dispatcher's threads.</summary>
    public void Schedule(Action run) => ExecuteTask(new ActionRunnable(run));

    /// <summary>Runs <paramref name="run"/> on this dispatcher's threads.</summary>
    public void Schedule(IRunnable run) => ExecuteTask(run);

    /// <summary>Runs a mailbox again that has used up its turn, behind those that wait.</summary>
    internal virtual void Reschedule(IRunnable run) => ExecuteTask(run);

    /// <summary>Ends threads of its own, if any.</summary>
    internal virtual void Stop()
    {
    }

    /// <summary>Hands <paramref name="run"/> to a thread.</summary>
    protected abstract void ExecuteTask(IRunnable run);
}

/// <summary>An action as a runnable.</summary>
internal sealed class ActionRunnable(Action action) : IRunnable
{
    public void Run() => action();

    public void Execute() => action();
}

/// <summary>Runs mailboxes on the .NET thread pool: the default.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput, TimeSpan throughputDeadline)
    : MessageDispatcher(id, throughput, throughputDeadline)
{
    protected override void ExecuteTask(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: true);

    internal override void Reschedule(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
}
