using Trapline.Shared.Ids;

namespace Trapline.Controller.Model.Events;

/// <summary>A VM is to go on elsewhere: the source pauses and saves it.</summary>
public sealed record MoveStarted(DateTimeOffset At, VmId Vm, MoveId Move, HostId From, HostId To, string Reason) : IVmEvent;

/// <summary>A move came to nothing; the VM goes on where it is.</summary>
public sealed record MoveAborted(DateTimeOffset At, VmId Vm, MoveId Move, string Reason) : IVmEvent;
