using Akka.Configuration;

namespace Trapline.ActorRuntime.Tests;

/// <summary>
/// Base of the behaviour tests. Waits end with the event that they wait for; the limits here are only reached by a failing
/// test, so they are wide enough for a machine under load.
/// </summary>
public abstract class ActorTest(string config = "") : Akka.TestKit.Xunit2.TestKit(ConfigurationFactory.ParseString(Limits + config))
{
    /// <summary>How long to look for a message that must not come.</summary>
    protected static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(150);

    /// <summary>How long to wait for what must come.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Limits =
        """
        akka.loglevel = WARNING
        akka.stdout-loglevel = OFF
        akka.log-dead-letters = off
        akka.test.single-expect-default = 60s
        akka.test.default-timeout = 60s
        akka.test.filter-leeway = 60s

        """;
}
