using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>Turns each new state into events for the subscribers. What <see cref="Cluster.State"/> shows is never older than an event.</summary>
internal sealed class PublisherActor : UntypedActor
{
    private readonly Cluster _cluster;
    private readonly Dictionary<IActorRef, HashSet<Type>> _subscribers = [];
    private readonly HashSet<IActorRef> _stateSubscribers = [];
    private MembershipState _state;
    private bool _finished;

    public PublisherActor(Cluster cluster)
    {
        _cluster = cluster;
        _state = new MembershipState(Gossip.Empty, cluster.SelfUniqueAddress);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MembershipState state when !_finished: OnState(state); break;
            case PublisherCommand.Subscribe subscribe: OnSubscribe(subscribe); break;
            case PublisherCommand.Unsubscribe unsubscribe: OnUnsubscribe(unsubscribe); break;
            case PublisherCommand.SendCurrentState send: send.Receiver.Tell(StateDiff.Snapshot(_state)); break;
            case PublisherCommand.SubscribeState subscribe:
                _stateSubscribers.Add(subscribe.Receiver);
                Context.Watch(subscribe.Receiver);
                subscribe.Receiver.Tell(_state);
                break;
            case PublisherCommand.Finish: Finish(); break;
            case Terminated terminated:
                _subscribers.Remove(terminated.ActorRef);
                _stateSubscribers.Remove(terminated.ActorRef);
                break;
        }
    }

    protected override void PostStop() => Finish();

    private void OnState(MembershipState state)
    {
        var events = StateDiff.Events(_state, state);
        _state = state;
        _cluster.Show(state);
        foreach (var subscriber in _stateSubscribers)
            subscriber.Tell(state);
        foreach (var e in events)
            Publish(e);
    }

    private void OnSubscribe(PublisherCommand.Subscribe command)
    {
        var subscriber = command.Subscriber;
        if (command.Mode == ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot)
        {
            subscriber.Tell(StateDiff.Snapshot(_state));
        }
        else
        {
            var nothing = new MembershipState(Gossip.Empty, _state.Self);
            foreach (var e in StateDiff.Events(nothing, _state).Where(e => command.To.Any(t => t.IsInstanceOfType(e))))
                subscriber.Tell(e);
        }

        if (!_subscribers.TryGetValue(subscriber, out var types))
        {
            _subscribers[subscriber] = types = [];
            Context.Watch(subscriber);
        }

        types.UnionWith(command.To);
    }

    private void OnUnsubscribe(PublisherCommand.Unsubscribe command)
    {
        if (!_subscribers.TryGetValue(command.Subscriber, out var types))
            return;
        if (command.From is null)
            types.Clear();
        else
            types.Remove(command.From);
        if (types.Count > 0)
            return;
        _subscribers.Remove(command.Subscriber);
        if (!_stateSubscribers.Contains(command.Subscriber))
            Context.Unwatch(command.Subscriber);
    }

    private void Finish()
    {
        if (_finished)
            return;
        _finished = true;
        Publish(ClusterEvent.ClusterShuttingDown.Instance);
        OnState(new MembershipState(Gossip.Empty, _cluster.SelfUniqueAddress));
    }

    private void Publish(ClusterEvent.IClusterDomainEvent e)
    {
        foreach (var (subscriber, types) in _subscribers)
        {
            if (types.Any(t => t.IsInstanceOfType(e)))
                subscriber.Tell(e);
        }
    }
}
