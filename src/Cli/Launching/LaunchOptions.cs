using System.Collections.Immutable;

namespace Trapline.Cli.Launching;

/// <summary>How a local cluster is started.</summary>
/// <param name="BasePort">The first of its ports; null lets free ones be chosen.</param>
/// <param name="ConfigFile">A HOCON file of the user's, or null.</param>
/// <param name="Time">The clock.</param>
internal sealed record LaunchOptions(int? BasePort, string? ConfigFile, TimeProvider Time)
{
    /// <summary>Settings that count before those of the file: <c>KEY=VALUE</c> each.</summary>
    public ImmutableArray<string> Settings { get; init; } = [];

    /// <summary>
    /// Whether the launcher watches over its processes. Without it nobody sees one end, tells the controller, or starts it again: for whoever wants
    /// to know how the cluster notices by itself.
    /// </summary>
    public bool Watch { get; init; } = true;

    /// <summary>A process that lived for longer is started again at once; after shorter lives there are pauses, which double.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(10);
}
