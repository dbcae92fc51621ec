using Trapline.HostNode.Consoles;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Machines;

/// <summary>
/// Where the machine of one incarnation lives: outside its VM actor, so that an actor that fails and is built anew finds the machine as it was.
/// Only the VM's actor uses it.
/// </summary>
public sealed class MachineSlot(VmId vm, Incarnation incarnation)
{
    /// <summary>Which VM.</summary>
    public VmId Vm { get; } = vm;

    /// <summary>Which incarnation.</summary>
    public Incarnation Incarnation { get; } = incarnation;

    /// <summary>What the guest printed.</summary>
    public ConsoleLog Console { get; } = new();

    /// <summary>What is typed to the guest.</summary>
    public ConsoleInput Input { get; } = new();

    /// <summary>The machine; null before it is built and after it has ended.</summary>
    public VirtualMachine? Machine { get; set; }

    /// <summary>Whether the guest may still print: true until the machine has ended or could not be built.</summary>
    public bool IsLive { get; set; } = true;

    /// <summary>Builds the machine; null before that has begun.</summary>
    public Task<Result<VirtualMachine>>? Building { get; set; }

    /// <summary>Why it was told to end; null while it was not.</summary>
    public EndReason? EndsBecause { get; set; }

    /// <summary>The move that it is paused and saved for.</summary>
    public MoveId? Move { get; set; }
}
