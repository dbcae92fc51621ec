namespace Akka.Cluster.SBR;

/// <summary>
/// The side with more members goes on; of two equal sides the one with the lowest address. Where a membership change
/// that was under way when the network broke could make the other side count differently, nobody goes on.
/// </summary>
internal sealed class KeepMajority(string role) : DowningStrategy
{
    protected override DowningDecision DecideClean(PartitionView view)
    {
        var members = view.Counting(role);
        if (members.IsEmpty)
            return DowningDecision.DownAll;
        var decision = Compare(view, members.Count(view.IsReachable), members.Count(m => !view.IsReachable(m)), members[0]);
        if (decision != DowningDecision.DownUnreachable)
            return decision;

        // Count this side as small and the other as big as it may be.
        var certain = view.Counting(role, withoutLeaving: true);
        if (certain.IsEmpty)
            return DowningDecision.DownAll;
        var others = view.Counting(role, possiblyUp: true).Count(m => !view.IsReachable(m));
        var pessimistic = Compare(view, certain.Count(view.IsReachable), others, certain[0]);
        return pessimistic == decision ? decision : DowningDecision.DownAll;
    }

    private static DowningDecision Compare(PartitionView view, int here, int there, Member lowest)
    {
        var survives = here == there ? view.IsReachable(lowest) : here > there;
        return survives ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
    }
}
