using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A local cluster grows and shrinks while it runs, and remembers it.</summary>
public sealed class NodeTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private TraplineCommand _trapline = null!;

    public Task InitializeAsync()
    {
        _trapline = new TraplineCommand(_data.FullName);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _trapline.TryAsync("down");
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Nodes_are_added_watched_drained_and_removed_with_their_processes_and_up_starts_what_there_was()
    {
        await _trapline.RunAsync("up", "--detach", "--nodes", "1");
        await _trapline.RunAsync("node", "add", "--count", "2");
        Assert.Equal(["node1", "node2", "node3"], await NodesAsync());
        await _trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "a", "--wait", "--timeout", "100");

        // Watched over like the first: what is killed is started again.
        var pid = PidOf("node3");
        await _trapline.RunAsync("fault", "node-kill", "node3");
        await UntilAsync(() => Task.FromResult(PidOf("node3") != pid));

        var (code, _, errors) = await _trapline.TryAsync("node", "rm", "node1");
        Assert.Equal(7, code);
        Assert.Contains("drain it first", errors, StringComparison.Ordinal);
        await _trapline.RunAsync("node", "drain", "node1");
        await _trapline.UntilVmsAsync("node1 is empty", vms => (string?)vms["a"]["node"] != "node1" && (string)vms["a"]["state"]! == "running");
        await _trapline.RunAsync("node", "rm", "node1");
        Assert.Null(PidOf("node1"));
        Assert.Equal(["node2", "node3"], await NodesAsync());

        await _trapline.RunAsync("down");
        await _trapline.RunAsync("up", "--detach");
        Assert.NotNull(PidOf("node2"));
        Assert.NotNull(PidOf("node3"));
        Assert.Null(PidOf("node1"));
        await _trapline.RunAsync("down");
    }

    private int? PidOf(string node) =>
        (int?)JsonNode.Parse(File.ReadAllText(Path.Combine(_data.FullName, "cluster.json")))!["nodes"]!.AsArray().FirstOrDefault(n => (string)n!["name"]! == node)?["pid"];

    private async Task<IEnumerable<string>> NodesAsync() =>
        JsonNode.Parse(await _trapline.RunAsync("node", "ls", "--output", "json"))!.AsArray().Select(n => (string)n!["name"]!);

    private static async Task UntilAsync(Func<Task<bool>> wanted)
    {
        using var patience = new CancellationTokenSource(TraplineCommand.Patience);
        while (!await wanted())
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
    }
}
