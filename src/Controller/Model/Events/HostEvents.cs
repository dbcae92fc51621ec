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
public sealed record HostBooted(DateTimeOffset At, HostId Host, BootId Boot, Resources Capacity) : IHostEvent;

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

/// <summary>The host has something of a VM that the journal does not speak of, as when the journal was lost: its volumes are not touched.</summary>
public sealed record VolumesKept(DateTimeOffset At, HostId Host, VmId Vm) : IHostEvent;

/// <summary>The host left the cluster for good.</summary>
public sealed record HostRemoved(DateTimeOffset At, HostId Host) : IHostEvent;
