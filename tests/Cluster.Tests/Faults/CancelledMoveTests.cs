using Trapline.Cluster.Tests.FullDisks;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>
/// A move that is under way, because the disk that it is saved to hangs, while somebody takes it back or one of those who carry it out is killed: the VM
/// goes on where it was, or once elsewhere, and never in two places.
/// </summary>
[Collection(OneController.Name)]
public sealed class CancelledMoveTests(ThreeNodesOneController fixture) : IAsyncLifetime
{
    private FrozenDisk? _moves;

    private RealCluster Cluster { get; } = fixture.Cluster;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _moves?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task A_move_that_is_cancelled_while_it_is_saved_leaves_the_vm_running_with_its_memory()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var shell = new Shell(Cluster, ThreeNodes.Web);
        await shell.UntilReadyAsync(before.Incarnation);
        var uptime = await shell.UptimeAsync();
        await BeginMoveAsync(before);
        await CancelAsync();
        await Cluster.UntilAsync("it runs where it was", v => v.FindVm(ThreeNodes.Web) is { State: VmStates.Running, MovingTo: null } vm && vm.Incarnation == before.Incarnation && vm.Node == before.Node);
        Assert.True(await shell.UptimeAsync() > uptime, "it goes on, and was not started anew");
        await EndAsync();

        // And now that the disk works again it moves.
        await Cluster.MigrateAsync(ThreeNodes.Web);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation, notOn: before.Node);
        await fixture.CheckAsync();
    }

    [SkippableTheory]
    [InlineData("source", false)]
    [InlineData("source", true)]
    [InlineData("target", false)]
    [InlineData("target", true)]
    [InlineData("controller", false)]
    [InlineData("controller", true)]
    public async Task Whoever_is_killed_in_the_middle_of_a_move_or_of_its_cancellation_the_vm_runs_once(string victim, bool cancelled)
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var target = await BeginMoveAsync(before);
        var cancelling = cancelled ? Cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{ThreeNodes.Web}/abort-move") : null;
        var node = Cluster.Node(victim switch { "source" => before.Node!, "target" => target, _ => "controller1" });
        Posix.Send(node.Pid, Posix.Kill);
        if (cancelling is not null)
            await cancelling;
        if (victim == "source")
            await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation, notOn: before.Node);
        await EndAsync();
        await Cluster.UntilAsync($"{node.Name} is started again", () => Task.FromResult(Cluster.Node(node.Name).Starts > node.Starts));
        await Cluster.UntilWholeAsync();
        await fixture.CheckAsync();
    }

    /// <summary>Has the VM begin to move, and hang at it; returns the target.</summary>
    private async Task<string> BeginMoveAsync(VmView before)
    {
        await Cluster.UntilWholeAsync();
        _moves = FrozenDisk.Mount(Path.Combine(Cluster.Data, "moves"));
        await _moves.FreezeAsync();
        await Cluster.MigrateAsync(ThreeNodes.Web);
        var moving = await Cluster.UntilAsync("it is being saved", v => v.FindVm(ThreeNodes.Web) is { State: VmStates.Moving, MovingTo: not null });
        Assert.Equal(before.Incarnation, moving.FindVm(ThreeNodes.Web)!.Incarnation);
        return moving.FindVm(ThreeNodes.Web)!.MovingTo!;
    }

    private Task<string> CancelAsync() => Cluster.Trapline.RunAsync("migrate", ThreeNodes.Web, "--cancel");

    /// <summary>The disk works again: what hung comes to its end, and nothing of the move is left.</summary>
    private async Task EndAsync()
    {
        _moves!.Thaw();
        await Cluster.UntilAsync("nothing is left of the move", () => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(Cluster.Data, "moves")).Any()));
    }
}
