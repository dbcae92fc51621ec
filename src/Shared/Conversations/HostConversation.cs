using System.Collections.Immutable;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Shared.Conversations;

/// <summary>
/// Host to controller: all that the host has, or what of it the controller has not confirmed yet. Sent on every change and on a timer; a later one
/// replaces an earlier one.
/// </summary>
/// <param name="Host">Who reports.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Sequence">Grows with each report of a boot; older ones are dropped.</param>
/// <param name="LeaseTerm">The term of the host lease that guests would execute under.</param>
/// <param name="Executing">Whether guests may execute now.</param>
/// <param name="Capacity">What it offers.</param>
/// <param name="Draining">The host itself is about to stop (SIGTERM): its VMs should go elsewhere.</param>
/// <param name="Vms">Every VM that it knows, ended ones until they are acknowledged; with <paramref name="Part"/>, those that changed.</param>
/// <param name="Leftovers">VMs that earlier lives left something of in the data root: those of the part that <paramref name="LeftoverPart"/> says.</param>
/// <param name="Part">Which part of the whole it is; null for the whole.</param>
/// <param name="Snapshots">Snapshots that it takes, took or dropped, until they are acknowledged; null for none.</param>
/// <param name="LeftoverPart">Which part of what earlier lives left is reported; null from a host that does not look.</param>
/// <param name="Disk">What its data folder has room for; null from a host that does not say, or cannot tell.</param>
public sealed record HostReport(
    HostId Host,
    BootId Boot,
    long Sequence,
    long LeaseTerm,
    bool Executing,
    Resources Capacity,
    bool Draining,
    ImmutableArray<VmReport> Vms,
    ImmutableArray<VmId> Leftovers,
    ReportPart? Part = null,
    ImmutableArray<SnapshotReport>? Snapshots = null,
    LeftoverPart? LeftoverPart = null,
    DiskSpace? Disk = null) : IWireMessage;

/// <summary>The room of a file system.</summary>
/// <param name="FreeMiB">What this user may still write, in MiB.</param>
/// <param name="TotalMiB">All of it, in MiB.</param>
public sealed record DiskSpace(long FreeMiB, long TotalMiB);

/// <summary>
/// What a report says of the host's VMs. Each change of one of them gets the next version, and a report carries those after a version that the
/// controller has confirmed: so its size follows what happens, not how many VMs there are, and never exceeds a message.
/// </summary>
/// <param name="Base">Changes after this version; 0 starts from nothing.</param>
/// <param name="Version">Up to this version.</param>
/// <param name="More">There are later changes, which did not fit.</param>
/// <param name="Gone">VMs that the host does not know any more.</param>
public sealed record ReportPart(long Base, long Version, bool More, ImmutableArray<VmId> Gone);

/// <summary>One VM in a host's report.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Which incarnation of it the host has.</param>
/// <param name="State">Its state.</param>
/// <param name="End">Why it ended, when the state is final.</param>
/// <param name="Detail">What a user should read about the end or a failed start, if anything.</param>
/// <param name="Move">The move that it is paused and saved for, if any.</param>
/// <param name="Saving">The move that it is being saved for, if any: not yet, or not any more, what the move could go on with.</param>
public sealed record VmReport(
    VmId Vm,
    Incarnation Incarnation,
    VmState State,
    EndReason? End = null,
    string? Detail = null,
    MoveId? Move = null,
    MoveId? Saving = null);

/// <summary>Controller to host: answers a report.</summary>
/// <param name="Boot">The boot that reported.</param>
/// <param name="Sequence">The report that is answered.</param>
/// <param name="ConfirmedTerm">Guests of this lease term may execute: nobody has moved on with any VM that the host reports.</param>
/// <param name="Version">All changes up to this version are known; a controller that has just taken over knows none. Null: it takes whole reports only.</param>
public sealed record ReportAnswer(BootId Boot, long Sequence, long ConfirmedTerm, long? Version = null) : IWireMessage;

/// <summary>Controller to host: this boot was called lost and its VMs went on elsewhere. Drop all machines and begin a new boot.</summary>
public sealed record BootIsLost(HostId Host, BootId Boot) : IWireMessage;

/// <summary>Launcher or operator to controller: the process of this boot has ended; there is no need to wait for its lease.</summary>
/// <param name="Host">Whose process.</param>
/// <param name="Boot">Which life; null for whichever was reported last.</param>
/// <param name="Witness">Who saw it.</param>
public sealed record HostDied(HostId Host, BootId? Boot, string Witness) : IWireMessage;
