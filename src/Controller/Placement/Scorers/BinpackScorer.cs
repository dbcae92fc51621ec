namespace Trapline.Controller.Placement.Scorers;

/// <summary>The fuller the better.</summary>
public sealed class BinpackScorer : IHostScorer
{
    /// <inheritdoc/>
    public string Name => "binpack";

    /// <inheritdoc/>
    public double Score(HostCandidate host) => 1 - host.FreeShare;
}
