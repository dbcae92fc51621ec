// What a cell does with messages of the runtime. Some must wait: a child's failure while this actor's own is being decided, and
// everything that presumes an instance while the old one has gone and the new one cannot be made yet.
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor.Internal;

internal static class SystemMessageHandling
{
    /// <summary>Handles one system message.</summary>
    internal static void Invoke(ActorCell cell, SystemMessage message)
    {
        if (ShouldStash(cell, message))
        {
            (cell.StashedSystemMessages ??= []).Add(message);
            return;
        }

        var before = State(cell);
        try
        {
            Handle(cell, message);
        }
        catch (Exception e)
        {
            FaultHandling.HandleInvokeFailure(cell, e);
        }

        if (cell.StashedSystemMessages is { Count: > 0 } stashed && State(cell) < before)
        {
            cell.StashedSystemMessages = null;
            foreach (var again in stashed)
                Invoke(cell, again);
        }
    }

    /// <summary>0 normal, 1 suspended, 2 waiting for children before a new instance can be made.</summary>
    private static int State(ActorCell cell) => cell.Children.IsWaitingForRestart ? 2 : cell.Mailbox.IsSuspended ? 1 : 0;

    private static bool ShouldStash(ActorCell cell, SystemMessage message) => State(cell) switch
    {
        0 => false,
        1 => message is IStashWhenFailed,
        _ => message is IStashWhenWaitingForChildren,
    };

    private static void Handle(ActorCell cell, SystemMessage message)
    {
        switch (message)
        {
            case Create create:
                cell.CreateActor(create.Failure);
                break;
            case RunContinuation continuation:
                cell.RunContinuationInside(continuation);
                break;
            case HandlerCompleted completed:
                cell.EndAsync(completed.Run);
                break;
            case Watch watch:
                HandleWatch(cell, watch);
                break;
            case Unwatch unwatch:
                HandleUnwatch(cell, unwatch);
                break;
            case DeathWatchNotification ended:
                cell.Watching?.OnEnded(ended.Actor, ended.ExistenceConfirmed, ended.AddressTerminated);
                FaultHandling.OnChildEnded(cell, ended.Actor);
                break;
            case Failed failed:
                FaultHandling.OnChildFailed(cell, failed);
                break;
            case Recreate recreate:
                FaultHandling.Recreate(cell, recreate.Cause);
                break;
            case Suspend:
                FaultHandling.Suspend(cell);
                break;
            case Resume resume:
                FaultHandling.Resume(cell, resume.CausedByFailure);
                break;
            case Terminate:
                FaultHandling.Terminate(cell);
                break;
            case Supervise supervise:
                if (!cell.IsTerminating)
                    cell.Children.Init((IInternalActorRef)supervise.Child);
                break;
        }
    }

    private static void HandleWatch(ActorCell cell, Watch watch)
    {
        var watcheeSelf = watch.Watchee.Equals(cell.Self);
        var watcherSelf = watch.Watcher.Equals(cell.Self);
        if (watcheeSelf && !watcherSelf)
            cell.OwnWatching.AddWatcher(watch.Watcher);
        else if (!watcheeSelf && watcherSelf)
            cell.Watch(watch.Watchee);
        else
            cell.Log(new Warning(cell.LogSource, cell.ActorType, $"BUG: illegal Watch({watch.Watchee},{watch.Watcher}) for {cell.Self}"));
    }

    private static void HandleUnwatch(ActorCell cell, Unwatch unwatch)
    {
        if (unwatch.Watchee.Equals(cell.Self))
            cell.Watching?.RemoveWatcher(unwatch.Watcher);
        else if (unwatch.Watcher.Equals(cell.Self))
            cell.Watching?.Unwatch(unwatch.Watchee);
    }
}
