using Trapline.Controller.Model;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>What hosts have that the model does not give them: older incarnations, VMs that are gone, ends that are already recorded.</summary>
internal static class StaleRules
{
    private static readonly Incarnation Any = new(long.MaxValue);

    public static void Apply(Pass pass)
    {
        foreach (var (host, _) in pass.Observed.Hosts)
        {
            if (pass.Sighting(host) is not { } sighting || pass.Model.Hosts[host].Lost)
                continue;
            foreach (var report in sighting.Vms.Values)
                Check(pass, host, report);
            foreach (var vm in sighting.Report.Leftovers)
            {
                if (!pass.Model.Vms.ContainsKey(vm))
                    pass.Order(host, new ForgetVm(vm, Any, DeleteVolumes: true));
            }
        }
    }

    private static void Check(Pass pass, HostId host, VmReport report)
    {
        var vm = pass.Model.Vms.GetValueOrDefault(report.Vm);
        if (vm?.Assignment is { } assignment && assignment.Host == host && assignment.Incarnation == report.Incarnation)
            return;
        if (VmLifecycle.IsFinal(report.State))
            pass.Order(host, new ForgetVm(report.Vm, report.Incarnation, DeleteVolumes: vm is null));
        else
            pass.Order(host, new StopVm(report.Vm, report.Incarnation, HasGoneOn(vm, report) ? EndReason.Moved : EndReason.Fenced, TimeSpan.Zero));
    }

    private static bool HasGoneOn(VmRecord? vm, VmReport report) => vm?.Assignment?.FromMove is { } move && report.Move == move;
}
