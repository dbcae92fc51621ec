using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Model.Events;

/// <summary>A VM is to go on elsewhere: the source pauses and saves it.</summary>
public sealed record MoveStarted(DateTimeOffset At, VmId Vm, MoveId Move, HostId From, HostId To, string Reason) : IVmEvent;

/// <summary>A move came to nothing; the VM goes on where it is.</summary>
/// <param name="At">When.</param>
/// <param name="Vm">Which VM.</param>
/// <param name="Move">Which attempt.</param>
/// <param name="Reason">Why.</param>
/// <param name="RetryAt">Not moved again by itself before this: the next attempt would fail too, and pause it for nothing, or is not wanted.</param>
/// <param name="TakenBack">A user did not want it.</param>
public sealed record MoveAborted(
    DateTimeOffset At,
    VmId Vm,
    MoveId Move,
    string Reason,
    DateTimeOffset? RetryAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TakenBack = false) : IVmEvent;
