using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// One VM: what the model wants of it against what its host reports. Every start, stop and restart comes out of here.
/// </summary>
internal static class VmRules
{
    public static void Apply(Pass pass, VmRecord vm)
    {
        if (vm.Assignment is { } assignment)
            Assigned(pass, vm, assignment);
        else if (vm.Desired == DesiredState.Terminated)
            TerminationRules.Apply(pass, vm);
        else if (vm.Desired == DesiredState.Running)
            Unassigned(pass, vm);
    }

    private static void Unassigned(Pass pass, VmRecord vm)
    {
        if (vm.CrashLoop || vm.RetryAt is not { } retryAt)
            return;
        if (retryAt > pass.Now)
        {
            pass.WakeAt(retryAt);
            return;
        }

        var result = pass.Placement.Place(PlacementRequest.For(vm, preferred: LastHostIfGuestFailed(vm)));
        if (result.Host is { } host)
            pass.Decide(new VmPlaced(pass.Now, vm.Id, host, pass.Model.Hosts[host].Boot, vm.Incarnation.Next(), result.Reason));
        else if (!result.Soon && vm.PendingReason != result.Reason)
            pass.Wait(vm.Id, result.Reason);
    }

    /// <summary>First on the same host when the guest crashed, elsewhere when the host did.</summary>
    private static HostId? LastHostIfGuestFailed(VmRecord vm) =>
        vm.End is { Reason: not (EndReason.HostLost or EndReason.StartFailed or EndReason.ImageChanged) } end ? end.Host : null;

    private static void Assigned(Pass pass, VmRecord vm, Assignment assignment)
    {
        if (!pass.Model.Hosts.TryGetValue(assignment.Host, out var host) || host.Boot != assignment.Boot || host.Lost)
        {
            pass.Decide(RestartRules.Ended(vm, assignment, EndReason.HostLost, assignment.Host.Value, pass.Settings, pass.Now));
            return;
        }

        if (pass.Sighting(assignment.Host) is not { } sighting)
            return;
        var report = sighting.About(vm.Id);
        if (report is null && !sighting.IsComplete)
            return;
        if (report is null || report.Incarnation < assignment.Incarnation)
            Absent(pass, vm, assignment);
        else if (report.Incarnation == assignment.Incarnation)
            Present(pass, vm, assignment, report);
    }

    /// <summary>
    /// The host does not have it yet, or the command was lost: told again, unless nobody wants it any more. Then the host, which acts on
    /// incarnations in order, is told to end it instead and will report that end, so that a start still under way cannot come after it.
    /// </summary>
    private static void Absent(Pass pass, VmRecord vm, Assignment assignment)
    {
        if (vm.Desired == DesiredState.Running)
            pass.Order(assignment.Host, new StartVm(vm.Id, assignment.Incarnation, vm.Spec, vm.Type, assignment.FromMove));
        else
            pass.Order(assignment.Host, new StopVm(vm.Id, assignment.Incarnation, EndReason.StoppedByRequest, TimeSpan.Zero));
    }

    /// <summary>What is to be gone has nothing to write back.</summary>
    private static TimeSpan GraceOf(Pass pass, VmRecord vm) => vm.Desired == DesiredState.Terminated ? TimeSpan.Zero : pass.Settings.StopGrace;

    private static void Present(Pass pass, VmRecord vm, Assignment assignment, VmReport report)
    {
        if (VmLifecycle.IsFinal(report.State))
        {
            pass.Decide(RestartRules.Ended(vm, assignment, report.End ?? EndReason.HypervisorFault, report.Detail, pass.Settings, pass.Now));
            return;
        }

        if (!assignment.Started && report.State is VmState.Running or VmState.Paused)
            NoteStart(pass, vm, assignment);
        if (vm.Desired != DesiredState.Running)
        {
            if (report.State != VmState.Stopping)
                pass.Order(assignment.Host, new StopVm(vm.Id, assignment.Incarnation, EndReason.StoppedByRequest, GraceOf(pass, vm)));
            return;
        }

        if (vm.Reboot == assignment.Incarnation)
        {
            pass.Order(assignment.Host, new StopVm(vm.Id, assignment.Incarnation, EndReason.GuestReset, TimeSpan.Zero));
            return;
        }

        MoveRules.Apply(pass, vm, assignment, report);
        NoteStability(pass, vm, assignment);
    }

    private static void NoteStart(Pass pass, VmRecord vm, Assignment assignment)
    {
        if (!assignment.Started)
            pass.Decide(new VmStarted(pass.Now, vm.Id, assignment.Incarnation));
    }

    private static void NoteStability(Pass pass, VmRecord vm, Assignment assignment)
    {
        if (!assignment.Started || vm.Crashes == 0)
            return;
        var stableAt = assignment.Since + pass.Settings.StableAfter;
        if (stableAt <= pass.Now)
            pass.Decide(new VmIsStable(pass.Now, vm.Id));
        else
            pass.WakeAt(stableAt);
    }
}
