using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Placement;

/// <summary>What a session says when no host takes a VM.</summary>
public sealed class PlacementSessionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly Resources Small = new(100, 128);

    [Theory]
    [InlineData(PlacementPolicy.Spread)]
    [InlineData(PlacementPolicy.Binpack)]
    public void A_vm_that_only_waits_for_others_to_start_is_told_soon_and_one_without_room_is_told_why(PlacementPolicy policy)
    {
        var session = new PlacementSession(TwoHosts(), _ => HostReadiness.Ready, policy, startsPerHost: 2);
        for (var i = 0; i < 4; i++)
            Assert.NotNull(session.Place(Request(i, Small)).Host);

        Assert.Equal((null, true), Answer(session.Place(Request(5, Small))));
        Assert.Equal((null, true), Answer(session.Place(Request(6, Small))));
        var large = session.Place(Request(7, new Resources(500, 128)));
        Assert.Equal((null, false), Answer(large));
        Assert.Equal("2 hosts: no room for 500 CPU weight and 128 MiB", large.Reason);
    }

    [Fact]
    public void The_reason_stays_the_same_while_other_vms_come_and_go()
    {
        var before = new PlacementSession(TwoHosts(), _ => HostReadiness.Ready, PlacementPolicy.Spread, startsPerHost: 8);
        var after = new PlacementSession(TwoHosts(), _ => HostReadiness.Ready, PlacementPolicy.Spread, startsPerHost: 8);
        after.Place(Request(1, Small));
        Assert.Equal(before.Place(Request(2, new Resources(500, 128))), after.Place(Request(2, new Resources(500, 128))));
    }

    [Fact]
    public void A_refusal_holds_for_vms_that_ask_the_same_and_for_no_others()
    {
        var session = new PlacementSession(TwoHosts(), host => host.Value == "a" ? HostReadiness.Ready : HostReadiness.Silent, PlacementPolicy.Spread, startsPerHost: 1);
        Assert.NotNull(session.Place(Request(1, Small)).Host);
        Assert.Equal((null, true), Answer(session.Place(Request(2, Small))));
        var excluded = Request(3, Small) with { Excluded = new HostId("a") };
        Assert.Equal("1 host: lost or silent; 1 host: the VM should leave it", string.Join("; ", session.Place(excluded).Reason.Split("; ").Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(PlacementPolicy.Spread)]
    [InlineData(PlacementPolicy.Binpack)]
    public void Each_decision_is_the_one_that_scoring_all_hosts_would_make(PlacementPolicy policy)
    {
        var random = new Random(7);
        var model = Enumerable.Range(0, 40)
            .Select(i => new HostBooted(Now, new HostId($"h{i:00}"), new BootId($"b{i:00}"), new Resources(random.Next(2, 20) * 100, random.Next(4, 40) * 128)))
            .Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
        var session = new PlacementSession(model, _ => HostReadiness.Ready, policy, startsPerHost: 12);
        for (var i = 0; i < 600; i++)
        {
            var demand = InstanceTypeCatalog.All[random.Next(InstanceTypeCatalog.All.Length)].Demand;
            var group = random.Next(4) == 0 ? new GroupName($"g{random.Next(5)}") : (GroupName?)null;
            var request = new PlacementRequest(new VmId($"vm-{i}"), demand, group, group is null ? GroupAffinity.None : GroupAffinity.Apart, null, null);
            var best = session.Explain(request)[0];
            Assert.Equal(best.Score is null ? null : best.Host, session.Place(request).Host);
        }
    }

    [Fact]
    public void A_host_that_is_ending_takes_nothing_and_says_so()
    {
        var session = new PlacementSession(TwoHosts(), host => host.Value == "a" ? HostReadiness.Ending : HostReadiness.Ready, PlacementPolicy.Spread, startsPerHost: 8);
        Assert.Equal("schedulable: the host is ending", session.Explain(Request(1, Small)).Where(v => v.Host.Value == "a").Select(v => $"{v.Refusals[0].Filter}: {v.Refusals[0].Reason}").Single());
        Assert.Equal(new HostId("b"), session.Place(Request(1, Small)).Host);
    }

    /// <summary>Two of a group are on a host that drains, and one has arrived on the other.</summary>
    [Theory]
    [InlineData(PlacementPolicy.Spread)]
    [InlineData(PlacementPolicy.Binpack)]
    public void A_group_that_moves_keeps_its_places_and_others_are_told_so(PlacementPolicy policy)
    {
        var model = TwoHosts().Apply(new HostScheduling(Now, new HostId("a"), HostAvailability.Draining, "by a user"));
        foreach (var (name, host, boot) in new[] { ("g1", "b", "b2"), ("g2", "a", "b1"), ("g3", "a", "b1") })
        {
            var spec = new VmSpec(name, new ImageName("minios"), "standard.small", Group: new GroupName("g"), Affinity: GroupAffinity.Together);
            model = model.Apply(new VmDefined(Now, new VmId(name), spec)).Apply(new VmPlaced(Now, new VmId(name), new HostId(host), new BootId(boot), new Incarnation(1), "test"));
        }

        var session = new PlacementSession(model, _ => HostReadiness.Ready, policy, startsPerHost: 8);
        var refused = session.Explain(Request(1, new Resources(200, 128))).Single(v => v.Host.Value == "b");
        Assert.Equal("room: needs 200 CPU weight and 128 MiB, free are 100 and 3712 MiB besides what is kept for group g, which is on its way", $"{refused.Refusals[0].Filter}: {refused.Refusals[0].Reason}");
        Assert.Null(session.Place(Request(1, new Resources(200, 128))).Host);
        Assert.NotNull(session.Place(Request(2, Small)).Host);
        Assert.Null(session.Place(Request(3, Small)).Host);
        foreach (var name in new[] { "g2", "g3" })
            Assert.Equal((new HostId("b"), "where its group goes"), session.Place(PlacementRequest.For(model.Vms[new VmId(name)], excluded: new HostId("a"))) is var placed ? (placed.Host!.Value, placed.Reason) : default);
        Assert.Null(session.Place(PlacementRequest.For(model.Vms[new VmId("g2")], excluded: new HostId("a"))).Host);
    }

    private static (HostId?, bool) Answer(PlacementResult result) => (result.Host, result.Soon);

    private static PlacementRequest Request(int number, Resources demand) => new(new VmId($"vm-{number}"), demand, null, GroupAffinity.None, null, null);

    private static ClusterModel TwoHosts() => new IClusterEvent[]
    {
        new HostBooted(Now, new HostId("a"), new BootId("b1"), new Resources(400, 4096)),
        new HostBooted(Now, new HostId("b"), new BootId("b2"), new Resources(400, 4096)),
    }.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
}
