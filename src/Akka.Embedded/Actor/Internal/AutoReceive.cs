using Akka.Event;

namespace Akka.Actor.Internal;

/// <summary>Messages in an actor's mailbox that the runtime handles before, or instead of, the actor.</summary>
internal static class AutoReceive
{
    internal static void Handle(ActorCell cell, object message)
    {
        if (cell.SystemImpl.Settings.DebugAutoReceive)
            cell.Log(new Debug(cell.LogSource, cell.ActorType, $"received AutoReceiveMessage {message}"));
        switch (message)
        {
            case TimerMessage timer:
                if (timer.Owner.TryTake(timer, out var timed))
                    cell.ReceiveMessage(timed);
                break;
            case ReceiveTimeoutTimer.Tick tick:
                if (tick.Owner == cell.ReceiveTimeoutTimer && tick.Owner.IsDue(tick))
                {
                    cell.ReceiveMessage(ReceiveTimeout.Instance);
                    cell.ReceiveTimeoutTimer?.Restart();
                }

                break;
            case Terminated terminated:
                cell.Watching?.Deliver(terminated);
                break;
            case PoisonPill:
                cell.InternalSelf.Stop();
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case ActorSelectionMessage selection:
                ActorSelection.Deliver(cell.InternalSelf, cell.CurrentSender, selection);
                break;
            case Identify identify:
                cell.Sender.Tell(new ActorIdentity(identify.MessageId, cell.Self), cell.Self);
                break;
            default:
                cell.ReceiveMessage(message);
                break;
        }
    }
}
