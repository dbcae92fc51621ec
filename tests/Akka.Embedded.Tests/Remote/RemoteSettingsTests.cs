using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public class RemoteSettingsTests
{
    [Theory]
    [InlineData("akka.remote.dot-netty.tcp.port = 70000", "port", "65535")]
    [InlineData("akka.remote.dot-netty.tcp.maximum-frame-size = 10b", "maximum-frame-size", "32000")]
    [InlineData("akka.remote.dot-netty.tcp.applied-adapters = [nonesuch]", "applied-adapters", "trttl")]
    [InlineData("akka.remote.retry-gate-closed-for = 0s", "retry-gate-closed-for", "longer than zero")]
    [InlineData("akka.remote.retry-gate-closed-for = soon", "retry-gate-closed-for", "soon")]
    [InlineData("akka.remote.system-message-buffer-size = 0", "system-message-buffer-size", "at least 1")]
    [InlineData("akka.remote.log-remote-lifecycle-events = loud", "log-remote-lifecycle-events", "loud")]
    [InlineData("akka.remote.watch-failure-detector.implementation-class = Nonesuch", "implementation-class", "Nonesuch")]
    [InlineData("akka.remote.watch-failure-detector.threshold = 0", "watch-failure-detector", "threshold")]
    [InlineData("akka.remote.transport-failure-detector.acceptable-heartbeat-pause = 0s", "transport-failure-detector", "Heartbeat")]
    public void A_wrong_value_is_named_with_its_key_and_what_was_expected(string wrong, string key, string expected)
    {
        var config = ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp.hostname = "127.0.0.1"
            akka.remote.dot-netty.tcp.port = 0
            {{wrong}}
            """);
        var failure = Assert.ThrowsAny<Exception>(() => ActorSystem.Create("wrong", config)).GetBaseException();
        Assert.IsType<ConfigurationException>(failure);
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_names_the_line()
    {
        var config = ConfigurationFactory.ParseString("akka.actor.provider = remote\n\nakka.remote.dot-netty.tcp.port = 70000\n");
        var failure = Assert.ThrowsAny<Exception>(() => ActorSystem.Create("wrong", config)).GetBaseException();
        Assert.Contains("line 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_those_of_the_documentation()
    {
        var settings = new RemoteSettings(DefaultsOf());
        Assert.Equal(TimeSpan.FromSeconds(5), settings.RetryGateClosedFor);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.FlushWait);
        Assert.Equal(20_000, settings.SysMsgBufferSize);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.WatchHeartBeatInterval);
        Assert.Equal(TimeSpan.FromDays(5), settings.QuarantineDuration);
        Assert.False(settings.UntrustedMode);
    }

    private static Config DefaultsOf()
    {
        var system = ActorSystem.Create("defaults", "akka.loglevel = OFF");
        try
        {
            return system.Settings.Config;
        }
        finally
        {
            system.Terminate().Wait(RemoteProbe.Patience);
        }
    }
}
