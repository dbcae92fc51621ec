using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster;

/// <summary>The events that tell subscribers how the membership changes; see <see cref="Cluster.Subscribe(IActorRef, Type[])"/>.</summary>
public class ClusterEvent
{
    /// <summary>Begin with one <see cref="CurrentClusterState"/>.</summary>
    public static readonly SubscriptionInitialStateMode InitialStateAsSnapshot = SubscriptionInitialStateMode.InitialStateAsSnapshot;

    /// <summary>Begin with the events that would have led to the current state.</summary>
    public static readonly SubscriptionInitialStateMode InitialStateAsEvents = SubscriptionInitialStateMode.InitialStateAsEvents;

    /// <summary>How a subscriber learns the state at the time of its subscription.</summary>
    public enum SubscriptionInitialStateMode
    {
        /// <summary>As one <see cref="CurrentClusterState"/>.</summary>
        InitialStateAsSnapshot = 0,

        /// <summary>As the events that would have led there.</summary>
        InitialStateAsEvents = 1,
    }

    /// <summary>Any event of the cluster.</summary>
    public interface IClusterDomainEvent : IDeadLetterSuppression;

    /// <summary>A member got another status.</summary>
    public interface IMemberEvent : IClusterDomainEvent
    {
        /// <summary>The member after the change.</summary>
        Member Member { get; }
    }

    /// <summary>A member became reachable or unreachable.</summary>
    public interface IReachabilityEvent : IClusterDomainEvent;

    /// <summary>The state of the cluster as one node sees it.</summary>
    public sealed class CurrentClusterState : INoSerializationVerificationNeeded
    {
        private readonly ImmutableDictionary<string, Address?> _roleLeaders;

        /// <summary>The state of a node that is in no cluster.</summary>
        public CurrentClusterState()
            : this([], [], [], null, ImmutableDictionary<string, Address?>.Empty)
        {
        }

        /// <summary>A state with the given parts.</summary>
        public CurrentClusterState(
            ImmutableSortedSet<Member> members,
            ImmutableHashSet<Member> unreachable,
            ImmutableHashSet<Address> seenBy,
            Address? leader,
            ImmutableDictionary<string, Address?> roleLeaderMap)
        {
            Members = members;
            Unreachable = unreachable;
            SeenBy = seenBy;
            Leader = leader;
            _roleLeaders = roleLeaderMap;
        }

        /// <summary>The members, by address.</summary>
        public ImmutableSortedSet<Member> Members { get; }

        /// <summary>Those of the members that somebody cannot reach.</summary>
        public ImmutableHashSet<Member> Unreachable { get; }

        /// <summary>The nodes that have seen this version of the state.</summary>
        public ImmutableHashSet<Address> SeenBy { get; }

        /// <summary>The leader; null when there is none.</summary>
        public Address? Leader { get; }

        /// <summary>Every role that some member has.</summary>
        public ImmutableHashSet<string> AllRoles => _roleLeaders.Keys.ToImmutableHashSet();

        /// <summary>The leader among the members of a role; null when there is none.</summary>
        public Address? RoleLeader(string role) => _roleLeaders.GetValueOrDefault(role);

        /// <summary>The state with some parts replaced.</summary>
        public CurrentClusterState Copy(
            ImmutableSortedSet<Member>? members = null,
            ImmutableHashSet<Member>? unreachable = null,
            ImmutableHashSet<Address>? seenBy = null,
            Address? leader = null,
            ImmutableDictionary<string, Address?>? roleLeaderMap = null) =>
            new(members ?? Members, unreachable ?? Unreachable, seenBy ?? SeenBy, leader ?? Leader, roleLeaderMap ?? _roleLeaders);
    }

    /// <summary>A member got another status.</summary>
    public abstract class MemberStatusChange : IMemberEvent, INodeLocal
    {
        /// <summary>The member after the change.</summary>
        protected readonly Member _member;

        /// <summary>An event about <paramref name="member"/>, which must have the event's status.</summary>
        protected MemberStatusChange(Member member, MemberStatus validStatus)
        {
            if (member.Status != validStatus)
                throw new ArgumentException($"The member of a {GetType().Name} must be {validStatus}, but is {member}.", nameof(member));
            _member = member;
        }

        /// <inheritdoc/>
        public Member Member => _member;

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is MemberStatusChange other && GetType() == other.GetType() && _member.Equals(other._member);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(GetType(), _member);

