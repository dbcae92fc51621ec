using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>VMs leave a host that drains, a few at a time. Uncordoning the host ends the draining at once: moves that have not begun are not begun.</summary>
internal static class DrainRules
{
    public static void Apply(Pass pass)
    {
        var draining = pass.Model.Hosts.Values.Where(host => !host.Lost && IsDraining(pass, host)).ToList();
        if (draining.Count == 0)
            return;
        var vms = pass.Model.Vms.Values.Where(vm => vm is { Assignment: not null, Desired: DesiredState.Running }).ToLookup(vm => vm.Assignment!.Host);
        foreach (var host in draining)
            Drain(pass, host, [.. vms[host.Id]]);
    }

    private static bool IsDraining(Pass pass, HostRecord host) =>
        host.Availability == HostAvailability.Draining || IsEnding(pass, host);

    // A process that ends has seconds left: it waits out a save that failed, but not that a user took a move back.
    private static bool IsEnding(Pass pass, HostRecord host) => pass.Sighting(host.Id) is { Report.Draining: true };

    private static void Drain(Pass pass, HostRecord host, List<VmRecord> here)
    {
        var room = pass.Settings.MovesPerHost - here.Count(vm => vm.Move is not null);
        foreach (var vm in here.Where(vm => vm.Move is null && IsRunning(pass, vm)))
        {
            if (room <= 0)
                return;
            if (vm.NoMoveBefore is { } moment && moment > pass.Now && !(vm.MoveTakenBack && IsEnding(pass, host)))
            {
                pass.WakeAt(moment);
                continue;
            }

            var result = pass.Placement.Place(PlacementRequest.For(vm, excluded: host.Id) with { Company = CompanyOf(pass, vm) });
            if (result.Host is not { } target)
                continue;
            pass.Decide(new MoveStarted(pass.Now, vm.Id, MoveIds.Next(vm), host.Id, target, $"{host.Id} drains; {result.Reason}"));
            room--;
        }
    }

    /// <summary>
    /// The first of a group that wants to be together chooses for all of it: a host that does not take the others, too, would leave them behind.
    /// Once one is on its way the others have no choice.
    /// </summary>
    private static Resources CompanyOf(Pass pass, VmRecord first)
    {
        if (first.Spec is not { Group: { } group, Affinity: GroupAffinity.Together } || pass.Placement.HostsThatKeep(group) > 0)
            return default;
        return pass.Model.Groups[group]
            .Select(id => pass.Model.Vms[id])
            .Where(vm => vm.Id != first.Id && vm is { Assignment: not null, Desired: DesiredState.Running, Spec.Affinity: GroupAffinity.Together })
            .Aggregate(default(Resources), (sum, vm) => sum + vm.Type.Demand);
    }

    private static bool IsRunning(Pass pass, VmRecord vm) =>
        vm.Assignment is { Started: true } assignment && pass.Sighting(assignment.Host)?.About(vm.Id) is { State: VmState.Running };
}

/// <summary>Names of moves: from what is moved and when, so that a replay of the same state gives the same name.</summary>
public static class MoveIds
{
    /// <summary>The id of the next move of a VM, given the model's generation.</summary>
    public static MoveId Next(VmRecord vm) => MoveId.Of(vm.Id, vm.Incarnation, vm.Moves + 1);
}
