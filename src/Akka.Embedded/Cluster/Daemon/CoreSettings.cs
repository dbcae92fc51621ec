using System.Collections.Immutable;

namespace Akka.Cluster.Daemon;

/// <summary>What the membership core takes from the configuration. Every limit of the core that is not configured stands here too.</summary>
internal sealed record CoreSettings
{
    /// <summary>How many peers are told at once of a change that this node has made.</summary>
    public const int EagerGossipPeers = 3;

    /// <summary>How many peers are told by a node that is about to shut down.</summary>
    public const int FarewellGossipPeers = 5;

    /// <summary>How many leader ticks a downed node waits for the news to spread before it shuts itself down.</summary>
    public const int MaxTicksBeforeShuttingDownMyself = 4;

    /// <summary>How often a seed node that has not answered is asked again.</summary>
    public static readonly TimeSpan InitJoinRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a join that has not been answered is sent again.</summary>
    public static readonly TimeSpan JoinRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long removed members are remembered; longer than any message can be under way.</summary>
    public static readonly TimeSpan TombstoneTtl = TimeSpan.FromHours(24);

    public TimeSpan SeedNodeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan? RetryUnsuccessfulJoinAfter { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan? ShutdownAfterUnsuccessfulJoin { get; init; }

    public int MinNrOfMembers { get; init; } = 1;

    public ImmutableDictionary<string, int> MinNrOfMembersOfRole { get; init; } = ImmutableDictionary<string, int>.Empty;

    public bool AllowWeaklyUp { get; init; } = true;

    public TimeSpan WeaklyUpAfter { get; init; } = TimeSpan.FromSeconds(7);

    public double DifferentViewProbability { get; init; } = 0.8;

    public int ReduceDifferentViewProbability { get; init; } = 400;
}
