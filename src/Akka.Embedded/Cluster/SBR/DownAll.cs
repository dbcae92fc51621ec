namespace Akka.Cluster.SBR;

/// <summary>Every partition ends the whole cluster; something outside starts it anew.</summary>
internal sealed class DownAll : DowningStrategy
{
    protected override bool HandlesIndirect => false;

    protected override DowningDecision DecideClean(PartitionView view) => DowningDecision.DownAll;
}
