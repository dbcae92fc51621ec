using Trapline.HostNode.Machines;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Vms;

/// <summary>The consoles of a host's VMs: of each the latest incarnation's, also after its end, until the VM itself is gone.</summary>
internal sealed class VmConsoles
{
    private readonly Dictionary<VmId, MachineSlot> _slots = [];

    public void Add(MachineSlot slot) => _slots[slot.Vm] = slot;

    public void Remove(VmId vm) => _slots.Remove(vm);

    public void Clear() => _slots.Clear();

    /// <summary>What the guest printed from a position on.</summary>
    public IWireMessage Read(ReadConsole read)
    {
        if (!_slots.TryGetValue(read.Vm, out var slot))
            return new VmIsNotHere(read.Vm);
        var (bytes, next) = slot.Console.Read(read.From);
        return new ConsoleBytes(read.Vm, slot.Incarnation, next, slot.Machine is not null, bytes);
    }

    /// <summary>Types to the guest as much as its console takes now.</summary>
    public IWireMessage Type(TypeToConsole typed) =>
        _slots.TryGetValue(typed.Vm, out var slot) && slot.Machine is not null
            ? new ConsoleTook(typed.Vm, slot.Input.Offer(typed.Bytes))
            : new VmIsNotHere(typed.Vm);
}
