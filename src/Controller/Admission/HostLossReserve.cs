using Trapline.Controller.Model;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Admission;

/// <summary>
/// N+1 as an admission rule: after the VM is accepted, the loss of any one host must still be absorbable by the others. The check puts the VMs of
/// the fullest host, the largest first, on the others where each fits best; VMs that wait for a host count as part of what must fit.
/// </summary>
public static class HostLossReserve
{
    /// <summary>Why a VM of this size cannot be accepted, or null if it can.</summary>
    public static string? Refuse(ClusterModel model, InstanceType type)
    {
        var hosts = model.Hosts.Values.Where(h => !h.Lost && h.Availability == HostAvailability.Schedulable).ToList();
        if (hosts.Count < 2)
            return "N+1: with fewer than two hosts no loss can be absorbed";
        var waiting = model.Vms.Values.Where(vm => vm.Assignment is null && vm is { Desired: DesiredState.Running, RetryAt: not null }).Select(vm => vm.Type.Demand).ToList();
        foreach (var lost in hosts)
        {
            var homeless = model.Vms.Values.Where(vm => vm.Assignment?.Host == lost.Id).Select(vm => vm.Type.Demand).Concat(waiting).Append(type.Demand);
            if (!Fit(hosts.Where(h => h.Id != lost.Id).Select(h => h.Free), homeless))
                return $"N+1: without {lost.Id} the other {hosts.Count - 1} could not take its VMs and this one";
        }

        return null;
    }

    private static bool Fit(IEnumerable<Resources> free, IEnumerable<Resources> demands)
    {
        var left = free.ToList();
        foreach (var demand in demands.OrderByDescending(d => d.MemoryMiB).ThenByDescending(d => d.CpuWeight))
        {
            var best = -1;
            for (var i = 0; i < left.Count; i++)
            {
                if (left[i].Covers(demand) && (best < 0 || left[i].MemoryMiB < left[best].MemoryMiB))
                    best = i;
            }

            if (best < 0)
                return false;
            left[best] -= demand;
        }

        return true;
    }
}
