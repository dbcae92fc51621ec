using System.Text.Json.Serialization;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Model;

/// <summary>What the user wants of a VM.</summary>
public enum DesiredState
{
    /// <summary>It should execute.</summary>
    Running,

    /// <summary>It should exist and not execute.</summary>
    Stopped,

    /// <summary>It should be gone, its volumes too.</summary>
    Terminated,

    /// <summary>Its guest has ended, and its restart policy leaves it so: it needs no room on any host, until the user wants it running again.</summary>
    Ended,
}

/// <summary>Where an incarnation of a VM is, or will be.</summary>
/// <param name="Host">Which host.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="Since">When it was placed there.</param>
/// <param name="Started">The host has reported it executing.</param>
/// <param name="FromMove">It resumes what this move saved.</param>
/// <param name="Reason">Why it was placed, and why there; null in what an older version wrote.</param>
public sealed record Assignment(HostId Host, BootId Boot, Incarnation Incarnation, DateTimeOffset Since, bool Started, MoveId? FromMove, string? Reason = null);

/// <summary>A move under way: the source pauses and saves; then the VM is placed on the target.</summary>
/// <param name="Id">Which attempt.</param>
/// <param name="To">The target.</param>
/// <param name="Since">When it began.</param>
public sealed record Move(MoveId Id, HostId To, DateTimeOffset Since);

/// <summary>How an incarnation ended.</summary>
public sealed record LastEnd(Incarnation Incarnation, EndReason Reason, DateTimeOffset At, string? Detail, HostId Host);

/// <summary>What the controller knows for good about a VM.</summary>
/// <param name="Id">Which VM.</param>
/// <param name="Spec">What the user asked for.</param>
/// <param name="Type">Its size.</param>
/// <param name="Desired">What the user wants now, or what his restart policy makes of it.</param>
/// <param name="Incarnation">The latest incarnation ever placed.</param>
/// <param name="Assignment">Where it is; null when no host has it.</param>
/// <param name="Move">The move under way, if any.</param>
/// <param name="Reboot">The incarnation that a user wants rebooted; an older one than the present means nothing any more.</param>
/// <param name="Moves">How many moves were begun: names the next one.</param>
/// <param name="LastMovedAt">When it last went elsewhere by a move.</param>
/// <param name="Crashes">Ends that count towards the crash loop.</param>
/// <param name="RetryAt">Not started again before this.</param>
/// <param name="CrashLoop">Given up until a user starts it.</param>
/// <param name="End">How the latest incarnation that ended did so.</param>
/// <param name="PendingReason">Why it waits for a host, if it does.</param>
/// <param name="NoMoveBefore">Its last move failed, or was taken back: draining and balancing leave it alone until then.</param>
/// <param name="MoveTakenBack">A user took it back: that binds whoever can wait, and not a host that ends.</param>
public sealed record VmRecord(
    VmId Id,
    VmSpec Spec,
    InstanceType Type,
    DesiredState Desired,
    Incarnation Incarnation,
    Assignment? Assignment,
    Move? Move,
    Incarnation Reboot,
    int Moves,
    DateTimeOffset? LastMovedAt,
    int Crashes,
    DateTimeOffset? RetryAt,
    bool CrashLoop,
    LastEnd? End,
    string? PendingReason,
    DateTimeOffset? NoMoveBefore = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MoveTakenBack = false);
