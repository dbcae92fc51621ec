using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Model.Events;

/// <summary>An event of one VM.</summary>
public interface IVmEvent : IClusterEvent
{
    /// <summary>Which VM.</summary>
    VmId Vm { get; }
}

/// <summary>A user asked for the VM.</summary>
public sealed record VmDefined(DateTimeOffset At, VmId Vm, VmSpec Spec) : IVmEvent;

/// <summary>A user wants another state of it.</summary>
public sealed record DesiredStateChanged(DateTimeOffset At, VmId Vm, DesiredState Desired) : IVmEvent;

/// <summary>A user wants that incarnation to end and the VM to start anew.</summary>
public sealed record RebootRequested(DateTimeOffset At, VmId Vm, Incarnation Incarnation) : IVmEvent;

/// <summary>The VM will be started on that host with that incarnation. Kept before the host hears of it.</summary>
/// <param name="At">When.</param>
/// <param name="Vm">Which VM.</param>
/// <param name="Host">Where.</param>
/// <param name="Boot">In which life of the host.</param>
/// <param name="Incarnation">One more than any before.</param>
/// <param name="Reason">Why, and why there.</param>
/// <param name="FromMove">It resumes what that move saved.</param>
public sealed record VmPlaced(DateTimeOffset At, VmId Vm, HostId Host, BootId Boot, Incarnation Incarnation, string Reason, MoveId? FromMove = null) : IVmEvent;

/// <summary>No host takes it now; it waits.</summary>
public sealed record VmPending(DateTimeOffset At, VmId Vm, string Reason) : IVmEvent;

/// <summary>A crowd of VMs of which that is so, found at once and for the same reason.</summary>
public sealed record VmsPending(DateTimeOffset At, ImmutableArray<VmId> Vms, string Reason) : IClusterEvent;

/// <summary>The host reports that it executes.</summary>
public sealed record VmStarted(DateTimeOffset At, VmId Vm, Incarnation Incarnation) : IVmEvent;

/// <summary>An incarnation ended.</summary>
/// <param name="At">When.</param>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="End">Why.</param>
/// <param name="Detail">What the host said about it.</param>
/// <param name="RetryAt">When the policy starts it again; null when it does not.</param>
/// <param name="CrashLoop">It ended too often: nobody tries again until a user says so.</param>
/// <param name="TooSoon">The guest ended itself so soon after its start that it counts as a crash.</param>
public sealed record VmEnded(
    DateTimeOffset At,
    VmId Vm,
    Incarnation Incarnation,
    EndReason End,
    string? Detail,
    DateTimeOffset? RetryAt,
    bool CrashLoop,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TooSoon = false) : IVmEvent;

/// <summary>It has run long enough for earlier crashes not to count any more.</summary>
public sealed record VmIsStable(DateTimeOffset At, VmId Vm) : IVmEvent;

/// <summary>The VM is gone, and its volumes with it.</summary>
public sealed record VmRemoved(DateTimeOffset At, VmId Vm) : IVmEvent;
