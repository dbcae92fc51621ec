using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// A move of a running VM, step by step; each step is asked for again until the source's report shows it.
/// <code>
///   MoveStarted ──► SaveForMove ──► report: paused, saved ──► VmPlaced on the target, incarnation + 1   (from here only the target has it)
///        │               │
///        └───────────────┴── not saved, target gone, too late, or the user said so ──► MoveAborted ──► CancelMove: goes on at the source
/// </code>
/// A host says as soon as it begins to save, so that a move that was aborted meanwhile, or that it heard of too late, is cancelled while it is saved: a
/// save that hangs does not keep the guest from going on. The decision between the two ends is one event in the journal; so the VM goes on in exactly one place whatever is lost on the way.
/// </summary>
internal static class MoveRules
{
    public static void Apply(Pass pass, VmRecord vm, Assignment assignment, VmReport report)
    {
        if ((report.Move ?? report.Saving) is { } unwanted && unwanted != vm.Move?.Id)
            pass.Order(assignment.Host, new CancelMove(vm.Id, assignment.Incarnation, unwanted));
        if (vm.Move is not { } move)
            return;
        var deadline = move.Since + pass.Settings.MoveTimeout;
        var contact = pass.Contact(move.To);
        if (ReasonToAbort(pass, move, contact) is { } reason)
            pass.Decide(new MoveAborted(pass.Now, vm.Id, move.Id, reason));
        else if (deadline <= pass.Now)
            pass.Decide(new MoveAborted(pass.Now, vm.Id, move.Id, $"not saved within {pass.Settings.MoveTimeout.TotalSeconds:0} s", RetryAt: pass.Now + pass.Settings.MoveRetry));
        else if (report is { State: VmState.Running, Detail: { } problem } && report.Move == move.Id)
            pass.Decide(new MoveAborted(pass.Now, vm.Id, move.Id, $"it could not be saved: {problem}", RetryAt: pass.Now + pass.Settings.MoveRetry));
        else if (contact == HostContact.NotYet)
            pass.WakeAt(deadline);
        else if (report.Move == move.Id && report.State == VmState.Paused)
            Commit(pass, vm, move);
        else
            Save(pass, vm, assignment, move, deadline);
    }

    private static void Save(Pass pass, VmRecord vm, Assignment assignment, Move move, DateTimeOffset deadline)
    {
        pass.WakeAt(deadline);
        pass.Order(assignment.Host, new SaveForMove(vm.Id, assignment.Incarnation, move.Id));
    }

    private static void Commit(Pass pass, VmRecord vm, Move move)
    {
        var boot = pass.Model.Hosts[move.To].Boot;
        pass.Decide(new VmPlaced(pass.Now, vm.Id, move.To, boot, vm.Incarnation.Next(), $"move {move.Id}", move.Id));
    }

    private static string? ReasonToAbort(Pass pass, Move move, HostContact contact)
    {
        if (!pass.Model.Hosts.TryGetValue(move.To, out var target) || target.Lost)
            return $"the target {move.To} was lost";
        if (contact == HostContact.Silent)
            return $"the target {move.To} does not report";
        if (pass.Readiness(move.To) == HostReadiness.Ending)
            return $"the target {move.To} is ending";
        return null;
    }
}
