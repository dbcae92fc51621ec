using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;

namespace Trapline.ActorRuntime.Tests.Cluster;

public sealed class SingletonTests
{
    private const string Resolver = """
        akka.cluster {
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          split-brain-resolver { active-strategy = keep-majority, stable-after = 3s }
        }
        """;

    [Fact]
    public async Task The_singleton_runs_on_the_oldest_node_alone()
    {
        var nodes = await ClusterNode.FormAsync(3);
        await using var all = new AsyncDisposables(nodes);
        var runs = new SingletonRuns();
        // Started first on the youngest: it is age that counts.
        foreach (var node in nodes.Reverse())
            runs.Manage(node);

        foreach (var node in nodes)
            Assert.Equal(nodes[0].Address.ToString(), await AskAsync(runs.Proxy(node), "where"));
        Assert.Equal([nodes[0].Address], runs.Started);
    }

    [Fact]
    public async Task Only_nodes_of_the_role_run_it()
    {
        await using var first = ClusterNode.Start();
        await using var second = ClusterNode.Start("akka.cluster.roles = [host]");
        await first.Cluster.JoinAsync(first.Address).WaitAsync(ClusterNode.Patience);
        await second.Cluster.JoinAsync(first.Address).WaitAsync(ClusterNode.Patience);
        var runs = new SingletonRuns("host");
        runs.Manage(second);

        Assert.Equal(second.Address.ToString(), await AskAsync(runs.Proxy(first), "where"));
    }

    [Fact]
    public async Task A_leaving_host_hands_over_before_it_exits_and_the_proxy_loses_nothing()
    {
        var nodes = await ClusterNode.FormAsync(3);
        await using var all = new AsyncDisposables(nodes);
        var runs = new SingletonRuns();
        Array.ForEach(nodes, runs.Manage);
        var proxy = runs.Proxy(nodes[1]);
        Assert.Equal(nodes[0].Address.ToString(), await AskAsync(proxy, "where"));

        nodes[0].Cluster.Leave(nodes[0].Address);
        await Eventually.TrueAsync(() => runs.Stopped.Contains(nodes[0].Address), () => "the singleton stops on the leaving node");
        for (var i = 0; i < 100; i++)
            proxy.Tell(i.ToString(CultureInfo.InvariantCulture), nodes[1].Events.Ref);

        await nodes[1].Events.UntilAsync<string>(s => s == "got 99");
        var answers = nodes[1].Events.All.OfType<string>().Where(s => s.StartsWith("got ", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"got {i}"), answers);
        Assert.Equal([nodes[0].Address, nodes[1].Address], runs.Started);
        Assert.False(runs.RanTwice);
        await nodes[0].System.WhenTerminated.WaitAsync(ClusterNode.Patience);
    }

    [Fact]
    public async Task After_a_crash_of_its_host_the_singleton_comes_back_on_the_next_oldest()
    {
        var nodes = await ClusterNode.FormAsync(3, Resolver);
        await using var all = new AsyncDisposables(nodes);
        var runs = new SingletonRuns();
        Array.ForEach(nodes, runs.Manage);
        var proxy = runs.Proxy(nodes[2]);
        Assert.Equal(nodes[0].Address.ToString(), await AskAsync(proxy, "where"));

        await nodes[0].CrashAsync();

        await Eventually.TrueAsync(() => runs.Started.Contains(nodes[1].Address), () => "the singleton starts on the next node");
        Assert.Equal(nodes[1].Address.ToString(), await AskAsync(proxy, "where"));
    }

    [Fact]
    public async Task A_proxy_keeps_messages_until_the_singleton_is_there()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);
        var runs = new SingletonRuns();
        var proxy = runs.Proxy(nodes[1]);
        for (var i = 0; i < 50; i++)
            proxy.Tell(i.ToString(CultureInfo.InvariantCulture), nodes[1].Events.Ref);

        Array.ForEach(nodes, runs.Manage);

        await nodes[1].Events.UntilAsync<string>(s => s == "got 49");
        var answers = nodes[1].Events.All.OfType<string>().Where(s => s.StartsWith("got ", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"got {i}"), answers);
    }

    [Fact]
    public async Task A_full_buffer_gives_up_the_oldest_messages()
    {
        await using var node = ClusterNode.Start();
        await node.Cluster.JoinAsync(node.Address).WaitAsync(ClusterNode.Patience);
        var runs = new SingletonRuns();
        var proxy = runs.Proxy(node, bufferSize: 3);
        for (var i = 0; i < 10; i++)
            proxy.Tell(i.ToString(CultureInfo.InvariantCulture), node.Events.Ref);

        runs.Manage(node);

        await node.Events.UntilAsync<string>(s => s == "got 9");
        Assert.Equal(["got 7", "got 8", "got 9"], node.Events.All.OfType<string>());
    }

    [Fact]
    public void Settings_say_what_they_were_told()
    {
        var manager = new ClusterSingletonManagerSettings("one", "x", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), false)
            .WithSingletonName("two").WithRole("y").WithRemovalMargin(TimeSpan.FromSeconds(3)).WithHandOverRetryInterval(TimeSpan.FromSeconds(4));
        Assert.Equal(("two", "y", 3.0, 4.0), (manager.SingletonName, manager.Role, manager.RemovalMargin.TotalSeconds, manager.HandOverRetryInterval.TotalSeconds));

        var proxy = new ClusterSingletonProxySettings("one", "x", TimeSpan.FromSeconds(1), 10, false)
            .WithSingletonName("two").WithRole("y").WithBufferSize(20).WithSingletonIdentificationInterval(TimeSpan.FromSeconds(5));
        Assert.Equal(("two", "y", 20, 5.0), (proxy.SingletonName, proxy.Role, proxy.BufferSize, proxy.SingletonIdentificationInterval.TotalSeconds));
        Assert.Throws<ArgumentException>(() => proxy.WithBufferSize(10_001));
    }

    private static Task<string> AskAsync(IActorRef proxy, string question) => proxy.Ask<string>(question, ClusterNode.Patience);
}
