using System.Collections.Immutable;

namespace Akka.Cluster.SBR;

/// <summary>
/// A rule by which the sides of a partition, without talking to each other, come to the same result: at most one side
/// goes on (Akka documentation, "Split Brain Resolver"). Pure.
/// </summary>
internal abstract class DowningStrategy
{
    /// <summary>The decision for a view, links that are broken one by one included.</summary>
    public DowningDecision Decide(PartitionView view) =>
        HandlesIndirect && view.IndirectlyConnected.Count > 0 ? DowningDecision.DownIndirectlyConnected : DecideClean(view);

    /// <summary>The nodes to declare down by <paramref name="decision"/>.</summary>
    public ImmutableSortedSet<UniqueAddress> NodesToDown(PartitionView view, DowningDecision decision)
    {
        var downable = view.Downable.ToImmutableSortedSet();
        return decision switch
        {
            DowningDecision.DownUnreachable => downable.Intersect(view.Unreachable),
            DowningDecision.DownReachable => downable.Except(view.Unreachable),
            DowningDecision.DownAll => downable,
            DowningDecision.DownIndirectlyConnected => downable.Intersect(view.IndirectlyConnected).Union(BesideIndirect(view)),
            _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, null),
        };
    }

    /// <summary>Whether broken links are treated apart from partitions.</summary>
    protected virtual bool HandlesIndirect => true;

    /// <summary>The decision when the unreachable nodes are cut off cleanly.</summary>
    protected abstract DowningDecision DecideClean(PartitionView view);

    private ImmutableSortedSet<UniqueAddress> BesideIndirect(PartitionView view)
    {
        if (view.UnreachableDownable.Except(view.IndirectlyConnected).IsEmpty)
            return [];
        var clean = view.WithoutIndirect();
        return NodesToDown(clean, DecideClean(clean));
    }
}
