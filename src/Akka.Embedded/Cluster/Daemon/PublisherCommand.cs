using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>What the publisher is told, beside each new <see cref="MembershipState"/>.</summary>
internal abstract record PublisherCommand : INodeLocal
{
    public sealed record Subscribe(IActorRef Subscriber, ClusterEvent.SubscriptionInitialStateMode Mode, ImmutableArray<Type> To) : PublisherCommand;

    /// <summary>From one type of events, or from all.</summary>
    public sealed record Unsubscribe(IActorRef Subscriber, Type? From) : PublisherCommand;

    public sealed record SendCurrentState(IActorRef Receiver) : PublisherCommand;

    /// <summary>For actors of the cluster itself: every state as it is.</summary>
    public sealed record SubscribeState(IActorRef Receiver) : PublisherCommand;

    /// <summary>The node is no longer a member: publish that.</summary>
    public sealed record Finish : PublisherCommand;
}
