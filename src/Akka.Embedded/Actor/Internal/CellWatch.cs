// Death watch of one cell. Watching is agreed between the two cells by system messages:
//
//   watcher --Watch--> watchee ... watchee ends --DeathWatchNotification--> watcher --Terminated--> its own mailbox
//
// A Terminated that is already queued when the watcher calls Unwatch is dropped, because _queued no longer lists the actor.
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor.Internal;

internal sealed class CellWatch(ActorCell cell)
{
    private static readonly object NoMessage = new();
    private readonly Dictionary<IActorRef, object> _watching = [];
    private readonly Dictionary<IActorRef, object> _queued = [];
    private readonly HashSet<IActorRef> _watchedBy = [];

    internal void Watch(IInternalActorRef subject, object? message)
    {
        if (subject.Equals(cell.Self))
            return;
        var custom = message ?? NoMessage;
        if (_watching.TryGetValue(subject, out var earlier))
        {
            if (ReferenceEquals(earlier, NoMessage) ? message is not null : !Equals(earlier, message))
                throw new InvalidOperationException(
                    $"Watch({subject}) was called before with another termination message; call Unwatch first.");
            return;
        }

        // First tell, then note: a reference that is dead already answers with a message, never from inside this call.
        subject.SendSystemMessage(new Watch(subject, cell.InternalSelf));
        _watching[subject] = custom;
    }

    internal void Unwatch(IInternalActorRef subject)
    {
        if (subject.Equals(cell.Self))
            return;
        if (_watching.Remove(subject))
            subject.SendSystemMessage(new Unwatch(subject, cell.InternalSelf));
        _queued.Remove(subject);
    }

    /// <summary>The watched actor has ended: queue Terminated behind the messages that it had sent before.</summary>
    internal void OnEnded(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    {
        if (!_watching.Remove(actor, out var custom) || cell.Children.IsTerminating)
            return;
        _queued[actor] = custom;
        cell.Self.Tell(new Terminated(actor, existenceConfirmed, addressTerminated), actor);
    }

    /// <summary>Hands a queued Terminated to the actor, unless it was unwatched meanwhile.</summary>
    internal void Deliver(Terminated terminated)
    {
        if (_queued.Remove(terminated.ActorRef, out var custom))
            cell.ReceiveMessage(ReferenceEquals(custom, NoMessage) ? terminated : custom);
    }

    internal void AddWatcher(IActorRef watcher)
    {
        if (_watchedBy.Add(watcher) && cell.SystemImpl.Settings.DebugLifecycle)
            Debug($"now watched by {watcher}");
    }

    internal void RemoveWatcher(IActorRef watcher)
    {
        if (_watchedBy.Remove(watcher) && cell.SystemImpl.Settings.DebugLifecycle)
            Debug($"no longer watched by {watcher}");
    }

    internal void TellWatchers()
    {
        // Remote watchers first: a local one may be what ends the remoting.
        // The parent is told in any case.
        foreach (var watcher in _watchedBy.Where(w => !w.Equals(cell.Parent)).OrderBy(w => w is IActorRefScope { IsLocal: true }))
            ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(cell.Self, existenceConfirmed: true, addressTerminated: false));
        _watchedBy.Clear();
    }

    internal void UnwatchAll()
    {
        foreach (var subject in _watching.Keys)
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, cell.InternalSelf));
        _watching.Clear();
        _queued.Clear();
    }

    private void Debug(string text) =>
        cell.SystemImpl.EventStream.Publish(new Debug(cell.Self.Path.ToString(), cell.ActorType, text));
}
