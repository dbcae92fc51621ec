using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Model;

/// <summary>Whether VMs may be placed on a host.</summary>
public enum HostAvailability
{
    /// <summary>It takes VMs.</summary>
    Schedulable,

    /// <summary>It takes no new ones and keeps what it has.</summary>
    Cordoned,

    /// <summary>It takes no new ones, and what it has goes elsewhere.</summary>
    Draining,
}

/// <summary>Too little room in a data folder.</summary>
/// <param name="FreeMiB">What it had.</param>
/// <param name="BarMiB">What it should have had.</param>
public sealed record LowDisk(long FreeMiB, long BarMiB);

/// <summary>What the controller knows for good about a host.</summary>
/// <param name="Id">Which host.</param>
/// <param name="Boot">Its latest life.</param>
/// <param name="Lost">That life will never execute again; the next one brings the host back.</param>
/// <param name="Capacity">What it offers.</param>
/// <param name="Used">What VMs that are assigned to it take.</param>
/// <param name="Availability">Whether VMs may be placed there.</param>
/// <param name="Judged">How many parts of what that life found of earlier ones are judged.</param>
/// <param name="Look">Which of that life's looks through the data root counts, or any later one.</param>
/// <param name="LowDisk">What its data folder had left when that became too little; null while it is enough.</param>
public sealed record HostRecord(
    HostId Id,
    BootId Boot,
    bool Lost,
    Resources Capacity,
    Resources Used,
    HostAvailability Availability,
    long Judged = 0,
    long Look = 0,
    LowDisk? LowDisk = null)
{
    /// <summary>What is left.</summary>
    public Resources Free => Capacity - Used;
}
