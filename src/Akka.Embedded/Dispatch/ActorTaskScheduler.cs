// Asynchronous handlers. A handler runs as a task on this scheduler, so every await in it comes back here, and from here into
// the actor as a system message, which runs although the mailbox holds user messages back until the handler has completed.
// So the actor stays single-threaded, and Context, Self and Sender are right after each await.
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

internal sealed class ActorTaskScheduler(ActorCell cell) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs <paramref name="handler"/>; if it does not complete at once, the mailbox is suspended until it has.</summary>
    /// <exception cref="Exception">What the handler threw, if it completed at once.</exception>
    internal void RunHandler(Func<object?, Task> handler, object? state)
    {
        var start = new Task<Task>(handler!, state);
        start.RunSynchronously(this);
        var work = start.GetAwaiter().GetResult();
        if (work.IsCompleted)
        {
            work.GetAwaiter().GetResult();
            return;
        }

        var run = new AsyncHandlerRun(work, cell.Actor!, cell.CurrentMessage, cell.CurrentSender);
        cell.BeginAsync(run);
        work.ContinueWith(
            static (_, state) =>
            {
                var (cell, run) = ((ActorCell, AsyncHandlerRun))state!;
                cell.SendSystemMessage(new HandlerCompleted(run));
            },
            (cell, run),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            Default);
    }

    /// <summary>Runs a queued task. Only from inside the actor.</summary>
    internal void Execute(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task) => cell.SendSystemMessage(new RunContinuation(this, task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(ActorCell.Current, cell) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

/// <summary>One asynchronous handler that has not completed yet, with the message that it handles.</summary>
internal sealed record AsyncHandlerRun(Task Work, ActorBase Actor, object? Message, IActorRef? Sender);
