namespace Akka.Configuration;

/// <summary>What is asked of a configuration that may be missing altogether.</summary>
public static class ConfigExtensions
{
    /// <summary>Whether there is no configuration, or one without keys.</summary>
    public static bool IsNullOrEmpty(this Config? config) => config is null || config.IsEmpty;

    /// <summary>As <see cref="Config.WithFallback"/>, for a configuration that may be null.</summary>
    public static Config SafeWithFallback(this Config? config, Config fallback) =>
        config is null ? fallback : ReferenceEquals(config, fallback) ? config : config.WithFallback(fallback);
}
