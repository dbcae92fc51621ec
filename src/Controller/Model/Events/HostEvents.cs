using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Model.Events;

/// <summary>An event of one host.</summary>
public interface IHostEvent : IClusterEvent
{
    /// <summary>Which host.</summary>
    HostId Host { get; }
}

/// <summary>A life of a host reported for the first time. Any earlier life of it has ended.</summary>
/// <param name="At">When.</param>
/// <param name="Host">Which host.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Capacity">What it offers.</param>
/// <param name="Look">Which of its looks through the data root counts: the first one unless it was judged before this journal heard of it.</param>
public sealed record HostBooted(
    DateTimeOffset At,
    HostId Host,
    BootId Boot,
    Resources Capacity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Look = 0) : IHostEvent;

/// <summary>What the host offers has changed.</summary>
public sealed record HostCapacityChanged(DateTimeOffset At, HostId Host, Resources Capacity) : IHostEvent;

/// <summary>That life of the host will never execute a guest again.</summary>
/// <param name="At">When.</param>
/// <param name="Host">Which host.</param>
/// <param name="Boot">Which life.</param>
/// <param name="Evidence">How that is known: a majority of keepers, or a witness.</param>
public sealed record HostLost(DateTimeOffset At, HostId Host, BootId Boot, string Evidence) : IHostEvent;

/// <summary>New VMs may or may not be placed there.</summary>
public sealed record HostScheduling(DateTimeOffset At, HostId Host, HostAvailability Availability, string Reason) : IHostEvent;

/// <summary>The data folder of a host has less room than the settings want it to have: new VMs and moves go elsewhere, and what runs goes on.</summary>
/// <param name="At">When.</param>
/// <param name="Host">Which host.</param>
/// <param name="FreeMiB">What it has.</param>
/// <param name="BarMiB">What it should have.</param>
public sealed record HostDiskLow(DateTimeOffset At, HostId Host, long FreeMiB, long BarMiB) : IHostEvent;

/// <summary>The data folder of a host has room again, and some to spare.</summary>
public sealed record HostDiskEnough(DateTimeOffset At, HostId Host, long FreeMiB) : IHostEvent;

/// <summary>The host has something of a VM that the journal does not speak of, as when the journal was lost: its volumes are not touched.</summary>
public sealed record VolumesKept(DateTimeOffset At, HostId Host, VmId Vm) : IHostEvent;

/// <summary>A user wants what is left of a VM that is no more to be deleted.</summary>
public sealed record VolumesUnwanted(DateTimeOffset At, VmId Vm) : IClusterEvent;

/// <summary>Nothing executes that VM, and what is left of it is deleted, by that host and any that finds more.</summary>
public sealed record VolumesRemoved(DateTimeOffset At, HostId Host, VmId Vm) : IHostEvent;

/// <summary>A part of what a life of a host found of earlier ones is judged.</summary>
/// <param name="At">When.</param>
/// <param name="Host">Which host.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Part">Which part.</param>
/// <param name="Here">What stays for VMs that are on this host.</param>
/// <param name="Elsewhere">What stays for VMs that are elsewhere, or on no host.</param>
/// <param name="Kept">What is kept because the journal does not know it.</param>
/// <param name="Vms">VMs that were terminated: deleted.</param>
/// <param name="Moves">Moves that are over: deleted.</param>
public sealed record LeftoversJudged(
    DateTimeOffset At,
    HostId Host,
    BootId Boot,
    long Part,
    int Here,
    int Elsewhere,
    int Kept,
    ImmutableArray<VmId> Vms,
    ImmutableArray<MoveId> Moves) : IHostEvent;

/// <summary>The host left the cluster for good.</summary>
public sealed record HostRemoved(DateTimeOffset At, HostId Host) : IHostEvent;
