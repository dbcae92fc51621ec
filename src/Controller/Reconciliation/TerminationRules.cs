using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// A terminated VM that no host is to have any more. It is removed when a host reports its end, because that host is then told to delete its volumes
/// until it reports the VM no longer. Where no host knows it (it was stopped long ago, or its host was lost), one is told to note its end first:
/// all hosts reach all volumes.
/// </summary>
internal static class TerminationRules
{
    public static void Apply(Pass pass, VmRecord vm)
    {
        if (vm.Incarnation == Incarnation.None || (vm.End is { } end && HasEnded(pass, vm.Id, end.Host)))
            pass.Decide(new VmRemoved(pass.Now, vm.Id));
        else if (!pass.Executing.Contains(vm.Id) && Deleter(pass, vm) is { } host)
            End(pass, vm, host);
    }

    private static void End(Pass pass, VmRecord vm, HostId host)
    {
        if (HasEnded(pass, vm.Id, host))
            pass.Decide(new VmRemoved(pass.Now, vm.Id));
        else
            pass.Order(host, new StopVm(vm.Id, vm.Incarnation, EndReason.StoppedByRequest, TimeSpan.Zero));
    }

    /// <summary>Where it was last, or else the first that reports.</summary>
    private static HostId? Deleter(Pass pass, VmRecord vm)
    {
        if (vm.End is { } end && CanAct(pass, end.Host))
            return end.Host;
        return pass.Model.Hosts.Keys.Where(host => CanAct(pass, host)).Select(host => (HostId?)host).FirstOrDefault();
    }

    private static bool CanAct(Pass pass, HostId host) => pass.Model.Hosts.TryGetValue(host, out var record) && !record.Lost && pass.Reports(host);

    private static bool HasEnded(Pass pass, VmId vm, HostId host) => CanAct(pass, host) && pass.Sighting(host)?.About(vm) is { } report && VmLifecycle.IsFinal(report.State);
}
