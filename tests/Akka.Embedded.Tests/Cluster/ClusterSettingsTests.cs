using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.SBR;
using Akka.Configuration;

namespace Akka.Embedded.Tests.Cluster;

public sealed class ClusterSettingsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_documentation()
    {
        var settings = SettingsOf("");

        Assert.Empty(settings.SeedNodes);
        Assert.Empty(settings.Roles);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.SeedNodeTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.RetryUnsuccessfulJoinAfter);
        Assert.Null(settings.ShutdownAfterUnsuccessfulJoinSeedNodes);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.GossipInterval);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.GossipTimeToLive);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.LeaderActionsInterval);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.HeartbeatExpectedResponseAfter);
        Assert.Equal(9, settings.MonitoredByNrOfMembers);
        Assert.Equal(1, settings.MinNrOfMembers);
        Assert.True(settings.AllowWeaklyUpMembers);
        Assert.Equal(TimeSpan.FromSeconds(7), settings.WeaklyUpAfter);
        Assert.True(settings.RunCoordinatedShutdownWhenDown);
        Assert.Equal(typeof(NoDowning), settings.DowningProviderType);
    }

    [Fact]
    public void Settings_are_read_from_their_keys()
    {
        var settings = SettingsOf("""
            akka.cluster {
              seed-nodes = ["akka.tcp://sys@a:1", "akka.tcp://sys@b:2"]
              roles = [x, y]
              role.x.min-nr-of-members = 2
              min-nr-of-members = 3
              allow-weakly-up-members = off
              retry-unsuccessful-join-after = off
              shutdown-after-unsuccessful-join-seed-nodes = 20s
              downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            }
            """);

        Assert.Equal(["a", "b"], settings.SeedNodes.Select(s => s.Host));
        Assert.Equal(["x", "y"], settings.Roles.Order(StringComparer.Ordinal));
        Assert.Equal(2, settings.MinNrOfMembersOfRole["x"]);
        Assert.Equal(3, settings.MinNrOfMembers);
        Assert.False(settings.AllowWeaklyUpMembers);
        Assert.Null(settings.RetryUnsuccessfulJoinAfter);
        Assert.Equal(TimeSpan.FromSeconds(20), settings.ShutdownAfterUnsuccessfulJoinSeedNodes);
        Assert.Equal(typeof(SplitBrainResolverProvider), settings.DowningProviderType);
    }

    [Theory]
    [InlineData("akka.cluster.seed-nodes = [nonsense]", "seed-nodes")]
    [InlineData("akka.cluster.seed-nodes = [\"akka.tcp://other@a:1\"]", "seed-nodes")]
    [InlineData("akka.cluster.seed-nodes = [\"akka.tcp://sys@a\"]", "seed-nodes")]
    [InlineData("akka.cluster.gossip-interval = 0s", "gossip-interval")]
    [InlineData("akka.cluster.gossip-interval = often", "gossip-interval")]
    [InlineData("akka.cluster.min-nr-of-members = 0", "min-nr-of-members")]
    [InlineData("akka.cluster.role.x.min-nr-of-members = 0", "role.x.min-nr-of-members")]
    [InlineData("akka.cluster.failure-detector.monitored-by-nr-of-members = none", "monitored-by-nr-of-members")]
    [InlineData("akka.cluster.downing-provider-class = Nobody", "downing-provider-class")]
    public void A_wrong_value_is_refused_by_its_key(string hocon, string key)
    {
        var e = Assert.ThrowsAny<ConfigurationException>(() => SettingsOf(hocon));

        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("active-strategy = guess", "active-strategy")]
    [InlineData("stable-after = 0s", "stable-after")]
    [InlineData("active-strategy = static-quorum", "static-quorum.quorum-size")]
    public void A_wrong_value_of_the_resolver_is_refused_by_its_key(string hocon, string key)
    {
        var config = ConfigurationFactory.ParseString($"akka.cluster.split-brain-resolver {{ {hocon} }}").WithFallback(Defaults);

        var e = Assert.ThrowsAny<ConfigurationException>(() => new SplitBrainResolverSettings(config).CreateStrategy());

        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_without_the_cluster_provider_has_no_cluster()
    {
        using var system = ActorSystem.Create("sys");

        var e = Assert.ThrowsAny<Exception>(() => Akka.Cluster.Cluster.Get(system));

        Assert.Contains("akka.actor.provider", e.ToString(), StringComparison.Ordinal);
    }

    private static Config Defaults => ConfigurationFactory.FromResource("Akka.Cluster.reference.conf", typeof(ClusterSettings).Assembly);

    private static ClusterSettings SettingsOf(string hocon) =>
        new(ConfigurationFactory.ParseString(hocon).WithFallback(Defaults), "sys");
}
