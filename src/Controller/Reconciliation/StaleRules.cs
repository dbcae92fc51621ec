using Trapline.Controller.Model;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// What hosts have that the model does not give them: older incarnations, VMs that are gone, ends that are already recorded. None of it may go on
/// executing, but only a VM that is known to have been terminated loses its volumes. One that the model has never heard of keeps them, and an event
/// says so: the journal may have been lost, or the data root be another cluster's.
/// </summary>
internal static class StaleRules
{
    public static void Apply(Pass pass)
    {
        foreach (var (host, _) in pass.Observed.Hosts)
        {
            if (pass.Sighting(host) is not { } sighting || pass.Model.Hosts[host].Lost)
                continue;
            foreach (var report in sighting.Vms.Values)
            {
                Check(pass, host, pass.Model.Vms.GetValueOrDefault(report.Vm), report);
                pass.KeepIfStranger(host, report.Vm);
            }
        }
    }

    private static void Check(Pass pass, HostId host, VmRecord? vm, VmReport report)
    {
        if (vm?.Assignment is { } assignment && assignment.Host == host && assignment.Incarnation == report.Incarnation)
            return;
        if (VmLifecycle.IsFinal(report.State))
            pass.Order(host, new ForgetVm(report.Vm, report.Incarnation, DeleteVolumes: pass.Model.Removed.Ids.Contains(report.Vm)));
        else
            pass.Order(host, new StopVm(report.Vm, report.Incarnation, HasGoneOn(vm, report) ? EndReason.Moved : EndReason.Fenced, TimeSpan.Zero));
    }

    private static bool HasGoneOn(VmRecord? vm, VmReport report) => vm?.Assignment?.FromMove is { } move && report.Move == move;
}
