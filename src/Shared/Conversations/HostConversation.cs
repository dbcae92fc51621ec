using System.Collections.Immutable;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Shared.Conversations;

/// <summary>Host to controller: all that the host has. Sent on every change and on a timer; a later one replaces an earlier one.</summary>
/// <param name="Host">Who reports.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Sequence">Grows with each report of a boot; older ones are dropped.</param>
/// <param name="LeaseTerm">The term of the host lease that guests would execute under.</param>
/// <param name="Executing">Whether guests may execute now.</param>
/// <param name="Capacity">What it offers.</param>
/// <param name="Draining">The host itself is about to stop (SIGTERM): its VMs should go elsewhere.</param>
/// <param name="Vms">Every VM that it knows, ended ones until they are acknowledged.</param>
/// <param name="Leftovers">What an earlier life left in its folders, adopted only if the controller says so.</param>
public sealed record HostReport(
    HostId Host,
    BootId Boot,
    long Sequence,
    long LeaseTerm,
    bool Executing,
    Resources Capacity,
    bool Draining,
    ImmutableArray<VmReport> Vms,
    ImmutableArray<VmId> Leftovers) : IWireMessage;

/// <summary>One VM in a host's report.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Which incarnation of it the host has.</param>
/// <param name="State">Its state.</param>
/// <param name="End">Why it ended, when the state is final.</param>
/// <param name="Detail">What a user should read about the end or a failed start, if anything.</param>
/// <param name="Move">The move that it is paused and saved for, if any.</param>
public sealed record VmReport(VmId Vm, Incarnation Incarnation, VmState State, EndReason? End = null, string? Detail = null, MoveId? Move = null);

/// <summary>Controller to host: answers a report.</summary>
/// <param name="Boot">The boot that reported.</param>
/// <param name="Sequence">The report that is answered.</param>
/// <param name="ConfirmedTerm">Guests of this lease term may execute: nobody has moved on with any VM that the report names.</param>
public sealed record ReportAnswer(BootId Boot, long Sequence, long ConfirmedTerm) : IWireMessage;

/// <summary>Controller to host: this boot was called lost and its VMs went on elsewhere. Drop all machines and begin a new boot.</summary>
public sealed record BootIsLost(HostId Host, BootId Boot) : IWireMessage;

/// <summary>Launcher or operator to controller: the process of this boot has ended; there is no need to wait for its lease.</summary>
/// <param name="Host">Whose process.</param>
/// <param name="Boot">Which life; null for whichever was reported last.</param>
/// <param name="Witness">Who saw it.</param>
public sealed record HostDied(HostId Host, BootId? Boot, string Witness) : IWireMessage;
