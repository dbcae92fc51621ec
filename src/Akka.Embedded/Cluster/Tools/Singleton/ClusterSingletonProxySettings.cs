using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>The settings below <c>akka.cluster.singleton-proxy</c>. Immutable.</summary>
public sealed class ClusterSingletonProxySettings : INoSerializationVerificationNeeded
{
    private const int MaxBufferSize = 10_000;

    /// <summary>Creates the settings.</summary>
    /// <param name="singletonName">The name of the singleton actor below its manager.</param>
    /// <param name="role">The role of the nodes that may run it; null or empty for all.</param>
    /// <param name="singletonIdentificationInterval">How often a singleton that is not known is looked for.</param>
    /// <param name="bufferSize">How many messages are kept while it is not known, from 0 to 10,000.</param>
    /// <param name="considerAppVersion">Accepted; the nodes of one cluster run one version.</param>
    public ClusterSingletonProxySettings(
        string singletonName,
        string? role,
        TimeSpan singletonIdentificationInterval,
        int bufferSize,
        bool considerAppVersion)
    {
        if (string.IsNullOrWhiteSpace(singletonName))
            throw new ArgumentNullException(nameof(singletonName));
        if (singletonIdentificationInterval <= TimeSpan.Zero)
            throw new ArgumentException("singletonIdentificationInterval must be positive", nameof(singletonIdentificationInterval));
        if (bufferSize is < 0 or > MaxBufferSize)
            throw new ArgumentException($"bufferSize must be between 0 and {MaxBufferSize}", nameof(bufferSize));
        SingletonName = singletonName;
        Role = string.IsNullOrEmpty(role) ? null : role;
        SingletonIdentificationInterval = singletonIdentificationInterval;
        BufferSize = bufferSize;
        ConsiderAppVersion = considerAppVersion;
    }

    /// <summary>The name of the singleton actor below its manager.</summary>
    public string SingletonName { get; }

    /// <summary>The role of the nodes that may run it; null for all.</summary>
    public string? Role { get; }

    /// <summary>How often a singleton that is not known is looked for.</summary>
    public TimeSpan SingletonIdentificationInterval { get; }

    /// <summary>How many messages are kept while the singleton is not known. The oldest goes first when there are more.</summary>
    public int BufferSize { get; }

    /// <summary>Accepted; the nodes of one cluster run one version.</summary>
    public bool ConsiderAppVersion { get; }

    /// <summary>The settings of an actor system.</summary>
    public static ClusterSingletonProxySettings Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.cluster.singleton-proxy");
        if (config is null || config.IsEmpty)
            throw ConfigurationException.NullOrEmptyConfig<ClusterSingletonProxySettings>("akka.cluster.singleton-proxy");
        return Create(config, system.Settings.Config.GetBoolean("akka.cluster.singleton.consider-app-version"));
    }

    /// <summary>The settings of a section like <c>akka.cluster.singleton-proxy</c>.</summary>
    public static ClusterSingletonProxySettings Create(Config config, bool considerAppVersion) => new(
        config.GetString("singleton-name"),
        config.GetString("role"),
        config.GetTimeSpan("singleton-identification-interval"),
        config.GetInt("buffer-size"),
        considerAppVersion);

    /// <summary>The same with another name.</summary>
    public ClusterSingletonProxySettings WithSingletonName(string singletonName) =>
        new(singletonName, Role, SingletonIdentificationInterval, BufferSize, ConsiderAppVersion);

    /// <summary>The same for another role.</summary>
    public ClusterSingletonProxySettings WithRole(string? role) =>
        new(SingletonName, role, SingletonIdentificationInterval, BufferSize, ConsiderAppVersion);

    /// <summary>The same with another interval.</summary>
    public ClusterSingletonProxySettings WithSingletonIdentificationInterval(TimeSpan singletonIdentificationInterval) =>
        new(SingletonName, Role, singletonIdentificationInterval, BufferSize, ConsiderAppVersion);

    /// <summary>The same with another buffer size.</summary>
    public ClusterSingletonProxySettings WithBufferSize(int bufferSize) =>
        new(SingletonName, Role, SingletonIdentificationInterval, bufferSize, ConsiderAppVersion);
}
