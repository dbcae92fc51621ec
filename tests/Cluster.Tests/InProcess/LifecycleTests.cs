using Akka.Actor;
using Trapline.Controller.Actors;
using Trapline.Controller.Model;
using Trapline.HostNode;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>Real actors, real remoting, a real journal and real guests; only the processes are one.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task A_vm_runs_crashes_restarts_moves_stops_and_goes()
    {
        await using var cluster = await LocalCluster.StartAsync("a", "b");
        await cluster.UntilAsync("both hosts are here", s => s.Model.Hosts.Count == 2);

        var accepted = Assert.IsType<Accepted>(await cluster.RequestAsync(Define("web")));
        var vm = Assert.Single(accepted.Vms);
        var first = (await cluster.UntilAsync("it runs", s => Runs(s, vm))).Model.Vms[vm].Assignment!.Host;

        cluster.Host(first.Value).Tell(new FailVmActor(vm));
        await cluster.UntilAsync("it still runs, in the same incarnation", s => Runs(s, vm) && s.Model.Vms[vm].Incarnation == new Incarnation(1));

        Assert.IsType<Accepted>(await cluster.RequestAsync(new WishForVm("web", VmWish.Reboot)));
        await cluster.UntilAsync("it is rebooted", s => Runs(s, vm) && s.Model.Vms[vm].Incarnation == new Incarnation(2));

        Assert.IsType<Accepted>(await cluster.RequestAsync(new MoveVm("web", null)));
        var moved = await cluster.UntilAsync("it has moved", s => Runs(s, vm) && s.Model.Vms[vm].Incarnation == new Incarnation(3));
        Assert.NotEqual(first, moved.Model.Vms[vm].Assignment!.Host);

        Assert.IsType<Accepted>(await cluster.RequestAsync(new WishForVm("web", VmWish.Stop)));
        await cluster.UntilAsync("it is stopped", s => s.Model.Vms[vm].Assignment is null);
        Assert.IsType<Accepted>(await cluster.RequestAsync(new WishForVm("web", VmWish.Terminate)));
        await cluster.UntilAsync("it is gone", s => s.Model.Vms.IsEmpty);
    }

    [Fact]
    public async Task What_a_dead_host_ran_runs_elsewhere_and_a_new_controller_remembers()
    {
        await using var cluster = await LocalCluster.StartAsync("a", "b");
        await cluster.UntilAsync("both hosts are here", s => s.Model.Hosts.Count == 2);
        var vm = Assert.IsType<Accepted>(await cluster.RequestAsync(Define("web"))).Vms[0];
        var host = (await cluster.UntilAsync("it runs", s => Runs(s, vm))).Model.Vms[vm].Assignment!.Host;

        await cluster.AbortAsync(host.Value);
        var after = await cluster.UntilAsync("it runs elsewhere", s => Runs(s, vm) && s.Model.Vms[vm].Incarnation == new Incarnation(2));
        Assert.NotEqual(host, after.Model.Vms[vm].Assignment!.Host);

        await cluster.AbortAsync("controller");
        await cluster.StartControllerAsync();
        await cluster.UntilAsync("the new controller knows it, where it is", s => Runs(s, vm) && s.Model.Vms[vm].Incarnation == new Incarnation(2) && s.Observed.Hosts.Count > 0);
    }

    private static DefineVms Define(string name) => new(new VmSpec(name, new ImageName("minios"), "highcpu.small"), 1, [new ImageName("minios")]);

    private static bool Runs(ClusterState state, VmId vm) =>
        state.Model.Vms.GetValueOrDefault(vm)?.Assignment is { Started: true } assignment
        && state.Observed.Hosts.GetValueOrDefault(assignment.Host)?.About(vm) is { State: VmState.Running } report
        && report.Incarnation == assignment.Incarnation;
}
