using Trapline.Controller.Model.Events;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// Left-over volumes that a user wants gone. As with a terminated VM, a host is told to note the VM's end first, so that a copy that still executes
/// somewhere ends before its disk goes; once that end is reported the VM counts as removed, and hosts delete what they have of it.
/// <code>
///   VolumesUnwanted ──► StopVm ──► report: ended ──► VolumesRemoved ──► ForgetVm, with its volumes
/// </code>
/// </summary>
internal static class UnwantedRules
{
    private static readonly Incarnation Any = new(long.MaxValue);

    public static void Apply(Pass pass)
    {
        foreach (var vm in pass.Model.Unwanted)
        {
            var reports = pass.Model.Hosts.Values
                .Where(host => !host.Lost)
                .Select(host => (Host: host.Id, About: pass.Sighting(host.Id)?.About(vm)))
                .Where(seen => seen.About is not null)
                .ToList();
            if (reports.Exists(seen => !VmLifecycle.IsFinal(seen.About!.State)))
                continue; // told to end by the rules for what nobody wants to execute
            if (reports.Find(seen => pass.Reports(seen.Host)) is { About: not null } ended)
                pass.Decide(new VolumesRemoved(pass.Now, ended.Host, vm));
            else if (pass.Model.Hosts.Values.FirstOrDefault(host => !host.Lost && pass.Reports(host.Id)) is { } host)
                pass.Order(host.Id, new StopVm(vm, Any, EndReason.StoppedByRequest, TimeSpan.Zero));
        }
    }
}
