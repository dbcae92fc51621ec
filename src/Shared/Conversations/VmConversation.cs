using System.Text.Json.Serialization;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Shared.Conversations;

/// <summary>
/// Controller to host: a command for one life of the host. A later life refuses it: a start that was under way when the host died must not be
/// done by one that has never heard of the incarnations before it.
/// </summary>
/// <param name="Boot">The life of the host that the command is for.</param>
/// <param name="Command">The command.</param>
public sealed record VmOrder(BootId Boot, IVmCommand Command) : IWireMessage;

/// <summary>
/// What is to be done with one incarnation of one VM. Each order may be lost, doubled or late: the host does each at most once, refuses
/// one with an older incarnation than it has seen, and the effect shows in its reports.
/// </summary>
[JsonDerivedType(typeof(StartVm), "start")]
[JsonDerivedType(typeof(StopVm), "stop")]
[JsonDerivedType(typeof(ForgetVm), "forget")]
[JsonDerivedType(typeof(SaveForMove), "save-for-move")]
[JsonDerivedType(typeof(CancelMove), "cancel-move")]
public interface IVmCommand
{
    /// <summary>Which VM.</summary>
    VmId Vm { get; }

    /// <summary>Which incarnation of it.</summary>
    Incarnation Incarnation { get; }
}

/// <summary>Build the machine and run it.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">The fencing token that its volumes are opened with.</param>
/// <param name="Spec">What to run.</param>
/// <param name="Type">The size, resolved from the catalog.</param>
/// <param name="FromMove">Resume what this move saved, instead of booting.</param>
public sealed record StartVm(VmId Vm, Incarnation Incarnation, VmSpec Spec, InstanceType Type, MoveId? FromMove = null) : IVmCommand;

/// <summary>End the VM.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Up to which incarnation.</param>
/// <param name="Reason">The end that the host then reports.</param>
/// <param name="Grace">How long the guest has to write back what it holds for its disks, or to power itself off; zero cuts it off. One without a disk that it may write to is cut off at once.</param>
public sealed record StopVm(VmId Vm, Incarnation Incarnation, EndReason Reason, TimeSpan Grace) : IVmCommand;

/// <summary>The end of an incarnation is recorded: drop what is known of it, and its volumes if the VM itself is gone.</summary>
public sealed record ForgetVm(VmId Vm, Incarnation Incarnation, bool DeleteVolumes) : IVmCommand;

/// <summary>Pause the VM and save it to the data root under the move's name; the report shows when it is done.</summary>
public sealed record SaveForMove(VmId Vm, Incarnation Incarnation, MoveId Move) : IVmCommand;

/// <summary>The move came to nothing: give up the save if it is under way, drop what was saved, and go on here as if nothing had been.</summary>
public sealed record CancelMove(VmId Vm, Incarnation Incarnation, MoveId Move) : IVmCommand;
