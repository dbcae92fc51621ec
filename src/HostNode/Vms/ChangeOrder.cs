using Trapline.Shared.Ids;

namespace Trapline.HostNode.Vms;

/// <summary>In which order a host's VMs changed last: each change gets the next version, of each VM the latest counts.</summary>
internal sealed class ChangeOrder
{
    private readonly Dictionary<VmId, long> _versions = [];
    private readonly SortedSet<(long Version, VmId Vm)> _order = [];

    /// <summary>The latest version; 0 before the first change.</summary>
    public long Version { get; private set; }

    /// <summary>A VM has changed.</summary>
    public void Note(VmId vm)
    {
        Drop(vm);
        _versions[vm] = ++Version;
        _order.Add((Version, vm));
    }

    /// <summary>The VM need not be named any more.</summary>
    public void Drop(VmId vm)
    {
        if (_versions.Remove(vm, out var version))
            _order.Remove((version, vm));
    }

    /// <summary>Only these VMs are there, and all have changed.</summary>
    public void Restart(IEnumerable<VmId> vms)
    {
        _versions.Clear();
        _order.Clear();
        foreach (var vm in vms)
            Note(vm);
    }

    /// <summary>The version of a VM's latest change.</summary>
    public long VersionOf(VmId vm) => _versions.GetValueOrDefault(vm);

    /// <summary>The VMs that changed after a version, the earliest change first.</summary>
    public IEnumerable<VmId> After(long version)
    {
        if (version >= Version)
            return [];
        return _order.GetViewBetween((version + 1, default), (long.MaxValue, default)).Select(change => change.Vm);
    }
}
