using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Bench;

/// <summary>
/// Placement as the controller calls it: a session over a model of 5,000 hosts with 100,000 VMs on them, and then decision after decision, each with
/// its reason. Building the session counts. A tenth of the VMs must be apart from their group.
/// </summary>
internal static class PlacementRate
{
    private const int Hosts = 5_000;
    private const int Placed = 100_000;
    private const int Decisions = 100_000;
    private const int GroupOf = 10;
    private const int StartsPerHost = 64;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly Resources Capacity = new(64_00, 256 << 10);
    private static readonly string[] Types = ["standard.small", "standard.small", "highcpu.small", "highmem.small", "standard.medium"];

    public static Task MeasureAsync(BenchOptions options, Report report, CancellationToken cancellation)
    {
        var model = ModelOf(cancellation);
        foreach (var policy in new[] { PlacementPolicy.Spread, PlacementPolicy.Binpack })
        {
            Decide(model, policy, Decisions / 10, cancellation);
            var began = TimeProvider.System.GetTimestamp();
            var session = new PlacementSession(model, _ => HostReadiness.Ready, policy, StartsPerHost);
            var built = TimeProvider.System.GetElapsedTime(began);
            var reasons = Decide(model, policy, Decisions, cancellation, session);
            var took = TimeProvider.System.GetElapsedTime(began);
            report.AtLeast($"placement by {policy}, 5,000 hosts, 100,000 VMs placed", Decisions / took.TotalSeconds, 50_000, "decisions/s");
            report.Note("of it for the session", built.TotalMilliseconds, "ms");
            report.Holds("each has a host and a reason", reasons.TrueForAll(r => r.Host is not null && r.Reason.Length > 0));
        }

        return Task.CompletedTask;
    }

    private static List<PlacementResult> Decide(ClusterModel model, PlacementPolicy policy, int count, CancellationToken cancellation, PlacementSession? session = null)
    {
        session ??= new PlacementSession(model, _ => HostReadiness.Ready, policy, StartsPerHost);
        var results = new List<PlacementResult>(count);
        for (var i = 0; i < count && !cancellation.IsCancellationRequested; i++)
        {
            var type = InstanceTypeCatalog.Find(Types[i % Types.Length])!;
            GroupName? group = i % GroupOf == 0 ? new GroupName($"new-{i / (GroupOf * GroupOf)}") : null;
            results.Add(session.Place(new PlacementRequest(new VmId($"new-{i}"), type.Demand, group, group is null ? GroupAffinity.None : GroupAffinity.Apart, null, null)));
        }

        return results;
    }

    private static ClusterModel ModelOf(CancellationToken cancellation)
    {
        var model = ClusterModel.Empty;
        for (var i = 0; i < Hosts; i++)
            model = model.Apply(new HostBooted(Now, Host(i), Boot(i), Capacity));
        for (var i = 0; i < Placed && !cancellation.IsCancellationRequested; i++)
        {
            var vm = new VmId($"vm-{i}");
            GroupName? group = i % GroupOf == 0 ? new GroupName($"g-{i / (GroupOf * GroupOf)}") : null;
            model = model.Apply(new VmDefined(Now, vm, new VmSpec(vm.Value, new ImageName("minios"), Types[i % Types.Length], Group: group)));
            model = model.Apply(new VmPlaced(Now, vm, Host(i % Hosts), Boot(i % Hosts), new Incarnation(1), "bench"));
            model = model.Apply(new VmStarted(Now, vm, new Incarnation(1)));
        }

        return model;
    }

    private static HostId Host(int number) => new($"host-{number}");

    private static BootId Boot(int number) => new($"b{number:00000000}");
}
