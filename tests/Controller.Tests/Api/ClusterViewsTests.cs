using System.Collections.Immutable;
using Trapline.Controller.Clocks;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Controller.Views;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Api;

/// <summary>How the controller's knowledge reads for users.</summary>
public sealed class ClusterViewsTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly Moment Moment = new(Now, TimeSpan.FromHours(1));
    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000001");
    private static readonly VmId Vm = new("vm-1");
    private static readonly IClusterEvent[] Placed =
    [
        new HostBooted(Now, Host, Boot, new Resources(800, 4096)),
        new VmDefined(Now, Vm, new VmSpec("web", new ImageName("minios"), "standard.small")),
        new VmPlaced(Now, Vm, Host, Boot, new Incarnation(1), "spread 1.000"),
    ];

    [Theory]
    [InlineData(VmState.Starting, true, VmStates.Starting)]
    [InlineData(VmState.Running, true, VmStates.Running)]
    [InlineData(VmState.Running, false, VmStates.Paused)]
    [InlineData(VmState.Stopping, true, VmStates.Stopping)]
    public void A_vm_is_what_its_host_reports(VmState reported, bool executing, string shown)
    {
        var observed = Observed.Nothing.With(Report(reported, executing), Moment.Monotonic);
        Assert.Equal(shown, Show(Placed, observed).Vms[0].State);
    }

    [Fact]
    public void Why_a_vm_is_where_it_is_does_not_count_the_vm_against_itself()
    {
        var spec = new VmSpec("web", new ImageName("minios"), "standard.xlarge", Group: new GroupName("g"), Affinity: GroupAffinity.Apart);
        var model = new IClusterEvent[] { Placed[0], new VmDefined(Now, Vm, spec), Placed[2] }.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
        var views = new ClusterViews(model, Observed.Nothing.With(Report(VmState.Running, true), Moment.Monotonic), Moment, new ReconcilerSettings());

        var why = Assert.IsType<PlacementExplanation>(views.Explain("web")).View;
        Assert.Equal("spread 1.000", why.Reason);
        Assert.Equal([1.0], why.Nodes.Select(n => n.Score ?? -1));
        Assert.All(why.Nodes, n => Assert.Empty(n.Refusals));
    }

    [Fact]
    public void A_large_cluster_is_described_in_parts_that_make_the_whole()
    {
        var events = Enumerable.Range(1, 7).Select(i => new VmDefined(Now, new VmId($"vm-{i}"), new VmSpec($"web-{i}", new ImageName("minios"), "standard.small")));
        var model = events.Prepend(Placed[0]).Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
        var views = new ClusterViews(model, Observed.Nothing, Moment, new ReconcilerSettings());

        var parts = new List<ClusterDescription> { views.Describe(_ => null, most: 3) };
        while (parts[^1].Next is { } last)
            parts.Add(views.Describe(_ => null, last, most: 3));

        Assert.Equal([3, 3, 1], parts.Select(p => p.View.Vms.Length));
        Assert.Equal([1, 0, 0], parts.Select(p => p.View.Nodes.Length));
        Assert.Equal(model.Vms.Keys.Select(vm => vm.Value), parts.SelectMany(p => p.View.Vms).Select(vm => vm.Id));
    }

    [Fact]
    public void A_vm_is_located_by_name_and_an_unknown_one_is_answered_with_the_names_that_exist()
    {
        var views = new ClusterViews(Placed.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e)), Observed.Nothing, Moment, new ReconcilerSettings());

        var location = Assert.IsType<VmLocation>(views.Locate("web", host => $"at {host}"));
        Assert.Equal((Vm, "at node1"), (location.Vm, location.Address));
        Assert.Equal("There is no VM 'wub'. Did you mean 'web'? VMs: web.", Assert.IsType<Rejected>(views.Locate("wub", _ => null)).Message);
    }

    [Fact]
    public void A_vm_on_a_silent_host_is_unknown_and_one_without_a_host_says_why()
    {
        var observed = Observed.Nothing.With(Report(VmState.Running, executing: true), Moment.Monotonic - TimeSpan.FromMinutes(1));
        var silent = Show(Placed, observed);
        Assert.Equal((VmStates.Unknown, "silent"), (silent.Vms[0].State, silent.Nodes[0].State));

        var pending = Show([Placed[1], new VmPending(Now, Vm, "there are no hosts")], Observed.Nothing).Vms[0];
        Assert.Equal((VmStates.Pending, "there are no hosts"), (pending.State, pending.Reason));

        var ended = new VmEnded(Now, Vm, new Incarnation(1), EndReason.GuestPanic, "pc", Now + TimeSpan.FromSeconds(4), CrashLoop: false);
        var waits = Show([.. Placed, ended], Observed.Nothing).Vms[0];
        Assert.Equal((VmStates.BackOff, "#1 guest panic on node1: pc"), (waits.State, waits.LastEnd));
        Assert.Equal(VmStates.CrashLoop, Show([.. Placed, ended with { RetryAt = null, CrashLoop = true }], Observed.Nothing).Vms[0].State);
        var over = Show([.. Placed, ended with { RetryAt = null }], Observed.Nothing).Vms[0];
        Assert.Equal((VmStates.Ended, "ended", "GuestPanic"), (over.State, over.Desired, over.LastEndReason));
        Assert.Equal(VmStates.Terminating, Show([.. Placed, new DesiredStateChanged(Now, Vm, DesiredState.Terminated)], Observed.Nothing).Vms[0].State);
    }

    [Fact]
    public void The_ring_numbers_events_by_generation_and_keeps_the_latest()
    {
        var ring = new EventRing();
        var model = ClusterModel.Empty;
        foreach (var e in Placed.Append(new VmRemoved(Now, Vm)))
        {
            var before = model;
            model = model.Apply(e);
            ring.Add(before, model, e);
        }

        Assert.Equal(["host-booted", "vm-defined", "vm-placed", "vm-removed"], ring.After(0, 10).Select(e => e.Kind));
        Assert.Equal([3L, 4L], ring.After(2, 10).Select(e => e.Generation));
        Assert.Equal(("web", "node1", 1L), (ring.After(2, 1)[0].VmName, ring.After(2, 1)[0].Node, ring.After(2, 1)[0].Incarnation));
        Assert.Equal("web", ring.After(3, 10)[0].VmName);
        for (var i = 0; i < EventRing.Capacity; i++)
            ring.Add(model, model with { Generation = 5 + i }, new HostRemoved(Now, Host));
        Assert.Equal(5, ring.After(0, 1)[0].Generation);
        Assert.Equal(EventRing.Capacity, ring.After(0, int.MaxValue).Length);
    }

    private static ClusterView Show(IEnumerable<IClusterEvent> events, Observed observed) =>
        new ClusterViews(events.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e)), observed, Moment, new ReconcilerSettings()).Describe(_ => null).View;

    private static HostReport Report(VmState state, bool executing) =>
        new(Host, Boot, 1, 1, executing, new Resources(800, 4096), Draining: false, [new VmReport(Vm, new Incarnation(1), state)], ImmutableArray<VmId>.Empty);
}
