using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>The settings below <c>akka.cluster.singleton</c>. Immutable.</summary>
public sealed class ClusterSingletonManagerSettings : INoSerializationVerificationNeeded
{
    /// <summary>Creates the settings.</summary>
    /// <param name="singletonName">The name of the singleton actor below its manager.</param>
    /// <param name="role">The role of the nodes that may run it; null or empty for all.</param>
    /// <param name="removalMargin">How long after the removal of a crashed node its singleton is taken as gone; zero for that of the downing provider.</param>
    /// <param name="handOverRetryInterval">How often an unanswered hand-over is asked for again.</param>
    /// <param name="considerAppVersion">Accepted; the nodes of one cluster run one version.</param>
    public ClusterSingletonManagerSettings(
        string singletonName,
        string? role,
        TimeSpan removalMargin,
        TimeSpan handOverRetryInterval,
        bool considerAppVersion)
    {
        if (string.IsNullOrWhiteSpace(singletonName))
            throw new ArgumentNullException(nameof(singletonName));
        if (removalMargin < TimeSpan.Zero)
            throw new ArgumentException("ClusterSingletonManagerSettings.RemovalMargin must be positive", nameof(removalMargin));
        if (handOverRetryInterval <= TimeSpan.Zero)
            throw new ArgumentException("ClusterSingletonManagerSettings.HandOverRetryInterval must be positive", nameof(handOverRetryInterval));
        SingletonName = singletonName;
        Role = string.IsNullOrEmpty(role) ? null : role;
        RemovalMargin = removalMargin;
        HandOverRetryInterval = handOverRetryInterval;
        _considerAppVersion = considerAppVersion;
    }

    private readonly bool _considerAppVersion;

    /// <summary>The name of the singleton actor below its manager.</summary>
    public string SingletonName { get; }

    /// <summary>The role of the nodes that may run it; null for all.</summary>
    public string? Role { get; }

    /// <summary>How long after the removal of a crashed node its singleton is taken as gone.</summary>
    public TimeSpan RemovalMargin { get; }

    /// <summary>How often an unanswered hand-over is asked for again.</summary>
    public TimeSpan HandOverRetryInterval { get; }

    /// <summary>The settings of an actor system.</summary>
    public static ClusterSingletonManagerSettings Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.cluster.singleton");
        if (config is null || config.IsEmpty)
            throw ConfigurationException.NullOrEmptyConfig<ClusterSingletonManagerSettings>("akka.cluster.singleton");
        return Create(config);
    }

    /// <summary>The settings of a section like <c>akka.cluster.singleton</c>.</summary>
    /// <exception cref="ConfigurationException">A value is not what its key needs.</exception>
    public static ClusterSingletonManagerSettings Create(Config config)
    {
        if (!string.IsNullOrWhiteSpace(config.GetString("use-lease")))
            throw new ConfigurationException("akka.cluster.singleton.use-lease is set; this runtime has no leases for singletons.");
        return new ClusterSingletonManagerSettings(
            config.GetString("singleton-name"),
            config.GetString("role"),
            TimeSpan.Zero,
            config.GetTimeSpan("hand-over-retry-interval"),
            config.GetBoolean("consider-app-version"));
    }

    /// <summary>The same with another name.</summary>
    public ClusterSingletonManagerSettings WithSingletonName(string singletonName) =>
        new(singletonName, Role, RemovalMargin, HandOverRetryInterval, _considerAppVersion);

    /// <summary>The same for another role.</summary>
    public ClusterSingletonManagerSettings WithRole(string? role) =>
        new(SingletonName, role, RemovalMargin, HandOverRetryInterval, _considerAppVersion);

    /// <summary>The same with another removal margin.</summary>
    public ClusterSingletonManagerSettings WithRemovalMargin(TimeSpan removalMargin) =>
        new(SingletonName, Role, removalMargin, HandOverRetryInterval, _considerAppVersion);

    /// <summary>The same with another retry interval.</summary>
    public ClusterSingletonManagerSettings WithHandOverRetryInterval(TimeSpan handOverRetryInterval) =>
        new(SingletonName, Role, RemovalMargin, handOverRetryInterval, _considerAppVersion);
}
