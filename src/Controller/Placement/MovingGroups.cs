using Trapline.Controller.Model;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Placement;

/// <summary>
/// Groups that want to be together and have begun to leave a host. Those that are still to come keep a place where the first of them went, as a VM that
/// moves does: few move at a time, and others would fill the host before the last arrives.
/// </summary>
internal sealed class MovingGroups
{
    private readonly Dictionary<GroupName, Resources> _leaving = [];
    private readonly Dictionary<GroupName, Resources> _waiting = [];

    /// <summary>Counts a VM, if it is one of those that have to follow.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="isOnHostBeingLeft">All are to leave the host that it is on.</param>
    public void Count(VmRecord vm, bool isOnHostBeingLeft)
    {
        if (vm is not { Desired: DesiredState.Running, Move: null, Spec: { Group: { } group, Affinity: GroupAffinity.Together } })
            return;
        if (isOnHostBeingLeft)
            _leaving[group] = _leaving.GetValueOrDefault(group) + vm.Type.Demand;
        else if (vm is { Assignment: null, RetryAt: not null })
            _waiting[group] = _waiting.GetValueOrDefault(group) + vm.Type.Demand;
    }

    /// <summary>Keeps their places, and says where. A host that cannot take all that are to come keeps none: they could not be together there.</summary>
    /// <param name="hosts">All hosts, with the VMs that they have.</param>
    public IEnumerable<(GroupName Group, HostCandidate Host)> KeepPlaces(IReadOnlyCollection<HostCandidate> hosts)
    {
        foreach (var (group, leaving) in _leaving)
        {
            var target = hosts.Where(h => !h.IsBeingLeft && h.MembersOf(group) > 0 && h.Free.Covers(leaving)).MinBy(h => h.Record.Id);
            if (target is null)
                continue;
            var all = leaving + _waiting.GetValueOrDefault(group);
            target.Keep(group, target.Free.Covers(all) ? all : leaving);
            yield return (group, target);
        }
    }
}
