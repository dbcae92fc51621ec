using Trapline.Cluster.Bench.Faults;

namespace Trapline.Cluster.Bench;

/// <summary>How long until guests execute again, for each kind of fault, by the hosts' audit logs.</summary>
internal static class FailOver
{
    private static readonly (string Name, Func<int, Report, CancellationToken, Task> Measure)[] Kinds =
    [
        ("guest", GuestEnds.MeasureAsync),
        ("actor", ActorFails.MeasureAsync),
        ("seen", HostEnds.MeasureSeenAsync),
        ("unseen", HostEnds.MeasureUnseenAsync),
        ("cut", HostEnds.MeasureCutAsync),
        ("controllers", ControllerEnds.MeasureOneOfThreeAsync),
        ("controller", ControllerEnds.MeasureOnlyOneAsync),
        ("all", EverythingEnds.MeasureAsync),
    ];

    public static async Task MeasureAsync(BenchOptions options, Report report, CancellationToken cancellation)
    {
        if (options.Parts.FirstOrDefault(part => !Array.Exists(Kinds, kind => kind.Name == part)) is { } unknown)
            throw new ArgumentException($"no fault '{unknown}': {string.Join(", ", Kinds.Select(k => k.Name))}");
        foreach (var (name, measure) in Kinds)
        {
            if (options.Wants(name))
                await measure(options.Count, report, cancellation);
        }
    }
}
