using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Model;

/// <summary>
/// All that the controller knows for good: immutable, changed by events alone (<see cref="EventApplication"/>), the same on every replay.
/// </summary>
/// <param name="Generation">Counts the events applied; a plan carries the generation that it was made for.</param>
/// <param name="Vms">VMs that are not removed.</param>
/// <param name="Hosts">Hosts that are not removed.</param>
/// <param name="Names">The ids behind the names of VMs that are not terminated.</param>
/// <param name="Groups">The members of each group.</param>
public sealed record ClusterModel(
    long Generation,
    ImmutableSortedDictionary<VmId, VmRecord> Vms,
    ImmutableSortedDictionary<HostId, HostRecord> Hosts,
    ImmutableDictionary<string, VmId> Names,
    ImmutableDictionary<GroupName, ImmutableHashSet<VmId>> Groups)
{
    /// <summary>A cluster in which nothing has happened.</summary>
    public static ClusterModel Empty { get; } = new(
        0,
        ImmutableSortedDictionary<VmId, VmRecord>.Empty,
        ImmutableSortedDictionary<HostId, HostRecord>.Empty,
        ImmutableDictionary.Create<string, VmId>(StringComparer.Ordinal),
        ImmutableDictionary<GroupName, ImmutableHashSet<VmId>>.Empty);

    /// <summary>When the latest event happened, by the clock of the controller that kept it.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Snapshots that are not removed.</summary>
    public ImmutableSortedDictionary<SnapshotId, SnapshotRecord> Snapshots { get; init; } = ImmutableSortedDictionary<SnapshotId, SnapshotRecord>.Empty;

    /// <summary>VMs that were terminated: whatever a host still has of them may be deleted.</summary>
    public RemovedIds<VmId> Removed { get; init; } = RemovedIds<VmId>.None;

    /// <summary>Snapshots that were removed: whatever a host still has of them may be deleted.</summary>
    public RemovedIds<SnapshotId> RemovedSnapshots { get; init; } = RemovedIds<SnapshotId>.None;

    /// <summary>VMs that no event here speaks of, but that a host has something of: a <see cref="Events.VolumesKept"/> said so.</summary>
    public ImmutableSortedSet<VmId> Strangers { get; init; } = [];

    /// <summary>VMs of which nothing is left but volumes, which a user wants gone.</summary>
    public ImmutableSortedSet<VmId> Unwanted { get; init; } = [];

    /// <summary>Finds a snapshot by its name or id.</summary>
    public SnapshotRecord? FindSnapshot(string nameOrId) => Snapshots.Values.FirstOrDefault(s => s.Name == nameOrId) ?? Snapshots.Values.FirstOrDefault(s => s.Id.Value == nameOrId);

    /// <summary>The VMs that were started from a snapshot: their disks lie over its own.</summary>
    public IEnumerable<VmRecord> UsersOf(SnapshotId snapshot) => Vms.Values.Where(vm => vm.Spec.FromSnapshot == snapshot);

    /// <summary>Finds a VM by its name or id.</summary>
    public VmRecord? Find(string nameOrId) =>
        Names.TryGetValue(nameOrId, out var id) || TextIdOf(nameOrId, out id) ? Vms.GetValueOrDefault(id) : null;

    private static bool TextIdOf(string text, out VmId id)
    {
        id = TextId.IsValid(text) ? new VmId(text) : default;
        return id != default;
    }
}
