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
    /// <summary>The moves for one state of the cluster; none when it is even enough, or not all is well.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="reports">Whether a host's reports come in.</param>
    /// <param name="now">The controller's clock.</param>
    /// <param name="settings">Its numbers.</param>
    public static ImmutableArray<ProposedMove> Propose(ClusterModel model, Func<HostId, bool> reports, DateTimeOffset now, BalancerSettings settings)
    {
        var loads = model.Hosts.Values
            .Where(h => !h.Lost && h.Availability == HostAvailability.Schedulable && reports(h.Id))
            .ToDictionary(h => h.Id, h => h);
        var movable = model.Vms.Values.Where(vm => IsMovable(vm, now, settings) && loads.ContainsKey(vm.Assignment!.Host)).ToList();
        var session = new PlacementSession(model, reports, PlacementPolicy.Spread, int.MaxValue);
        var moves = ImmutableArray.CreateBuilder<ProposedMove>();
        while (moves.Count < settings.MovesAtOnce && Best(loads, movable, session) is { } best && best.Gain > settings.MoveCost)
        {
            moves.Add(best);
            var vm = movable.Single(v => v.Id == best.Vm);
            movable.Remove(vm);
            loads[best.From] = Charged(loads[best.From], vm.Type.Demand, -1);
            loads[best.To] = Charged(loads[best.To], vm.Type.Demand, +1);
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
        && (vm.LastMovedAt is not { } moved || moved + settings.RestAfterMove <= now);

    /// <summary>The best single move off the most loaded host: the pair of hosts is chosen by load, so that this stays linear in the VMs.</summary>
    private static ProposedMove? Best(Dictionary<HostId, HostRecord> loads, List<VmRecord> movable, PlacementSession session)
    {
        if (loads.Count < 2)
            return null;
        var from = loads.Values.OrderByDescending(Cost).ThenBy(h => h.Id).First();
        var candidates =
            from vm in movable
            where vm.Assignment!.Host == @from.Id
            from to in loads.Values.OrderBy(Cost).ThenBy(h => h.Id).Take(3)
            where to.Id != @from.Id && to.Free.Covers(vm.Type.Demand) && session.MayMove(PlacementRequest.For(vm, excluded: @from.Id), to.Id)
            let gain = Cost(@from) + Cost(to) - Cost(Charged(@from, vm.Type.Demand, -1)) - Cost(Charged(to, vm.Type.Demand, +1))
            orderby gain descending, vm.Id, to.Id
            select new ProposedMove(vm.Id, @from.Id, to.Id, gain);
        return candidates.FirstOrDefault();
    }

    private static HostRecord Charged(HostRecord host, Resources demand, int sign) =>
        host with { Used = host.Used + new Resources(sign * demand.CpuWeight, sign * demand.MemoryMiB) };

    private static double Share(long used, long capacity) => capacity <= 0 ? 0 : (double)used / capacity;
}
