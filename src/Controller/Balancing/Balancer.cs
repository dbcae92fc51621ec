using System.Collections.Immutable;
using Trapline.Controller.Model;
using Trapline.Controller.Placement;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Balancing;

/// <summary>A move that would make the cluster more even.</summary>
/// <param name="Vm">What to move.</param>
/// <param name="From">Where it is.</param>
/// <param name="To">Where it should be.</param>
/// <param name="Gain">By how much the cost falls.</param>
public sealed record ProposedMove(VmId Vm, HostId From, HostId To, double Gain);

/// <summary>The numbers of balancing.</summary>
public sealed record BalancerSettings
{
    /// <summary>Most moves of one proposal.</summary>
    public int MovesAtOnce { get; init; } = 2;

    /// <summary>What a move costs: only one that lowers the cost of the cluster by more is worth it.</summary>
    public double MoveCost { get; init; } = 0.02;

    /// <summary>A VM that was moved stays for this long.</summary>
    public TimeSpan RestAfterMove { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>
/// Proposes a bounded list of moves that lowers a cost by more than the moves cost. The cost of a cluster is the sum over hosts of the square of
/// their load (the larger of the used shares of processor and memory), which is least when all are loaded alike. Each move must lower it by
/// more than <see cref="BalancerSettings.MoveCost"/>, and moving back would raise it by as much: so no sequence of moves goes back and forth.
/// </summary>
public static class Balancer
{
    /// <summary>How many hosts are looked at, of the most loaded and of the least loaded.</summary>
    private const int Looked = 3;

    /// <summary>The moves for one state of the cluster; none when it is even enough, or as many are under way as may be.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="readiness">What the hosts' reports say.</param>
    /// <param name="now">The controller's clock.</param>
    /// <param name="settings">Its numbers.</param>
    public static ImmutableArray<ProposedMove> Propose(ClusterModel model, Func<HostId, HostReadiness> readiness, DateTimeOffset now, BalancerSettings settings)
    {
        var moving = model.Vms.Values.Where(vm => vm.Move is not null).ToList();
        var room = settings.MovesAtOnce - moving.Count;
        if (room <= 0)
            return [];
        var loads = LoadsAfter(moving, model.Hosts.Values.Where(h => !h.Lost && h.Availability == HostAvailability.Schedulable && readiness(h.Id) == HostReadiness.Ready));
        var movable = model.Vms.Values.Where(vm => IsMovable(vm, now, settings)).ToLookup(vm => vm.Assignment!.Host);
        var session = new PlacementSession(model, readiness, PlacementPolicy.Spread, int.MaxValue);
        var moves = ImmutableArray.CreateBuilder<ProposedMove>();
        while (moves.Count < room && Best(loads, host => movable[host].Where(vm => moves.All(m => m.Vm != vm.Id)), session) is { } best && best.Gain > settings.MoveCost)
        {
            moves.Add(best);
            var vm = model.Vms[best.Vm];
            session.Place(PlacementRequest.For(vm, preferred: best.To, excluded: best.From));
            Shift(loads, vm, best.From, best.To);
        }

        return moves.ToImmutable();
    }

    /// <summary>The cost of one host.</summary>
    public static double Cost(HostRecord host)
    {
        var load = Math.Max(Share(host.Used.CpuWeight, host.Capacity.CpuWeight), Share(host.Used.MemoryMiB, host.Capacity.MemoryMiB));
        return load * load;
    }

    private static bool IsMovable(VmRecord vm, DateTimeOffset now, BalancerSettings settings) =>
        vm is { Desired: DesiredState.Running, Move: null, Assignment.Started: true }
        && (vm.LastMovedAt is not { } moved || moved + settings.RestAfterMove <= now)
        && (vm.NoMoveBefore is not { } moment || moment <= now);

    /// <summary>The hosts as they will be when the moves under way have arrived.</summary>
    private static Dictionary<HostId, HostRecord> LoadsAfter(List<VmRecord> moving, IEnumerable<HostRecord> hosts)
    {
        var loads = hosts.ToDictionary(h => h.Id, h => h);
        foreach (var vm in moving)
            Shift(loads, vm, vm.Assignment!.Host, vm.Move!.To);
        return loads;
    }

    private static void Shift(Dictionary<HostId, HostRecord> loads, VmRecord vm, HostId from, HostId to)
    {
        if (loads.TryGetValue(from, out var source))
            loads[from] = Charged(source, vm.Type.Demand, -1);
        if (loads.TryGetValue(to, out var target))
            loads[to] = Charged(target, vm.Type.Demand, +1);
    }

    /// <summary>
    /// The best single move off one of the most loaded hosts to one of the least loaded: the hosts are chosen by load, so that this stays linear in the
    /// VMs; more than one, since the VMs of the first may all have to stay.
    /// </summary>
    private static ProposedMove? Best(Dictionary<HostId, HostRecord> loads, Func<HostId, IEnumerable<VmRecord>> movable, PlacementSession session)
    {
        var byLoad = loads.Values.OrderBy(Cost).ThenBy(h => h.Id).ToList();
        var candidates =
            from source in byLoad.TakeLast(Looked)
            from vm in movable(source.Id)
            from to in byLoad.Take(Looked)
            where to.Id != source.Id && to.Free.Covers(vm.Type.Demand) && session.MayMove(PlacementRequest.For(vm, excluded: source.Id), to.Id)
            let gain = Cost(source) + Cost(to) - Cost(Charged(source, vm.Type.Demand, -1)) - Cost(Charged(to, vm.Type.Demand, +1))
            orderby gain descending, vm.Id, to.Id
            select new ProposedMove(vm.Id, source.Id, to.Id, gain);
        return candidates.FirstOrDefault();
    }

    private static HostRecord Charged(HostRecord host, Resources demand, int sign) =>
        host with { Used = host.Used + new Resources(sign * demand.CpuWeight, sign * demand.MemoryMiB) };

    private static double Share(long used, long capacity) => capacity <= 0 ? 0 : (double)used / capacity;
}
