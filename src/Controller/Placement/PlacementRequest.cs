using Trapline.Controller.Model;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Placement;

/// <summary>Whether VMs are spread over hosts or packed onto few.</summary>
public enum PlacementPolicy
{
    /// <summary>The host with the most room first.</summary>
    Spread,

    /// <summary>The fullest host that still has room first.</summary>
    Binpack,
}

/// <summary>What placement has to know about a VM.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Demand">What it takes.</param>
/// <param name="Group">Its group, if any.</param>
/// <param name="Affinity">How it stands to its group.</param>
/// <param name="Preferred">Taken if it may be: the host where the guest crashed a moment ago.</param>
/// <param name="Excluded">Not to be taken: the host that it should leave.</param>
/// <param name="Company">What those take that can go nowhere but after it.</param>
/// <param name="HasDisk">Its disk is there already, and nothing else has to be written for it to go there: it ran before, and is no more.</param>
public sealed record PlacementRequest(
    VmId Vm,
    Resources Demand,
    GroupName? Group,
    GroupAffinity Affinity,
    HostId? Preferred,
    HostId? Excluded,
    Resources Company = default,
    bool HasDisk = false)
{
    /// <summary>What has to be free on the host that it goes to.</summary>
    public Resources Room => Demand + Company;

    /// <summary>The request for a VM of the model.</summary>
    public static PlacementRequest For(VmRecord vm, HostId? preferred = null, HostId? excluded = null) =>
        new(vm.Id, vm.Type.Demand, vm.Spec.Group, vm.Spec.Group is null ? GroupAffinity.None : vm.Spec.Affinity, preferred, excluded, HasDisk: vm.Assignment is null && vm.Incarnation != Incarnation.None);
}

/// <summary>A host as filters and scorers see it, with what the session has placed on it so far.</summary>
public sealed class HostCandidate(HostRecord record, HostReadiness readiness)
{
    /// <summary>The model's record.</summary>
    public HostRecord Record { get; } = record;

    /// <summary>What its reports say.</summary>
    public HostReadiness Readiness { get; } = readiness;

    /// <summary>All VMs are to leave it.</summary>
    public bool IsBeingLeft { get; } = record.Availability == HostAvailability.Draining || readiness == HostReadiness.Ending;

    /// <summary>What is left for anybody.</summary>
    public Resources Free { get; internal set; } = record.Free;

    /// <summary>VMs that are being started there.</summary>
    public int Starting { get; internal set; }

    /// <summary>How many VMs of each group it has.</summary>
    internal Dictionary<GroupName, int> GroupMembers { get; } = [];

    /// <summary>What is kept for VMs of groups that are on their way here.</summary>
    internal Dictionary<GroupName, Resources> Kept { get; } = [];

    /// <summary>What is left for a request: a group's own place too.</summary>
    public Resources FreeFor(PlacementRequest request) => Free + KeptFor(request);

    /// <summary>What is kept for the group of a request.</summary>
    internal Resources KeptFor(PlacementRequest request) =>
        request is { Group: { } group, Affinity: GroupAffinity.Together } ? Kept.GetValueOrDefault(group) : default;

    /// <summary>Keeps a place for VMs of a group.</summary>
    internal void Keep(GroupName group, Resources demand)
    {
        Free -= demand;
        Kept[group] = Kept.GetValueOrDefault(group) + demand;
    }

    /// <summary>A VM takes what it needs: of its group's place first.</summary>
    internal void Take(PlacementRequest request)
    {
        var kept = KeptFor(request);
        var ofKept = new Resources(Math.Min(kept.CpuWeight, request.Demand.CpuWeight), Math.Min(kept.MemoryMiB, request.Demand.MemoryMiB));
        if (ofKept != default)
            Kept[request.Group!.Value] = kept - ofKept;
        Free -= request.Demand - ofKept;
        if (request is { Group: { } group } && request.Company != default)
            Keep(group, request.Company);
    }

    /// <summary>How many VMs of a group it has.</summary>
    public int MembersOf(GroupName group) => GroupMembers.GetValueOrDefault(group);

    /// <summary>The scarcer of the two free shares, 0 to 1.</summary>
    public double FreeShare => Math.Min(Share(Free.CpuWeight, Record.Capacity.CpuWeight), Share(Free.MemoryMiB, Record.Capacity.MemoryMiB));

    private static double Share(long free, long capacity) => capacity <= 0 ? 0 : Math.Clamp((double)free / capacity, 0, 1);
}
