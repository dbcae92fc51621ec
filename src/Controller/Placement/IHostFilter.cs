namespace Trapline.Controller.Placement;

/// <summary>One reason why a host may not take a VM.</summary>
public interface IHostFilter
{
    /// <summary>The name under which <c>trapline why</c> shows it.</summary>
    string Name { get; }

    /// <summary>Why it refuses hosts, without what changes with every VM on them: a reason that stays the same is kept once.</summary>
    string InShort(PlacementRequest request);

    /// <summary>Why the host is refused, or null if it is not.</summary>
    string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session);
}

/// <summary>
/// Ranks hosts that passed all filters: higher is better. The rank depends on the host alone, so that a session can keep hosts in order and a
/// decision need not look at each.
/// </summary>
public interface IHostScorer
{
    /// <summary>The name under which <c>trapline why</c> shows it.</summary>
    string Name { get; }

    /// <summary>0 to 1.</summary>
    double Score(HostCandidate host);
}
