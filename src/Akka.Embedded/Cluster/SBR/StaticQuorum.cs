namespace Akka.Cluster.SBR;

/// <summary>
/// A side with at least the configured number of members goes on. With more than twice that number less one, two sides
/// could both have it; then nobody goes on.
/// </summary>
internal sealed class StaticQuorum(int quorumSize, string role) : DowningStrategy
{
    protected override DowningDecision DecideClean(PartitionView view)
    {
        var members = view.Counting(role);
        if (members.Length > (quorumSize * 2) - 1)
            return DowningDecision.DownAll;
        return members.Count(view.IsReachable) >= quorumSize ? DowningDecision.DownUnreachable : DowningDecision.DownReachable;
    }
}
