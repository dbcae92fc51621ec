using System.Net;
using Trapline.Cluster.Tests.Processes;
using Trapline.Controller.Model;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Saved machines that are damaged between saving and restoring: refused by name, and the VM runs once all the same.</summary>
[Collection(OneController.Name)]
public sealed class CorruptSnapshotTests(ThreeNodesOneController fixture)
{
    private const int Attempts = 5;

    private RealCluster Cluster { get; } = fixture.Cluster;

    [Theory]
    [InlineData(false, "wrong checksum")]
    [InlineData(true, "bytes")]
    public async Task A_snapshot_that_is_damaged_is_refused_by_name_and_starts_again_when_it_is_mended(bool cutOff, string complaint)
    {
        await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await Cluster.Trapline.RunAsync("snapshot", "create", ThreeNodes.Web, "--name", "point");
        var id = Assert.Single(await Cluster.SnapshotsAsync()).Id;
        var file = Path.Combine(Cluster.Data, "snapshots", id, "machine.snapshot");
        var whole = await File.ReadAllBytesAsync(file);
        Damage(file, cutOff);

        await Cluster.Trapline.RunAsync("run", "--from-snapshot", "point", "--name", "heir");
        var text = await Cluster.UntilEventAsync("vm-ended", file);
        Assert.Contains(Words.Of(EndReason.StartFailed), text, StringComparison.Ordinal);
        Assert.Contains(complaint, text, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, whole);
        var heir = await Cluster.UntilRunsAsync("heir");
        Assert.True(heir.Incarnation > 1, "it was refused first");
        await Cluster.TerminateAsync("heir");
        await Cluster.Trapline.RunAsync("snapshot", "rm", "point");
        await Cluster.UntilAsync("the snapshot is gone", async () => await Cluster.Api.TryGetSnapshotsAsync() is { Count: 0 });
        await fixture.CheckAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_move_carries_is_damaged_on_the_way_and_the_vm_runs_from_its_disk(bool cutOff)
    {
        for (var attempt = 1; ; attempt++)
        {
            await Cluster.UntilWholeAsync();
            await NothingIsLeftAsync();
            var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
            var target = Cluster.Nodes.First(n => !n.IsController && n.Name != before.Node);
            var isDamaged = await MoveDamagedAsync(before.Id, target, cutOff);
            var next = $"{before.Id} #{before.Incarnation + 1} ended: ";
            var text = isDamaged ? await Cluster.UntilEventAsync("vm-ended", next) : "";
            if ((!isDamaged || text.Contains(Words.Of(EndReason.HostLost), StringComparison.Ordinal)) && attempt < Attempts)
                continue; // the machine was so loaded that the target was given up first
            Assert.StartsWith($"{next}{Words.Of(EndReason.StartFailed)}", text, StringComparison.Ordinal);
            Assert.Contains($"moves/{before.Id}.{before.Incarnation}", text, StringComparison.Ordinal);
            await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation + 1);
            break;
        }

        await NothingIsLeftAsync();
        await fixture.CheckAsync();
    }

    private Task NothingIsLeftAsync() =>
        Cluster.UntilAsync("nothing is left of a move", () => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(Cluster.Data, "moves")).Any()));

    /// <summary>Has the target wait while it is told to take over, and damages what it is to take over. False if it was not told in time.</summary>
    private async Task<bool> MoveDamagedAsync(string vm, NodeProcessInfo target, bool cutOff)
    {
        Posix.Send(target.Pid, Posix.Stop);
        try
        {
            var (status, body) = await Cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{ThreeNodes.Ledger}/migrate", $$"""{ "to": "{{target.Name}}" }""");
            if (status != HttpStatusCode.Accepted)
                return body.Contains(target.Name, StringComparison.Ordinal) ? false : throw new InvalidOperationException(body);
            var outcome = "";
            await Cluster.UntilAsync("the move is decided", async () => (outcome = (await Cluster.Api.TryGetEventsAsync())?
                .LastOrDefault(e => e.Vm == vm && e.Kind is "move-started" or "vm-placed" or "move-aborted" or "vm-ended")?.Kind ?? "") is not ("" or "move-started"));
            if (outcome != "vm-placed")
                return false;
            Damage(Assert.Single(Directory.GetFiles(Path.Combine(Cluster.Data, "moves"), "*.snapshot")), cutOff);
            return true;
        }
        finally
        {
            Posix.Send(target.Pid, Posix.Continue);
        }
    }

    /// <summary>Flips bits in the last byte that is not zero, which lies in the guest's memory; or cuts the file in half.</summary>
    private static void Damage(string path, bool cutOff)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (cutOff)
        {
            file.SetLength(file.Length / 2);
            return;
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var last = bytes.AsSpan().LastIndexOfAnyExcept((byte)0);
        file.Position = last;
        file.WriteByte((byte)(bytes[last] ^ 0x5a));
    }
}
