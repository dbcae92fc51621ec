using System.Collections.Immutable;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Cluster.Daemon;
using Akka.Configuration;

namespace Akka.Cluster;

/// <summary>The settings below <c>akka.cluster</c>.</summary>
public sealed class ClusterSettings
{
    private readonly Config _config;

    /// <summary>Reads the settings of the system <paramref name="systemName"/> from its whole configuration.</summary>
    /// <exception cref="ConfigurationException">A value is not what its key needs.</exception>
    public ClusterSettings(Config config, string systemName)
    {
        _config = config.GetConfig("akka.cluster");
        LogInfo = _config.GetBoolean("log-info");
        LogInfoVerbose = LogInfo && _config.GetBoolean("log-info-verbose");
        Roles = [.. _config.GetStringList("roles")];
        SeedNodes = [.. _config.GetStringList("seed-nodes").Select(seed => ParseSeed(seed, systemName))];
        SeedNodeTimeout = Positive("seed-node-timeout");
        RetryUnsuccessfulJoinAfter = OffOr("retry-unsuccessful-join-after");
        ShutdownAfterUnsuccessfulJoinSeedNodes = OffOr("shutdown-after-unsuccessful-join-seed-nodes");
        PeriodicTasksInitialDelay = _config.GetTimeSpan("periodic-tasks-initial-delay");
        GossipInterval = Positive("gossip-interval");
        GossipTimeToLive = Positive("gossip-time-to-live");
        LeaderActionsInterval = Positive("leader-actions-interval");
        UnreachableNodesReaperInterval = Positive("unreachable-nodes-reaper-interval");
        PublishStatsInterval = OffOr("publish-stats-interval");
        MinNrOfMembers = AtLeastOne("min-nr-of-members");
        MinNrOfMembersOfRole = ReadMinNrOfMembersOfRole();
        RunCoordinatedShutdownWhenDown = _config.GetBoolean("run-coordinated-shutdown-when-down");
        WeaklyUpAfter = WeaklyUp(out var allowWeaklyUp);
        AllowWeaklyUpMembers = allowWeaklyUp;
        GossipDifferentViewProbability = _config.GetDouble("gossip-different-view-probability");
        ReduceGossipDifferentViewProbability = _config.GetInt("reduce-gossip-different-view-probability");
        UseDispatcher = _config.GetString("use-dispatcher") ?? "";
        DowningProviderType = FindDowningProvider(_config.GetString("downing-provider-class"));
        FailureDetectorConfig = _config.GetConfig("failure-detector");
        FailureDetectorImplementationClass = FailureDetectorConfig.GetString("implementation-class");
        HeartbeatInterval = Positive("failure-detector.heartbeat-interval");
        HeartbeatExpectedResponseAfter = Positive("failure-detector.expected-response-after");
        MonitoredByNrOfMembers = AtLeastOne("failure-detector.monitored-by-nr-of-members");
    }

    /// <summary>Whether changes of the membership are logged.</summary>
    public bool LogInfo { get; }

    /// <summary>Whether ignored gossip and the like are logged too.</summary>
    public bool LogInfoVerbose { get; }

    /// <summary>The roles of this node.</summary>
    public ImmutableHashSet<string> Roles { get; }

    /// <summary>The nodes through which this one finds its cluster at its start.</summary>
    public ImmutableList<Address> SeedNodes { get; }

    /// <summary>How long the first seed node looks for others before it starts a cluster.</summary>
    public TimeSpan SeedNodeTimeout { get; }

    /// <summary>When an unanswered join begins anew; null for never.</summary>
    public TimeSpan? RetryUnsuccessfulJoinAfter { get; }

    /// <summary>When a node that finds no cluster shuts down; null for never.</summary>
    public TimeSpan? ShutdownAfterUnsuccessfulJoinSeedNodes { get; }

    /// <summary>The delay before the periodic tasks begin.</summary>
    public TimeSpan PeriodicTasksInitialDelay { get; }

    /// <summary>How often this node gossips.</summary>
    public TimeSpan GossipInterval { get; }

    /// <summary>Gossip that has waited longer than this is thrown away.</summary>
    public TimeSpan GossipTimeToLive { get; }

    /// <summary>How often the leader looks for something to do.</summary>
    public TimeSpan LeaderActionsInterval { get; }

    /// <summary>How often the failure detector is asked.</summary>
    public TimeSpan UnreachableNodesReaperInterval { get; }

    /// <summary>How often statistics are published; null for never.</summary>
    public TimeSpan? PublishStatsInterval { get; }

    /// <summary>How many members must be there before the first become up.</summary>
    public int MinNrOfMembers { get; }

    /// <summary>The same by role.</summary>
    public ImmutableDictionary<string, int> MinNrOfMembersOfRole { get; }

