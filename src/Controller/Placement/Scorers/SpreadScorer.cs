namespace Trapline.Controller.Placement.Scorers;

/// <summary>The emptier the better.</summary>
public sealed class SpreadScorer : IHostScorer
{
    /// <inheritdoc/>
    public string Name => "spread";

    /// <inheritdoc/>
    public double Score(HostCandidate host) => host.FreeShare;
}
