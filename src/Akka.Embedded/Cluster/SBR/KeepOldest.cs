namespace Akka.Cluster.SBR;

/// <summary>
/// The side of the oldest member goes on, which keeps cluster singletons where they are. An oldest member that is all
/// alone is given up for the others when so configured.
/// </summary>
internal sealed class KeepOldest(bool downIfAlone, string role) : DowningStrategy
{
    protected override DowningDecision DecideClean(PartitionView view)
    {
        var members = view.Counting(role);
        if (members.IsEmpty)
            return DowningDecision.DownAll;
        var oldest = members.Min(Member.AgeOrdering)!;
        var here = members.Count(view.IsReachable);
        var decision = Compare(view.IsReachable(oldest), here, members.Length - here);
        if (decision != DowningDecision.DownUnreachable)
            return decision;

        // The other side may see a leaving oldest as gone, and joining members as up.
        var certain = view.Counting(role, withoutLeaving: true);
        if (certain.IsEmpty)
            return DowningDecision.DownAll;
        var others = view.Counting(role, possiblyUp: true).Count(m => !view.IsReachable(m));
        var pessimistic = Compare(view.IsReachable(certain.Min(Member.AgeOrdering)!), certain.Count(view.IsReachable), others);
        return pessimistic == decision ? decision : DowningDecision.DownAll;
    }

    private DowningDecision Compare(bool oldestIsHere, int here, int there)
    {
        // Of two nodes in all the oldest is kept, although it is alone.
        var survives = oldestIsHere ? !(downIfAlone && here == 1 && there > 1) : downIfAlone && there == 1;
        return survives ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
    }
}
