using Akka.Event;

namespace Akka.Actor;

/// <summary>The root and <c>/user</c>: parents that do nothing themselves. The root ends when <c>/system</c> has.</summary>
internal sealed class GuardianActor(bool isRoot) : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case RootGuardianWatch watch when isRoot:
                Context.Watch(watch.SystemGuardian);
                return true;
            case Terminated when isRoot:
                Context.Stop(Self);
                return true;
            default:
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                return true;
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => isRoot
        ? new OneForOneStrategy(static e => e is ActorKilledException or ActorInitializationException ? Directive.Stop : Directive.Escalate)
        : Actor.SupervisorStrategy.DefaultStrategy;

    protected override void PreRestart(Exception reason, object? message)
    {
        // A guardian keeps its children when it is restarted.
    }
}

internal sealed record RootGuardianWatch(IActorRef SystemGuardian) : INoSerializationVerificationNeeded;

/// <summary>Asks <c>/system</c> to wait for <see cref="Hook"/>'s <see cref="TerminationHookDone"/> before it ends.</summary>
internal sealed class RegisterTerminationHook : INoSerializationVerificationNeeded
{
    internal static readonly RegisterTerminationHook Instance = new();
}

/// <summary>Says to a termination hook that <c>/user</c> has ended.</summary>
internal sealed class TerminationHook : INoSerializationVerificationNeeded
{
    internal static readonly TerminationHook Instance = new();
}

/// <summary>Says that the sender, a termination hook, is ready for the end.</summary>
internal sealed class TerminationHookDone : INoSerializationVerificationNeeded
{
    internal static readonly TerminationHookDone Instance = new();
}

/// <summary>
/// <c>/system</c>: waits for the end of <c>/user</c>, then lets those that registered a termination hook (remoting) finish,
/// then ends itself and with it everything below.
/// </summary>
internal sealed class SystemGuardianActor(IActorRef userGuardian) : ActorBase
{
    private readonly HashSet<IActorRef> _hooks = [];

    protected override void PreStart()
    {
        Context.Watch(userGuardian);
        Context.Parent.Tell(new RootGuardianWatch(Self));
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(userGuardian):
                Context.Become(Terminating);
                foreach (var hook in _hooks)
                    hook.Tell(TerminationHook.Instance);
                StopWhenAllDone();
                return true;
            case Terminated terminated:
                _hooks.Remove(terminated.ActorRef);
                return true;
            case RegisterTerminationHook when !Sender.Equals(Context.System.DeadLetters):
                _hooks.Add(Sender);
                Context.Watch(Sender);
                return true;
            default:
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                return true;
        }
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        // A guardian keeps its children when it is restarted.
    }

    private bool Terminating(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                _hooks.Remove(terminated.ActorRef);
                StopWhenAllDone();
                return true;
            case TerminationHookDone:
                _hooks.Remove(Sender);
                StopWhenAllDone();
                return true;
            default:
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                return true;
        }
    }

    private void StopWhenAllDone()
    {
        if (_hooks.Count > 0)
            return;
        ((Internal.ActorSystemImpl)Context.System).EventStream.StopLoggers((Internal.ActorSystemImpl)Context.System);
        Context.Stop(Self);
    }
}
