using Akka.Actor;

namespace Akka.Pattern;

/// <summary>What backoff supervisors share: the child, and the messages to the supervisor itself.</summary>
public abstract class BackoffSupervisorBase : ActorBase
{
    internal BackoffSupervisorBase(Props childProps, string childName, IBackoffReset reset, object? replyWhileStopped, Func<object, bool>? finalStopMessage)
    {
        ChildProps = childProps;
        ChildName = childName;
        Reset = reset;
        ReplyWhileStopped = replyWhileStopped;
        FinalStopMessage = finalStopMessage;
    }

    /// <summary>The child's recipe.</summary>
    protected Props ChildProps { get; }

    /// <summary>The child's name.</summary>
    protected string ChildName { get; }

    /// <summary>When the delay is set back.</summary>
    protected IBackoffReset Reset { get; }

    /// <summary>What is answered while the child does not run; null makes such messages dead letters.</summary>
    protected object? ReplyWhileStopped { get; }

    /// <summary>Which message to the child means that its end is final.</summary>
    protected Func<object, bool>? FinalStopMessage { get; }

    /// <summary>The child; null while it does not run.</summary>
    protected IActorRef? Child { get; set; }

    /// <summary>How often the child was started again.</summary>
    protected int RestartCountN { get; set; }

    /// <summary>Whether the child's end will be final.</summary>
    protected bool FinalStopMessageReceived { get; set; }

    /// <inheritdoc/>
    protected override void PreStart() => StartChild();

    /// <summary>Handles messages to the supervisor, and passes the others on.</summary>
    protected bool HandleBackoff(object message)
    {
        switch (message)
        {
            case BackoffSupervisor.StartChild:
                StartChild();
                if (Reset is AutoReset auto)
                    Context.System.Scheduler.ScheduleTellOnce(auto.ResetBackoff, Self, new BackoffSupervisor.ResetRestartCount(RestartCountN), Self);
                break;
            case BackoffSupervisor.Reset when Reset is ManualReset:
                RestartCountN = 0;
                break;
            case BackoffSupervisor.Reset:
                Unhandled(message);
                break;
            case BackoffSupervisor.ResetRestartCount reset:
                if (reset.Current == RestartCountN)
                    RestartCountN = 0;
                break;
            case BackoffSupervisor.GetRestartCount:
                Sender.Tell(new BackoffSupervisor.RestartCount(RestartCountN));
                break;
            case BackoffSupervisor.GetCurrentChild:
                Sender.Tell(new BackoffSupervisor.CurrentChild(Child ?? ActorRefs.Nobody));
                break;
            default:
                PassOn(message);
                break;
        }

        return true;
    }

    private void PassOn(object message)
    {
        if (Child is not null && Sender.Equals(Child))
        {
            // The child answers its parent; whoever is behind the supervisor gets it.
            Context.Parent.Forward(message);
            return;
        }

        if (FinalStopMessage?.Invoke(message) == true)
            FinalStopMessageReceived = true;
        if (Child is not null)
            Child.Forward(message);
        else if (FinalStopMessageReceived)
            Context.Stop(Self);
        else if (ReplyWhileStopped is not null)
            Sender.Tell(ReplyWhileStopped);
        else
            Context.System.DeadLetters.Forward(message);
    }

    private void StartChild()
    {
        if (Child is null)
            Child = Context.Watch(Context.ActorOf(ChildProps, ChildName));
    }
}
