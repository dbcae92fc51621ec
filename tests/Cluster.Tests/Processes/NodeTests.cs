using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A local cluster grows and shrinks while it runs, and remembers it.</summary>
public sealed class NodeTests : OwnDataRoot
{
    [Fact]
    public async Task Nodes_are_added_watched_drained_and_removed_with_their_processes_and_up_starts_what_there_was()
    {
        await Trapline.RunAsync("up", "--detach", "--nodes", "1");
        await Trapline.RunAsync("node", "add", "--count", "2");
        Assert.Equal(["node1", "node2", "node3"], await NodesAsync());
        await Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "a", "--wait", "--timeout", "100");

        // Watched over like the first: what is killed is started again.
        var pid = PidOf("node3");
        await Trapline.RunAsync("fault", "node-kill", "node3");
        await Waiting.UntilAsync("node3 is started again", () => Task.FromResult(PidOf("node3") != pid));

        var (code, _, errors) = await Trapline.TryAsync("node", "rm", "node1");
        Assert.Equal(7, code);
        Assert.Contains("drain it first", errors, StringComparison.Ordinal);
        await Trapline.RunAsync("node", "drain", "node1");
        await Trapline.UntilVmsAsync("node1 is empty", vms => (string?)vms["a"]["node"] != "node1" && (string)vms["a"]["state"]! == "running");
        await Trapline.RunAsync("node", "rm", "node1");
        Assert.Null(PidOf("node1"));
        Assert.Equal(["node2", "node3"], await NodesAsync());

        await Trapline.RunAsync("down");
        await Trapline.RunAsync("up", "--detach");
        Assert.NotNull(PidOf("node2"));
        Assert.NotNull(PidOf("node3"));
        Assert.Null(PidOf("node1"));
        await Trapline.RunAsync("down");
    }

    private int? PidOf(string node) =>
        (int?)JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "cluster.json")))!["nodes"]!.AsArray().FirstOrDefault(n => (string)n!["name"]! == node)?["pid"];

    private async Task<IEnumerable<string>> NodesAsync() =>
        JsonNode.Parse(await Trapline.RunAsync("node", "ls", "--output", "json"))!.AsArray().Select(n => (string)n!["name"]!);
}
