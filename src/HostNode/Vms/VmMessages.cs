using Akka.Actor;
using Trapline.HostNode.Machines;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Vms;

/// <summary>A message inside one host process; never crosses the wire.</summary>
public interface ILocalMessage : INoSerializationVerificationNeeded;

/// <summary>Host actor to VM actor: end the machine.</summary>
internal sealed record EndMachine(EndReason Reason, TimeSpan Grace) : ILocalMessage;

/// <summary>Host actor to VM actor: pause and save for a move.</summary>
internal sealed record SaveMachine(MoveId Move) : ILocalMessage;

/// <summary>Host actor to VM actor: save it while it runs.</summary>
internal sealed record SaveSnapshotOf(SnapshotId Snapshot) : ILocalMessage;

/// <summary>To the host actor: a snapshot has come to this.</summary>
internal sealed record SnapshotChanged(SnapshotReport Report) : ILocalMessage;

/// <summary>To the host actor: a snapshot could not be deleted.</summary>
internal sealed record SnapshotNotDropped(SnapshotId Snapshot) : ILocalMessage;

/// <summary>Host actor to VM actor: give up the save for that move, or drop what was saved for it, and go on.</summary>
internal sealed record ResumeMachine(MoveId Move) : ILocalMessage;

/// <summary>Host actor to VM actor: fail, to show that the machine survives it.</summary>
internal sealed record FailNow(string Why) : ILocalMessage;

/// <summary>To the host actor: a console that somebody waits for has grown.</summary>
internal sealed record ConsoleGrew(VmId Vm) : ILocalMessage;

/// <summary>VM actor to host actor: its state.</summary>
internal sealed record VmChanged(VmReport Report) : ILocalMessage;

/// <summary>To itself: the machine was built, or not.</summary>
internal sealed record MachineBuilt(VirtualMachine? Machine, string? Problem, MachineErrorKind? Kind = null) : ILocalMessage;

/// <summary>To itself: the machine has ended.</summary>
internal sealed record MachineEnded(VirtualMachine Machine, GuestEnd End) : ILocalMessage;

/// <summary>To itself: the power button was pressed, and this came of it.</summary>
internal sealed record PowerButtonPressed(VirtualMachine Machine, PowerPress Press) : ILocalMessage;

/// <summary>To itself: the machine was paused and saved, or not.</summary>
internal sealed record MachineSaved(SaveAttempt Attempt, string? Problem) : ILocalMessage;

/// <summary>To itself: what a move had carried could not be deleted.</summary>
internal sealed record MoveNotDropped(MoveId Move, string Why) : ILocalMessage;

/// <summary>To itself: the machine goes on.</summary>
internal sealed record MachineResumed : ILocalMessage;

/// <summary>Host actor to itself: the machine that a VM actor left behind is gone, its disks are closed.</summary>
internal sealed record MachineGone(IActorRef Actor, MachineSlot Slot) : ILocalMessage;
