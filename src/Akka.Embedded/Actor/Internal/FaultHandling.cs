// What a cell does about failures, its own and its children's. The documented sequence:
//
//   actor throws -> cell suspends itself and its children, tells its parent Failed
//   parent's strategy decides: Resume  -> Resume(cause)   : children resumed, the actor keeps its state
//                              Restart -> Recreate(cause) : PreRestart (stops children by default) on the old instance,
//                                                           children end, new instance, PostRestart (calls PreStart)
//                              Stop    -> Terminate       : children end, PostStop, watchers and parent are told
//                              Escalate-> the parent fails with the same cause
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor.Internal;

internal static class FaultHandling
{
    /// <summary>The actor failed with <paramref name="cause"/>; children in <paramref name="alreadyStopped"/> need no suspension.</summary>
    internal static void HandleInvokeFailure(ActorCell cell, Exception cause, IReadOnlyList<IActorRef>? keepRunning = null)
    {
        // A failure while another one is being decided is reported by the first one's supervisor.
        if (cell.FailedPerpetrator is not null)
            return;
        try
        {
            cell.Mailbox.Suspend();
            cell.FailedPerpetrator = keepRunning is { Count: 1 } && cell.FailingChild is not null ? keepRunning[0] : cell.Self;
            SuspendChildren(cell, keepRunning);
            if (cell.IsTerminating)
                cell.Log(new Error(cause, cell.LogSource, cell.ActorType, "The actor failed while it was terminating."));
            cell.Parent.SendSystemMessage(new Failed(cell.Self, cause, cell.Self.Path.Uid));
        }
        catch (Exception e)
        {
            cell.Log(new Error(e, cell.LogSource, cell.ActorType, $"Emergency stop: exception in failure handling for {cause.GetType().Name}"));
            cell.InternalSelf.Stop();
        }
    }

    internal static void OnChildFailed(ActorCell cell, Failed failed)
    {
        var stats = cell.Children.ByRef(failed.Child);
        if (stats is null || stats.Uid != failed.Uid)
            return;
        var sender = cell.SwapSender(failed.Child);
        try
        {
            cell.FailingChild = failed.Child;
            var strategy = cell.Strategy;
            if (!strategy.HandleFailure(cell, failed.Child, failed.Cause, stats))
                HandleInvokeFailure(cell, failed.Cause, [failed.Child]);
        }
        catch (Exception e)
        {
            cell.FailingChild = null;
            HandleInvokeFailure(cell, e, [failed.Child]);
        }
        finally
        {
            cell.FailingChild = null;
            cell.SwapSender(sender);
        }
    }

    internal static void OnChildEnded(ActorCell cell, IActorRef child)
    {
        var stats = cell.Children.ByRef(child);
        if (stats is null)
            return;
        var reason = cell.Children.Remove(child);
        try
        {
            if (cell.Actor is not null)
                cell.Strategy.HandleChildTerminated(cell, child, ChildrenOf(cell));
        }
        catch (Exception e)
        {
            cell.Log(new Error(e, cell.LogSource, cell.ActorType, "HandleChildTerminated failed"));
            HandleInvokeFailure(cell, e);
        }

        switch (reason)
        {
            case SuspendReason.Recreation recreation:
                FinishRecreate(cell, recreation.Cause, cell.Actor!);
                break;
            case SuspendReason.Creation:
                FinishCreate(cell);
                break;
            case SuspendReason.Termination:
                FinishTerminate(cell);
                break;
        }
    }

    internal static void Recreate(ActorCell cell, Exception? cause)
    {
        if (cell.Actor is null)
        {
            RecreateUnborn(cell);
            return;
        }

        if (cell.IsTerminating)
        {
            // Stopping goes on; the failure no longer matters.
            Resume(cell, cause);
            return;
        }

        var failed = cell.Actor;
        DebugLifecycle(cell, "restarting");
        var message = cell.CurrentMessage;
        try
        {
            if (!cell.IsCleared)
                failed.AroundPreRestart(cause!, message!);
        }
        catch (Exception e)
        {
            var wrapped = new PreRestartException(cell.Self, e, cause!, message);
            cell.Log(new Error(wrapped, cell.LogSource, failed.GetType(), e.Message));
        }
        finally
        {
            cell.ReleaseActor(failed);
        }

        if (!cell.Children.WaitBecauseOf(new SuspendReason.Recreation(cause)))
            FinishRecreate(cell, cause, failed);
    }

    internal static void Suspend(ActorCell cell)
    {
        cell.Mailbox.Suspend();
        SuspendChildren(cell, null);
    }

