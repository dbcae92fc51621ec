using Akka.Cluster;
using Akka.Cluster.Membership;

namespace Akka.Embedded.Tests.Cluster.Simulation;

/// <summary>
/// Watches every leader's actions. In one cluster they follow each other: each is made knowing all before it. Two that do
/// not know each other, by nodes that hold each other for full members, are two leaders.
/// </summary>
internal sealed class SimulationOracle
{
    private readonly List<Act> _acts = [];
    private readonly List<string> _violations = [];

    private sealed record Act(SimulatedNode Node, MembershipState State, TimeSpan At);

    /// <summary>What was seen to be wrong; empty in a good run.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>The nodes that acted as leader since the given time.</summary>
    public IReadOnlyList<UniqueAddress> LeadersSince(TimeSpan time) =>
        [.. _acts.Where(a => a.At >= time).Select(a => a.Node.Self).Distinct()];

    public void LeaderActed(SimulatedNode node, LeaderActions actions, TimeSpan now)
    {
        // Weakly up members are made without convergence, on both sides of a cut.
        if (actions.Changed.Any(m => m.Status == MemberStatus.WeaklyUp))
            return;
        CheckAges(node, actions.State, now);
        foreach (var earlier in _acts.Where(a => a.Node.Self != node.Self && IsFullMember(a.State, node) && IsFullMember(actions.State, a.Node)))
        {
            // What members did that have been removed since is no longer in the clock.
            var known = actions.State.Gossip.Tombstones.Keys.Aggregate(earlier.State.Gossip.Version, (clock, gone) => clock.Prune(Gossip.ClockNode(gone)));
            if (!actions.State.Gossip.Version.IsAfter(known))
                _violations.Add($"{node.Self} acts at {now} without knowing what {earlier.Node.Self} did at {earlier.At}");
        }

        _acts.Add(new Act(node, actions.State, now));
    }

    /// <summary>The singleton has started on a node; nowhere else may it run.</summary>
    public void SingletonStarted(SimulatedNode node, IEnumerable<SimulatedNode> running, TimeSpan now)
    {
        foreach (var other in running.Where(n => n != node))
            _violations.Add($"the singleton starts on {node.Self} at {now} while it runs on {other.Self}");
    }

    private void CheckAges(SimulatedNode node, MembershipState state, TimeSpan now)
    {
        var ages = state.Members.Where(m => m.UpNumber != Member.NotYetUp).GroupBy(m => m.UpNumber).Where(g => g.Count() > 1);
        foreach (var age in ages)
            _violations.Add($"{node.Self} at {now} gives age {age.Key} to {string.Join(", ", age)}");
    }

    private static bool IsFullMember(MembershipState state, SimulatedNode node) =>
        state.Gossip.Find(node.Self) is { } member && MemberTransitions.CountsForConvergence(member.Status);
}
