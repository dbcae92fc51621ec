namespace Akka.Actor;

/// <summary>What all finite state machines share: how others watch them.</summary>
public abstract class FSMBase : ActorBase
{
    /// <summary>For derived machines.</summary>
    protected FSMBase()
    {
    }

    /// <summary>Asks a machine to tell its transitions; it begins with <see cref="CurrentState{TS}"/>.</summary>
    public sealed class SubscribeTransitionCallBack
    {
        /// <summary>Creates the request.</summary>
        public SubscribeTransitionCallBack(IActorRef actorRef) => ActorRef = actorRef;

        /// <summary>Who is told.</summary>
        public IActorRef ActorRef { get; }
    }

    /// <summary>Ends a <see cref="SubscribeTransitionCallBack"/>.</summary>
    public sealed class UnsubscribeTransitionCallBack
    {
        /// <summary>Creates the request.</summary>
        public UnsubscribeTransitionCallBack(IActorRef actorRef) => ActorRef = actorRef;

        /// <summary>Who is no longer told.</summary>
        public IActorRef ActorRef { get; }
    }

    /// <summary>The state of a machine when a subscription began.</summary>
    /// <typeparam name="TS">The names of its states.</typeparam>
    public sealed class CurrentState<TS>
    {
        /// <summary>Creates the message.</summary>
        public CurrentState(IActorRef fsmRef, TS state)
        {
            FsmRef = fsmRef;
            State = state;
        }

        /// <summary>The machine.</summary>
        public IActorRef FsmRef { get; }

        /// <summary>Its state.</summary>
        public TS State { get; }

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is CurrentState<TS> other && FsmRef.Equals(other.FsmRef) && EqualityComparer<TS>.Default.Equals(State, other.State);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(FsmRef, State);

        /// <inheritdoc/>
        public override string ToString() => $"CurrentState <{FsmRef}, {State}>";
    }

    /// <summary>A machine has gone from one state to another.</summary>
    /// <typeparam name="TS">The names of its states.</typeparam>
    public sealed class Transition<TS>
    {
        /// <summary>Creates the message.</summary>
        public Transition(IActorRef fsmRef, TS from, TS to)
        {
            FsmRef = fsmRef;
            From = from;
            To = to;
        }

        /// <summary>The machine.</summary>
        public IActorRef FsmRef { get; }

        /// <summary>The state it left.</summary>
        public TS From { get; }

        /// <summary>The state it is in.</summary>
        public TS To { get; }

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is Transition<TS> other && FsmRef.Equals(other.FsmRef)
            && EqualityComparer<TS>.Default.Equals(From, other.From) && EqualityComparer<TS>.Default.Equals(To, other.To);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(FsmRef, From, To);

        /// <inheritdoc/>
        public override string ToString() => $"Transition({From}, {To})";
    }
}
