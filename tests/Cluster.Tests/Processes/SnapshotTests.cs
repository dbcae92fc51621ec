using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A VM saved while it runs, and VMs that go on from there, each with its own disk.</summary>
public sealed class SnapshotTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task Vms_go_on_from_a_snapshot_with_its_memory_and_disk_and_the_original_is_not_touched()
    {
        await Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "ledger", "--wait", "--timeout", "100");
        var before = LastAck(await Trapline.UntilConsoleAsync("ledger", "ack 9"));
        var saved = JsonNode.Parse(await Trapline.RunAsync("snapshot", "create", "ledger", "--name", "point", "--output", "json"))!;
        Assert.Equal("ready", (string?)saved["state"]);
        Assert.True((long)saved["bytes"]! > 0);

        await Trapline.RunAsync("run", "--from-snapshot", "point", "--count", "2", "--name", "clone", "--wait", "--timeout", "100");
        foreach (var clone in new[] { "clone-1", "clone-2" })
        {
            // It goes on in the middle: no boot, no verification, and the next record after those that were saved.
            var said = await Trapline.UntilConsoleAsync(clone, "ack ");
            Assert.DoesNotContain("verified", said, StringComparison.Ordinal);
            Assert.True(FirstAck(said) > before, $"{FirstAck(said)} does not follow {before}");
        }

        // Restarted, it boots from its own disk: what was saved, and what it wrote since.
        var acknowledged = LastAck(await Trapline.RunAsync("console", "clone-1", "--present"));
        await Trapline.RunAsync("reboot", "clone-1");
        await Trapline.UntilVmsAsync("clone-1 is rebooted", vms => (long)vms["clone-1"]["incarnation"]! == 2);
        var verified = await Trapline.UntilConsoleAsync("clone-1", " records");
        Assert.True(Number(verified, "verified ") >= acknowledged);
        await Trapline.RunAsync("migrate", "clone-2");
        await Trapline.UntilVmsAsync("clone-2 has moved", vms => (long)vms["clone-2"]["incarnation"]! == 2 && (string)vms["clone-2"]["state"]! == "running");

        var volumes = JsonNode.Parse(await Trapline.RunAsync("volume", "ls", "--output", "json"))!.AsArray();
        Assert.Equal(["clone-1", "clone-2", "ledger"], volumes.Select(v => (string)v!["vm"]!).Order(StringComparer.Ordinal));
        Assert.All(volumes, v => Assert.True((string)v!["state"]! == "in use" && (long)v["allocatedBytes"]! > 0 && (long)v["sizeBytes"]! == 64 << 20));

        var (code, _, errors) = await Trapline.TryAsync("snapshot", "rm", "point");
        Assert.Equal(7, code);
        Assert.Contains("is used by clone-1, clone-2", errors, StringComparison.Ordinal);
        Assert.True(LastAck(await Trapline.RunAsync("console", "ledger", "--present")) > before);

        // A snapshot of a clone stands by itself.
        await Trapline.RunAsync("snapshot", "create", "clone-2", "--name", "second");
        await Trapline.RunAsync("terminate", "clone-1", "clone-2", "ledger");
        await Trapline.UntilVmsAsync("all are gone", vms => vms.Count == 0);
        await Trapline.RunAsync("snapshot", "rm", "point");
        await Trapline.RunAsync("run", "--from-snapshot", "second", "--name", "heir", "--wait", "--timeout", "100");
        Assert.True(FirstAck(await Trapline.UntilConsoleAsync("heir", "ack ")) > before);
        await Trapline.RunAsync("terminate", "heir");
        await Trapline.UntilVmsAsync("it is gone", vms => vms.Count == 0);
        await Trapline.RunAsync("snapshot", "rm", "second");
        Assert.Equal("[]", (await UntilEmptyAsync("snapshot")).Trim());
        Assert.Equal("[]", (await UntilEmptyAsync("volume")).Trim());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(cluster.Data, "snapshots")));
    }

    [Theory]
    [InlineData(6, "There is no snapshot 'none'", "run", "--from-snapshot", "none")]
    [InlineData(6, "There is no snapshot 'none'", "snapshot", "rm", "none")]
    [InlineData(6, "There is no VM 'nobody'", "snapshot", "create", "nobody")]
    [InlineData(2, "give one of --image and --from-snapshot", "run")]
    [InlineData(2, "give neither --type nor --append", "run", "--from-snapshot", "x", "--type", "standard.small")]
    public async Task What_cannot_be_is_said(int code, string complaint, params string[] arguments)
    {
        var (actual, _, errors) = await Trapline.TryAsync(arguments);
        Assert.Equal(code, actual);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
    }

    private async Task<string> UntilEmptyAsync(string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var listed = await Trapline.RunAsync(what, "ls", "--output", "json");
            if (listed.Trim() == "[]" || TimeProvider.System.GetElapsedTime(began) > TraplineCommand.Patience)
                return listed;
        }
    }

    private static long FirstAck(string console) => Number(console, "ack ");

    private static long LastAck(string console) => Number(console[Math.Max(0, console.LastIndexOf("\nack ", StringComparison.Ordinal))..], "ack ");

    private static long Number(string text, string word) =>
        text.Split('\n').Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => long.Parse(line[word.Length..].Split(' ', '\r')[0])).FirstOrDefault();
}
