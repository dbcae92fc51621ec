using System.Collections.Immutable;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Snapshots;

/// <summary>
/// What a host knows of the snapshots that it takes, took or dropped: a plain object, fed with orders and with what becomes of them. Each order may
/// come twice or late; a snapshot is begun at most once, and one that is dropped while it is taken is given up, or dropped if it was done just then.
/// </summary>
public sealed class SnapshotShelf
{
    /// <summary>Keeps a report small, however many there are.</summary>
    public const int MostOfReport = 500;

    private readonly SortedDictionary<SnapshotId, SnapshotReport> _known = [];
    private readonly HashSet<SnapshotId> _unwanted = [];
    private readonly HashSet<SnapshotId> _dropping = [];

    /// <summary>What the next report says; null for nothing. Those that are not whole come first: the others can wait until there is room.</summary>
    public ImmutableArray<SnapshotReport>? Report() =>
        _known.Count == 0 ? null : [.. _known.Values.OrderBy(s => s.Progress == SnapshotProgress.Taken).Take(MostOfReport)];

    /// <summary>One that an earlier life of some host has taken.</summary>
    public void Found(SnapshotId snapshot, long bytes, VmId vm) => _known.TryAdd(snapshot, new SnapshotReport(snapshot, SnapshotProgress.Taken, bytes, Vm: vm));

    /// <summary>An order; the answer is what is to be done now.</summary>
    public SnapshotEffect Handle(ISnapshotCommand command)
    {
        switch (command)
        {
            case TakeSnapshot when _known.ContainsKey(command.Snapshot):
                return SnapshotEffect.Nothing;
            case TakeSnapshot:
                _known[command.Snapshot] = new SnapshotReport(command.Snapshot, SnapshotProgress.Taking);
                return SnapshotEffect.Take;
            case DropSnapshot when _known.GetValueOrDefault(command.Snapshot) is { Progress: SnapshotProgress.Taking }:
                return _unwanted.Add(command.Snapshot) ? SnapshotEffect.GiveUp : SnapshotEffect.Nothing;
            case DropSnapshot when _known.GetValueOrDefault(command.Snapshot) is { Progress: SnapshotProgress.Dropped } || !_dropping.Add(command.Snapshot):
                return SnapshotEffect.Nothing;
            case DropSnapshot:
                return SnapshotEffect.Drop;
            case ForgetSnapshot when _known.GetValueOrDefault(command.Snapshot) is not { Progress: SnapshotProgress.Taking }:
                _known.Remove(command.Snapshot);
                return SnapshotEffect.Nothing;
            default:
                return SnapshotEffect.Nothing;
        }
    }

    /// <summary>A snapshot has come to this; the answer is what is to be done now.</summary>
    public SnapshotEffect Changed(SnapshotReport report)
    {
        if (report.Progress == SnapshotProgress.Dropped)
            _dropping.Remove(report.Snapshot);
        _known[report.Snapshot] = report;
        var wasUnwanted = report.Progress != SnapshotProgress.Taking && _unwanted.Remove(report.Snapshot);
        return wasUnwanted && report.Progress == SnapshotProgress.Taken && _dropping.Add(report.Snapshot) ? SnapshotEffect.Drop : SnapshotEffect.Nothing;
    }

    /// <summary>It could not be dropped; it will be ordered again.</summary>
    public void NotDropped(SnapshotId snapshot) => _dropping.Remove(snapshot);
}

/// <summary>What the host does about a snapshot.</summary>
public enum SnapshotEffect
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Have it taken.</summary>
    Take,

    /// <summary>Do not wait for it to be taken: the VM is to go on.</summary>
    GiveUp,

    /// <summary>Delete it.</summary>
    Drop,
}
