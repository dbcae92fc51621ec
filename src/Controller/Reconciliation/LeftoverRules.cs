using System.Collections.Immutable;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// What a host found in the data root when it began its life, part by part: what belongs to a VM of the model stays for it; what is left of a VM that was
/// terminated, and what a move carried that is over, is deleted; what the model does not know is kept, and an event says so. The verdict on a part is
/// an event first, then an order that is repeated until the host reports the next part.
/// </summary>
internal static class LeftoverRules
{
    public static void Apply(Pass pass)
    {
        foreach (var host in pass.Model.Hosts.Values)
        {
            if (host.Lost || pass.Sighting(host.Id) is not { Report: { LeftoverPart: { } part } report })
                continue;
            if (part.Look < host.Look || part.Number > host.Judged + 1)
                pass.Tell(host.Id, new ScanLeftovers(host.Boot, part.Look)); // judged by a journal that is lost
            else if (!report.Leftovers.IsEmpty || !part.Moves.IsEmpty)
                Judge(pass, host, report.Leftovers, part);
        }
    }

    /// <summary>
    /// Which look of a life that is heard of for the first time counts: the present one while nothing of it is judged, else the next. In a look that
    /// was over before, whoever judged it knew other VMs.
    /// </summary>
    public static long LookOf(LeftoverPart? part) => part is null ? 0 : part.Number > 1 || part.Done ? part.Look + 1 : 0;

    private static void Judge(Pass pass, HostRecord host, ImmutableArray<VmId> vms, LeftoverPart part)
    {
        var model = pass.Model;
        ImmutableArray<VmId> gone = [.. vms.Where(model.Removed.Ids.Contains)];
        ImmutableArray<MoveId> over = [.. part.Moves.Where(move => IsOver(model, move))];
        foreach (var stranger in vms.Concat(part.Moves.Select(m => m.Vm).OfType<VmId>()))
            pass.KeepIfStranger(host.Id, stranger);
        if (part.Number <= host.Judged)
        {
            pass.Tell(host.Id, new SettleLeftovers(host.Boot, part.Look, part.Number, gone, over));
            return;
        }

        var known = vms.Select(model.Vms.GetValueOrDefault).OfType<VmRecord>().ToList();
        var here = known.Count(vm => vm.Assignment?.Host == host.Id);
        var kept = vms.Length - gone.Length - known.Count + part.Moves.Count(m => m.Vm is not { } vm || IsUnknown(model, vm));
        pass.Decide(new LeftoversJudged(pass.Now, host.Id, host.Boot, part.Number, here, known.Count - here, kept, gone, over));
    }

    /// <summary>A move of a VM that the model knows, or knows to be gone, that neither goes on nor has yet to arrive.</summary>
    private static bool IsOver(ClusterModel model, MoveId move)
    {
        if (move.Vm is not { } id || IsUnknown(model, id))
            return false;
        return !model.Vms.TryGetValue(id, out var vm) || !(vm.Move?.Id == move || vm.Assignment is { Started: false, FromMove: { } coming } && coming == move);
    }

    private static bool IsUnknown(ClusterModel model, VmId vm) => !model.Vms.ContainsKey(vm) && !model.Removed.Ids.Contains(vm);
}
