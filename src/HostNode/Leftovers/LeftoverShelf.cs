using System.Collections.Immutable;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Leftovers;

/// <summary>
/// What a host has found of earlier lives and the controller has yet to judge: a plain object, fed with finds and with orders, which may come twice,
/// late, or never. Reported in parts, each until it is settled.
/// </summary>
/// <param name="most">Most entries of one part.</param>
public sealed class LeftoverShelf(int most = LeftoverShelf.MostOfPart)
{
    /// <summary>Keeps a report small, however much was left.</summary>
    public const int MostOfPart = 500;

    private ImmutableArray<VmId> _vms = [];
    private ImmutableArray<MoveId> _moves = [];
    private long _part;
    private long _look;

    /// <summary>Nothing was found yet.</summary>
    public bool IsLooking { get; private set; }

    /// <summary>A life begins, or the controller wants all of it again.</summary>
    public void Begin() => (_vms, _moves, _part, _look, IsLooking) = ([], [], 1, _look + 1, true);

    /// <summary>What was found.</summary>
    public void Found(LeftoverFinds finds) => (_vms, _moves, IsLooking) = (finds.Vms, finds.Moves, false);

    /// <summary>What the next report says.</summary>
    public (ImmutableArray<VmId> Vms, LeftoverPart Part) Report()
    {
        ImmutableArray<VmId> vms = [.. _vms.Take(most)];
        ImmutableArray<MoveId> moves = [.. _moves.Take(most - vms.Length)];
        return (vms, new LeftoverPart(_look, _part, moves, Done: !IsLooking && vms.IsEmpty && moves.IsEmpty));
    }

    /// <summary>A part is judged; what is to be deleted now, or null if the order is about another part than the present one.</summary>
    public (ImmutableArray<VmId> Vms, ImmutableArray<MoveId> Moves)? Settle(SettleLeftovers order)
    {
        var (vms, part) = Report();
        if (order.Look != _look || order.Part != _part || IsLooking || part.Done)
            return null;
        (_vms, _moves, _part) = (_vms.RemoveRange(0, vms.Length), _moves.RemoveRange(0, part.Moves.Length), _part + 1);
        return ([.. vms.Intersect(order.Vms)], [.. part.Moves.Intersect(order.Moves)]);
    }
}