    internal static void Resume(ActorCell cell, Exception? causedByFailure)
    {
        if (cell.Actor is null)
        {
            RecreateUnborn(cell);
            return;
        }

        var perpetrator = cell.FailedPerpetrator;
        cell.Mailbox.Resume();
        if (causedByFailure is not null)
            cell.FailedPerpetrator = null;
        foreach (var stats in cell.Children.Stats)
        {
            // Only the child that failed hears of the cause; the others were suspended on its account.
            stats.Child.Resume(Equals(perpetrator, stats.Child) ? causedByFailure : null);
        }
    }

    internal static void Terminate(ActorCell cell)
    {
        cell.StopReceiveTimeout();
        cell.StopTimers();
        cell.Watching?.UnwatchAll();
        foreach (var stats in cell.Children.Stats)
            cell.Stop(stats.Child);
        if (cell.IsTerminating)
            return;
        if (cell.Children.WaitBecauseOf(SuspendReason.Termination.Instance))
        {
            // No user message from now on; system messages still run, as the children's end is one.
            cell.Mailbox.Suspend();
            DebugLifecycle(cell, "stopping");
            return;
        }

        FinishTerminate(cell);
    }

    internal static void FinishTerminate(ActorCell cell)
    {
        var actor = cell.Actor;
        cell.Children.SetTerminated();
        try
        {
            if (actor is not null && !cell.IsCleared)
                actor.AroundPostStop();
        }
        catch (Exception e)
        {
            cell.Log(new Error(e, cell.LogSource, cell.ActorType, e.Message));
        }

        if (actor is not null)
            cell.ReleaseActor(actor);
        cell.StopTimers();
        cell.StopReceiveTimeout();
        try
        {
            cell.Mailbox.Close();
        }
        catch (Exception e)
        {
            // What became of the last messages must not keep the parent from hearing of the end.
            cell.Log(new Error(e, cell.LogSource, cell.ActorType, e.Message));
        }

        cell.Parent.SendSystemMessage(new DeathWatchNotification(cell.Self, existenceConfirmed: true, addressTerminated: false));
        cell.Watching?.TellWatchers();
        cell.Watching?.UnwatchAll();
        DebugLifecycle(cell, "stopped");
        cell.Forget();
    }

    /// <summary>Evaluated only by a strategy that looks at it: a parent of many would pay for it at each child's end.</summary>
    private static IEnumerable<IInternalActorRef> ChildrenOf(ActorCell cell)
    {
        foreach (var stats in cell.Children.Stats)
            yield return stats.Child;
    }

    private static void RecreateUnborn(ActorCell cell)
    {
        foreach (var child in cell.GetChildren())
            cell.Stop(child);
        if (!cell.Children.WaitBecauseOf(SuspendReason.Creation.Instance))
            FinishCreate(cell);
    }

    private static void FinishCreate(ActorCell cell)
    {
        cell.Mailbox.Resume();
        cell.FailedPerpetrator = null;
        try
        {
            cell.CreateActor(null);
        }
        catch (Exception e)
        {
            HandleInvokeFailure(cell, e);
        }
    }

    private static void FinishRecreate(ActorCell cell, Exception? cause, ActorBase failed)
    {
        var survivors = cell.Children.Stats;
        try
        {
            cell.Mailbox.Resume();
            cell.FailedPerpetrator = null;
            var fresh = cell.NewActor();
            DebugLifecycle(cell, ReferenceEquals(fresh, failed) ? "restarted (same instance)" : "restarted");
            fresh.AroundPostRestart(cause!, null!);
            foreach (var survivor in survivors)
                survivor.Child.Restart(cause!);
        }
        catch (Exception e)
        {
            if (cell.Actor is not null)
                cell.ReleaseActor(cell.Actor);
            var original = e is ActorInitializationException { InnerException: { } inner } ? inner : e;
            HandleInvokeFailure(cell, new PostRestartException(cell.Self, original, cause!), survivors.Select(s => (IActorRef)s.Child).ToList());
        }
    }

    private static void SuspendChildren(ActorCell cell, IReadOnlyList<IActorRef>? except)
    {
        foreach (var stats in cell.Children.Stats)
        {
            if (except is null || !except.Contains(stats.Child))
                stats.Child.Suspend();
        }
    }

    private static void DebugLifecycle(ActorCell cell, string text)
    {
        if (cell.SystemImpl.Settings.DebugLifecycle)
            cell.Log(new Debug(cell.LogSource, cell.ActorType, text));
    }
}
