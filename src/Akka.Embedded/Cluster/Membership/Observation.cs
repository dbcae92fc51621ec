using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Membership;

/// <summary>What this node's failure detector says now against what this node has told the others.</summary>
/// <param name="Reachability">The reachability afterwards; the same object when nothing has changed.</param>
/// <param name="Lost">Members that are newly unreachable.</param>
/// <param name="Found">Members that can be reached again.</param>
internal sealed record Observation(Reachability Reachability, ImmutableArray<Member> Lost, ImmutableArray<Member> Found)
{
    public static Observation Make(MembershipState state, Func<Address, bool> isAvailable)
    {
        var known = state.Gossip.Reachability;
        var others = state.Members.Where(m => m.UniqueAddress != state.Self).ToList();
        var lost = others.Where(m => known.IsReachable(state.Self, m.UniqueAddress) && !isAvailable(m.Address)).ToImmutableArray();
        var found = others
            .Where(m => known.Status(state.Self, m.UniqueAddress) == ReachabilityStatus.Unreachable && isAvailable(m.Address))
            .ToImmutableArray();
        var after = lost.Aggregate(known, (r, m) => r.Unreachable(state.Self, m.UniqueAddress));
        after = found.Aggregate(after, (r, m) => r.Reachable(state.Self, m.UniqueAddress));
        return new Observation(after, lost, found);
    }
}
