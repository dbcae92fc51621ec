using Akka.Actor;
using Akka.Cluster.Daemon;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class JoinProcessTests
{
    private static readonly Address A = Node("a").Address;
    private static readonly Address B = Node("b").Address;
    private static readonly Address C = Node("c").Address;
    private static readonly CoreSettings Settings = new() { ShutdownAfterUnsuccessfulJoin = TimeSpan.FromSeconds(30) };

    [Fact]
    public void The_only_seed_node_starts_a_cluster_at_once() =>
        Assert.True(JoinProcess.Search(A, [A], Settings, TimeSpan.Zero).Tick(TimeSpan.Zero).JoinSelf);

    [Fact]
    public void The_first_seed_node_starts_a_cluster_when_all_others_are_in_none()
    {
        var process = JoinProcess.Search(A, [A, B, C], Settings, TimeSpan.Zero);
        Assert.Equal([B, C], process.Tick(TimeSpan.Zero).Ask.AsEnumerable());

        process.Refused(B);
        Assert.False(process.Tick(TimeSpan.FromSeconds(1)).JoinSelf);
        process.Refused(C);
        Assert.True(process.Tick(TimeSpan.FromSeconds(1)).JoinSelf);
    }

    [Fact]
    public void The_first_seed_node_starts_a_cluster_when_nobody_answers_in_time()
    {
        var process = JoinProcess.Search(A, [A, B], Settings, TimeSpan.Zero);

        Assert.False(process.Tick(Settings.SeedNodeTimeout - TimeSpan.FromMilliseconds(1)).JoinSelf);
        Assert.True(process.Tick(Settings.SeedNodeTimeout).JoinSelf);
    }

    [Fact]
    public void No_other_seed_node_ever_starts_a_cluster()
    {
        var process = JoinProcess.Search(B, [A, B, C], Settings, TimeSpan.Zero);
        process.Refused(A);
        process.Refused(C);

        Assert.False(process.Tick(TimeSpan.FromHours(1)).JoinSelf);
    }

    [Fact]
    public void A_node_joins_the_first_that_answers_and_searches_anew_when_no_welcome_comes()
    {
        var process = JoinProcess.Search(B, [A, B, C], Settings, TimeSpan.Zero);
        process.Acknowledged(C, TimeSpan.FromSeconds(1));
        process.Acknowledged(A, TimeSpan.FromSeconds(1));

        Assert.Equal(C, process.Tick(TimeSpan.FromSeconds(1)).JoinAt);
        Assert.Null(process.Tick(TimeSpan.FromSeconds(1.5)).JoinAt);
        Assert.Equal(C, process.Tick(TimeSpan.FromSeconds(2)).JoinAt);
        Assert.Equal([A, C], process.Tick(TimeSpan.FromSeconds(11)).Ask.AsEnumerable());
        Assert.Null(process.JoiningTo);
    }

    [Fact]
    public void Only_configured_seed_nodes_are_listened_to()
    {
        var process = JoinProcess.Search(B, [A, B], Settings, TimeSpan.Zero);

        process.Acknowledged(C, TimeSpan.Zero);

        Assert.Null(process.JoiningTo);
    }

    [Fact]
    public void A_node_that_finds_no_cluster_in_the_configured_time_says_so_once()
    {
        var process = JoinProcess.Search(B, [A, B], Settings, TimeSpan.Zero);

        Assert.False(process.Tick(TimeSpan.FromSeconds(29)).Unsuccessful);
        Assert.True(process.Tick(TimeSpan.FromSeconds(30)).Unsuccessful);
        Assert.False(process.Tick(TimeSpan.FromSeconds(31)).Unsuccessful);
    }
}
