using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;

namespace Akka.Persistence;

/// <summary>The circuit breaker of a plug-in, by its settings.</summary>
internal static class PluginBreaker
{
    /// <summary>Makes the breaker.</summary>
    public static CircuitBreaker Create(IScheduler scheduler, Config config) => new(
        scheduler,
        config.GetInt("circuit-breaker.max-failures", 10),
        config.GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(10), allowInfinite: false),
        config.GetTimeSpan("circuit-breaker.reset-timeout", TimeSpan.FromSeconds(30), allowInfinite: false));
}