    /// <summary>Whether a downed node shuts its actor system down.</summary>
    public bool RunCoordinatedShutdownWhenDown { get; }

    /// <summary>Whether joining members may work while some member is unreachable.</summary>
    public bool AllowWeaklyUpMembers { get; }

    /// <summary>How long convergence must be missing for that.</summary>
    public TimeSpan WeaklyUpAfter { get; }

    /// <summary>How often gossip goes to a node that has not seen the current state rather than to any; from 0 to 1.</summary>
    public double GossipDifferentViewProbability { get; }

    /// <summary>The size of the cluster from which that probability falls.</summary>
    public int ReduceGossipDifferentViewProbability { get; }

    /// <summary>The dispatcher of the cluster's actors; empty for the internal one.</summary>
    public string UseDispatcher { get; }

    /// <summary>Who decides about unreachable members.</summary>
    public Type DowningProviderType { get; }

    /// <summary>The section <c>failure-detector</c>.</summary>
    public Config FailureDetectorConfig { get; }

    /// <summary>The failure detector's type.</summary>
    public string FailureDetectorImplementationClass { get; }

    /// <summary>How often watched nodes get a heartbeat.</summary>
    public TimeSpan HeartbeatInterval { get; }

    /// <summary>When the first answer of a watched node should have come.</summary>
    public TimeSpan HeartbeatExpectedResponseAfter { get; }

    /// <summary>By how many others each node is watched.</summary>
    public int MonitoredByNrOfMembers { get; }

    internal CoreSettings ToCoreSettings() => new()
    {
        SeedNodeTimeout = SeedNodeTimeout,
        RetryUnsuccessfulJoinAfter = RetryUnsuccessfulJoinAfter,
        ShutdownAfterUnsuccessfulJoin = ShutdownAfterUnsuccessfulJoinSeedNodes,
        MinNrOfMembers = MinNrOfMembers,
        MinNrOfMembersOfRole = MinNrOfMembersOfRole,
        AllowWeaklyUp = AllowWeaklyUpMembers,
        WeaklyUpAfter = WeaklyUpAfter,
        DifferentViewProbability = GossipDifferentViewProbability,
        ReduceDifferentViewProbability = ReduceGossipDifferentViewProbability,
    };

    private static Address ParseSeed(string seed, string systemName)
    {
        if (!Address.TryParse(seed, out var address) || address?.Host is null || address.Port is null)
            throw Wrong("seed-nodes", seed, "an address such as akka.tcp://system@host:port");
        return address.System == systemName
            ? address
            : throw Wrong("seed-nodes", seed, $"an address of the actor system [{systemName}]");
    }

    private static Type FindDowningProvider(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return typeof(NoDowning);
        var found = TypeNames.Find(name);
        return found is not null && typeof(IDowningProvider).IsAssignableFrom(found)
            ? found
            : throw Wrong("downing-provider-class", name, $"the name of a type that implements {nameof(IDowningProvider)}");
    }

    private static ConfigurationException Wrong(string key, string value, string expected) =>
        new($"akka.cluster.{key} is [{value}]; it must be {expected}.");

    private TimeSpan Positive(string key)
    {
        var value = _config.GetTimeSpan(key);
        return value > TimeSpan.Zero ? value : throw Wrong(key, _config.GetString(key), "a duration above zero");
    }

    private int AtLeastOne(string key)
    {
        var value = _config.GetInt(key);
        return value >= 1 ? value : throw Wrong(key, _config.GetString(key), "at least 1");
    }

    private TimeSpan? OffOr(string key) =>
        IsOff(key) || _config.GetTimeSpan(key) <= TimeSpan.Zero ? null : _config.GetTimeSpan(key);

    private bool IsOff(string key) => _config.GetString(key)?.Trim().ToLowerInvariant() is null or "off" or "false" or "no";

    /// <summary><c>allow-weakly-up-members</c> is off, on (seven seconds), or a duration.</summary>
    private TimeSpan WeaklyUp(out bool allowed)
    {
        const string Key = "allow-weakly-up-members";
        allowed = !IsOff(Key);
        if (!allowed)
            return TimeSpan.MaxValue;
        return _config.GetString(Key).Trim().ToLowerInvariant() is "on" or "true" or "yes" ? TimeSpan.FromSeconds(7) : Positive(Key);
    }

    private ImmutableDictionary<string, int> ReadMinNrOfMembersOfRole()
    {
        var roles = _config.GetConfig("role");
        if (roles is null || roles.IsEmpty)
            return ImmutableDictionary<string, int>.Empty;
        return roles.Root.GetObject().Items.Keys
            .Where(role => _config.HasPath($"role.{role}.min-nr-of-members"))
            .ToImmutableDictionary(role => role, role => AtLeastOne($"role.{role}.min-nr-of-members"), StringComparer.Ordinal);
    }
}
