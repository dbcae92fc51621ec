using System.Collections.Immutable;
using Akka.Configuration;

namespace Akka.Cluster.SBR;

/// <summary>The settings below <c>akka.cluster.split-brain-resolver</c>.</summary>
public sealed class SplitBrainResolverSettings
{
    /// <summary>The side with more members goes on.</summary>
    public const string KeepMajorityName = "keep-majority";

    /// <summary>The side of the oldest member goes on.</summary>
    public const string KeepOldestName = "keep-oldest";

    /// <summary>A side with a fixed number of members goes on.</summary>
    public const string StaticQuorumName = "static-quorum";

    /// <summary>No side goes on.</summary>
    public const string DownAllName = "down-all";

    private const string Section = "akka.cluster.split-brain-resolver";
    private readonly Config _config;

    /// <summary>Reads the settings from the whole configuration.</summary>
    /// <exception cref="ConfigurationException">A value is not what its key needs.</exception>
    public SplitBrainResolverSettings(Config config)
    {
        _config = config.GetConfig(Section);
        DowningStableAfter = _config.GetTimeSpan("stable-after");
        if (DowningStableAfter <= TimeSpan.Zero)
            throw Wrong("stable-after", "a duration above zero");
        DowningStrategy = _config.GetString("active-strategy").Trim().ToLowerInvariant();
        if (DowningStrategy is not (KeepMajorityName or KeepOldestName or StaticQuorumName or DownAllName))
            throw Wrong("active-strategy", $"{KeepMajorityName}, {StaticQuorumName}, {KeepOldestName} or {DownAllName}");
        DownAllWhenUnstable = ReadDownAllWhenUnstable();
        KeepMajorityRole = Role(KeepMajorityName);
    }

    /// <summary>Every strategy that can be chosen.</summary>
    public static readonly ImmutableHashSet<string> AllStrategyNames = [KeepMajorityName, KeepOldestName, StaticQuorumName, DownAllName];

    /// <summary>How long a network may stay unstable, beyond the time to become stable, until all is downed; zero for ever.</summary>
    public TimeSpan DownAllWhenUnstable { get; }

    /// <summary>How long nothing must have changed before a decision.</summary>
    public TimeSpan DowningStableAfter { get; }

    /// <summary>The chosen strategy.</summary>
    public string DowningStrategy { get; }

    /// <summary>The role of the members that count for a majority; empty for all.</summary>
    public string KeepMajorityRole { get; }

    /// <summary>The settings of keep-oldest.</summary>
    public KeepOldestSettings KeepOldestSettings => new(_config.GetBoolean("keep-oldest.down-if-alone"), Role(KeepOldestName));

    /// <summary>The settings of static-quorum.</summary>
    /// <exception cref="ConfigurationException">No size is configured.</exception>
    public StaticQuorumSettings StaticQuorumSettings
    {
        get
        {
            var size = _config.GetString("static-quorum.quorum-size") is "undefined" ? 0 : _config.GetInt("static-quorum.quorum-size");
            return size > 0 ? new StaticQuorumSettings(size, Role(StaticQuorumName)) : throw Wrong("static-quorum.quorum-size", "at least 1");
        }
    }

    internal SBR.DowningStrategy CreateStrategy() => DowningStrategy switch
    {
        KeepMajorityName => new KeepMajority(KeepMajorityRole),
        StaticQuorumName => new StaticQuorum(StaticQuorumSettings.Size, StaticQuorumSettings.Role),
        KeepOldestName => new KeepOldest(KeepOldestSettings.DownIfAlone, KeepOldestSettings.Role),
        _ => new DownAll(),
    };

    private string Role(string strategy) => _config.GetString($"{strategy}.role")?.Trim() ?? "";

    private TimeSpan ReadDownAllWhenUnstable() => _config.GetString("down-all-when-unstable")?.Trim().ToLowerInvariant() switch
    {
        null or "on" or "true" or "yes" => DowningStableAfter * 3 / 4 is var derived && derived > TimeSpan.FromSeconds(4) ? derived : TimeSpan.FromSeconds(4),
        "off" or "false" or "no" => TimeSpan.Zero,
        _ => _config.GetTimeSpan("down-all-when-unstable"),
    };

    private ConfigurationException Wrong(string key, string expected) =>
        new($"{Section}.{key} is [{_config.GetString(key)}]; it must be {expected}.");
}
