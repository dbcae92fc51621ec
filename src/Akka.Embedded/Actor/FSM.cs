using Akka.Actor.Internal;
using Akka.Routing;

namespace Akka.Actor;

/// <summary>
/// A finite state machine whose state others can follow. Only as much as the runtime's own machine shows, the singleton
/// manager; state machines are written as tables here.
/// </summary>
/// <typeparam name="TState">The names of its states.</typeparam>
/// <typeparam name="TData">What it holds beside its state.</typeparam>
public abstract class FSM<TState, TData> : FSMBase, IListeners, IInternalSupportsTestFSMRef<TState, TData>
{
    /// <summary>For derived machines.</summary>
    protected FSM()
    {
    }

    /// <summary>Who follows the transitions.</summary>
    public ListenerSupport Listeners { get; } = new();

    /// <summary>The state it is in.</summary>
    public TState StateName { get; private set; } = default!;

    /// <summary>What it holds beside its state.</summary>
    public TData StateData => Data;

    private protected abstract TData Data { get; }

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case SubscribeTransitionCallBack subscribe:
                Context.Watch(subscribe.ActorRef);
                Listeners.Add(subscribe.ActorRef);
                subscribe.ActorRef.Tell(new CurrentState<TState>(Self, StateName));
                return true;
            case UnsubscribeTransitionCallBack unsubscribe:
                Context.Unwatch(unsubscribe.ActorRef);
                Listeners.Remove(unsubscribe.ActorRef);
                return true;
            default:
                if (message is Terminated terminated)
                    Listeners.Remove(terminated.ActorRef);
                return OnEvent(message);
        }
    }

    /// <summary>Everything that is not about listeners; false for what is not understood.</summary>
    private protected abstract bool OnEvent(object message);

    /// <summary>Goes to a state and tells the listeners.</summary>
    private protected void Enter(TState state)
    {
        var before = StateName;
        StateName = state;
        if (!EqualityComparer<TState>.Default.Equals(before, state))
            Listeners.Gossip(new Transition<TState>(Self, before, state));
    }
}