        /// <inheritdoc/>
        public override string ToString() => $"{GetType().Name}(Member = {_member})";
    }

    /// <summary>A node has asked to join, and the cluster knows of it.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberJoined(Member member) : MemberStatusChange(member, MemberStatus.Joining);

    /// <summary>A member works although some other member is unreachable.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberWeaklyUp(Member member) : MemberStatusChange(member, MemberStatus.WeaklyUp);

    /// <summary>A member is up.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberUp(Member member) : MemberStatusChange(member, MemberStatus.Up);

    /// <summary>A member has been asked to leave.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberLeft(Member member) : MemberStatusChange(member, MemberStatus.Leaving);

    /// <summary>Everybody knows that the member leaves; it hands over what it holds.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberExited(Member member) : MemberStatusChange(member, MemberStatus.Exiting);

    /// <summary>A member has been declared dead.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberDowned(Member member) : MemberStatusChange(member, MemberStatus.Down);

    /// <summary>A member is no longer part of the cluster.</summary>
    public sealed class MemberRemoved : MemberStatusChange
    {
        /// <summary>The member, and what it was before its removal.</summary>
        public MemberRemoved(Member member, MemberStatus previousStatus)
            : base(member, MemberStatus.Removed) => PreviousStatus = previousStatus;

        /// <summary><see cref="MemberStatus.Down"/> after a crash, <see cref="MemberStatus.Exiting"/> after a graceful leave.</summary>
        public MemberStatus PreviousStatus { get; }

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is MemberRemoved other && _member.Equals(other._member) && PreviousStatus == other.PreviousStatus;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), PreviousStatus);
    }

    /// <summary>Another node leads the cluster, as far as this node knows.</summary>
    /// <param name="leader">The leader; null for none.</param>
    public sealed class LeaderChanged(Address? leader) : IClusterDomainEvent, INodeLocal
    {
        /// <summary>The leader; null for none.</summary>
        public Address? Leader { get; } = leader;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is LeaderChanged other && Equals(Leader, other.Leader);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Leader);

        /// <inheritdoc/>
        public override string ToString() => $"LeaderChanged(Leader = {Leader})";
    }

    /// <summary>Another node leads the members of a role, as far as this node knows.</summary>
    /// <param name="role">The role.</param>
    /// <param name="leader">The leader; null for none.</param>
    public sealed class RoleLeaderChanged(string role, Address? leader) : IClusterDomainEvent, INodeLocal
    {
        /// <summary>The role.</summary>
        public string Role { get; } = role;

        /// <summary>The leader; null for none.</summary>
        public Address? Leader { get; } = leader;

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is RoleLeaderChanged other && Role == other.Role && Equals(Leader, other.Leader);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Role, Leader);

        /// <inheritdoc/>
        public override string ToString() => $"RoleLeaderChanged(Role = {Role}, Leader = {Leader})";
    }

    /// <summary>The cluster stops on this node; <see cref="MemberRemoved"/> of itself follows.</summary>
    public sealed class ClusterShuttingDown : IClusterDomainEvent, INodeLocal
    {
        /// <summary>The only instance.</summary>
        public static readonly IClusterDomainEvent Instance = new ClusterShuttingDown();

        private ClusterShuttingDown()
        {
        }

        /// <inheritdoc/>
        public override string ToString() => nameof(ClusterShuttingDown);
    }

    /// <summary>A member became reachable or unreachable.</summary>
    public abstract class ReachabilityEvent : IReachabilityEvent, INodeLocal
    {
        /// <summary>An event about <paramref name="member"/>.</summary>
        protected ReachabilityEvent(Member member) => Member = member;

        /// <summary>The member.</summary>
        public Member Member { get; }

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is ReachabilityEvent other && GetType() == other.GetType() && Member.Equals(other.Member);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(GetType(), Member);

        /// <inheritdoc/>
        public override string ToString() => $"{GetType().Name}(Member = {Member})";
    }

    /// <summary>Some node cannot reach the member.</summary>
    /// <param name="member">The member.</param>
    public sealed class UnreachableMember(Member member) : ReachabilityEvent(member);

    /// <summary>Every node reaches the member again.</summary>
    /// <param name="member">The member.</param>
    public sealed class ReachableMember(Member member) : ReachabilityEvent(member);
}
