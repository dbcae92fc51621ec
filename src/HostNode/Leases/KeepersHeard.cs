using System.Collections.Immutable;
using Trapline.Shared.Conversations;

namespace Trapline.HostNode.Leases;

/// <summary>
/// What one boot of a host has heard of the lease keepers. It says so in each heartbeat: a keeper goes on granting only to a host that hears it. A plain
/// object.
/// </summary>
public sealed class KeepersHeard
{
    /// <summary>The latest heartbeat that each keeper is known to have answered.</summary>
    public ImmutableArray<HeardKeeper> All { get; private set; } = [];

    /// <summary>A keeper has answered or echoed a heartbeat. Returns whether that is the latest one which it did.</summary>
    public bool Note(string keeper, long sequence)
    {
        var known = All.FirstOrDefault(h => h.Keeper == keeper);
        if (known?.Sequence >= sequence)
            return false;
        var heard = new HeardKeeper(keeper, sequence);
        All = known is null ? All.Add(heard) : All.Replace(known, heard);
        return true;
    }
}
