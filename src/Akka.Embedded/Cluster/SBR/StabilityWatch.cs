using System.Collections.Immutable;
using Akka.Cluster.Membership;

namespace Akka.Cluster.SBR;

/// <summary>
/// When to decide: once nothing has changed for the configured time, so that both sides decide on the same view. A
/// network that never becomes quiet is ended by <c>down-all-when-unstable</c>. Only the leader of a side decides.
/// Time comes in as an argument; pure.
/// </summary>
internal sealed class StabilityWatch(DowningStrategy strategy, TimeSpan stableAfter, TimeSpan downAllWhenUnstable)
{
    private MembershipState? _state;
    private ImmutableSortedSet<UniqueAddress> _unreachable = [];
    private ImmutableSortedSet<UniqueAddress> _members = [];
    private TimeSpan _lastChange;
    private TimeSpan? _firstReachabilityChange;
    private TimeSpan _lastReachabilityChange;
    private int _reachabilityChanges;

    /// <summary>What is to be done.</summary>
    public sealed record Verdict(DowningDecision Decision, ImmutableSortedSet<UniqueAddress> Down);

    /// <summary>The membership is now <paramref name="state"/>.</summary>
    public void Update(MembershipState state, TimeSpan now)
    {
        _state = state;
        var members = state.Members
            .Where(m => m.Status is not (MemberStatus.Joining or MemberStatus.Down or MemberStatus.Exiting))
            .Select(m => m.UniqueAddress)
            .ToImmutableSortedSet();
        var unreachable = state.Gossip.Reachability.AllUnreachable;
        if (!unreachable.SetEquals(_unreachable))
            ReachabilityChanged(now);
        else if (!members.SetEquals(_members))
            _lastChange = now;
        _unreachable = unreachable;
        _members = members;
        if (unreachable.IsEmpty && now - _lastReachabilityChange > stableAfter)
            ForgetInstability();
    }

    /// <summary>Whether it is time to decide, and what.</summary>
    public Verdict? Tick(TimeSpan now)
    {
        if (_state is null || !_state.IsLeader || _state.SelfStatus is not (MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving))
            return null;
        var view = new PartitionView(_state.Members, _state.Gossip.Reachability, _state.Gossip.Seen);
        if (view.UnreachableDownable.IsEmpty)
        {
            if (now - _lastReachabilityChange > stableAfter * 2)
                ForgetInstability();
            return null;
        }

        if (IsUnstable(now))
            return Decide(view, DowningDecision.DownAll);
        return now - _lastChange >= stableAfter ? Decide(view, strategy.Decide(view)) : null;
    }

    private Verdict? Decide(PartitionView view, DowningDecision decision)
    {
        var nodes = strategy.NodesToDown(view, decision);
        return nodes.IsEmpty ? null : new Verdict(decision, nodes);
    }

    private void ReachabilityChanged(TimeSpan now)
    {
        if (now - _lastReachabilityChange > stableAfter * 2)
            ForgetInstability();
        _lastChange = _lastReachabilityChange = now;
        _firstReachabilityChange ??= now;
        _reachabilityChanges++;
    }

    private bool IsUnstable(TimeSpan now) =>
        downAllWhenUnstable > TimeSpan.Zero
        && _reachabilityChanges > 2
        && now - _firstReachabilityChange > stableAfter + downAllWhenUnstable
        && now - _lastReachabilityChange < stableAfter;

    private void ForgetInstability()
    {
        _firstReachabilityChange = null;
        _reachabilityChanges = 0;
    }
}
