using System.Net.Sockets;
using Trapline.HostNode.Machines;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Vms;

/// <summary>
/// Which machines listen for GDB, and until when: whoever wants it asks again and again, and a machine that nobody asks for any more is closed, so
/// that a client or an API node that died leaves no guest halted.
/// </summary>
internal sealed class VmDebuggers
{
    /// <summary>How long one asking lasts.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(10);

    private readonly Dictionary<VmId, (MachineSlot Slot, TimeSpan Until)> _open = [];

    /// <summary>Opens one, or keeps it open.</summary>
    public IWireMessage Keep(KeepDebugger keep, MachineSlot? slot, TimeSpan now)
    {
        try
        {
            if (slot?.ListenForDebugger(keep.Port) is not { } port)
                return new VmIsNotHere(keep.Vm);
            _open[keep.Vm] = (slot, now + Lasts);
            return new DebuggerListens(keep.Vm, slot.Incarnation, port);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            return new DebuggerCannotListen(keep.Vm, e.Message);
        }
    }

    /// <summary>Nobody wants it any more.</summary>
    public void Close(VmId vm)
    {
        if (_open.Remove(vm, out var open))
            Task.Run(open.Slot.CloseDebugger);
    }

    /// <summary>Closes those that were not asked for in time.</summary>
    public void CloseDue(TimeSpan now)
    {
        if (_open.Count == 0)
            return;
        foreach (var vm in _open.Where(o => o.Value.Until <= now).Select(o => o.Key).ToList())
            Close(vm);
    }
}
