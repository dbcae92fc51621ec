using Trapline.Controller.Model;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Admission;

/// <summary>
/// N+1 as an admission rule: after VMs are accepted, the loss of any one host must still be absorbable by the others. The check puts the VMs of
/// each host in turn, the largest first, on the fullest of the others that have room; VMs that wait for a host, those that are asked for among them,
/// count as part of what must fit. Groups are not looked at.
/// </summary>
public static class HostLossReserve
{
    /// <summary>Why VMs of this size cannot be accepted, or null if they can.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="type">Their size.</param>
    /// <param name="count">How many.</param>
    /// <param name="without">A VM that is one of them already.</param>
    public static string? Refuse(ClusterModel model, InstanceType type, int count = 1, VmId? without = null)
    {
        var hosts = model.Hosts.Values.Where(h => !h.Lost && h.Availability == HostAvailability.Schedulable).OrderBy(h => h.Free.MemoryMiB).ToList();
        if (hosts.Count < 2)
            return "N+1: with fewer than two hosts no loss can be absorbed";
        var onHosts = model.Vms.Values.Where(vm => vm.Assignment is not null).ToLookup(vm => vm.Assignment!.Host, vm => vm.Type.Demand);
        var waiting = model.Vms.Values
            .Where(vm => vm.Assignment is null && vm.Id != without && vm is { Desired: DesiredState.Running, RetryAt: not null })
            .CountBy(vm => vm.Type.Demand)
            .ToDictionary();
        waiting[type.Demand] = waiting.GetValueOrDefault(type.Demand) + count;
        foreach (var lost in hosts)
        {
            var homeless = new Dictionary<Resources, int>(waiting);
            foreach (var demand in onHosts[lost.Id])
                homeless[demand] = homeless.GetValueOrDefault(demand) + 1;
            if (!Fit(hosts.Where(h => h.Id != lost.Id).Select(h => h.Free).ToArray(), homeless))
                return $"N+1: without {lost.Id} the other {hosts.Count - 1} could not take its VMs and {(count == 1 ? "this one" : $"these {count}")}";
        }

        return null;
    }

    private static bool Fit(Resources[] left, Dictionary<Resources, int> demands)
    {
        foreach (var (demand, count) in demands.OrderByDescending(d => d.Key.MemoryMiB).ThenByDescending(d => d.Key.CpuWeight))
        {
            var homeless = count;
            for (var i = 0; i < left.Length && homeless > 0; i++)
            {
                var taken = Math.Min(homeless, HowMany(left[i], demand));
                left[i] -= new Resources(taken * demand.CpuWeight, taken * demand.MemoryMiB);
                homeless -= taken;
            }

            if (homeless > 0)
                return false;
        }

        return true;
    }

    private static int HowMany(Resources free, Resources demand) =>
        free.Covers(demand) ? (int)Math.Min(int.MaxValue, Math.Min(free.CpuWeight / Math.Max(1, demand.CpuWeight), free.MemoryMiB / Math.Max(1, demand.MemoryMiB))) : 0;
}
