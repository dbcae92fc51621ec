using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>Save a running VM.</summary>
/// <param name="Name">The snapshot's name; null has one made up.</param>
public sealed record SnapshotRequest(string? Name = null);

/// <summary>A saved VM: memory, devices and disk at one moment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">One of <see cref="SnapshotStates"/>.</param>
/// <param name="Vm">The name of the VM that it was taken of.</param>
/// <param name="Incarnation">Which incarnation of it.</param>
/// <param name="Image">What that VM booted from.</param>
/// <param name="Type">Its size, and that of VMs that start from here.</param>
/// <param name="At">When it was asked for.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="UsedBy">VMs that were started from it: as long as there are any it stays.</param>
/// <param name="Problem">Why it could not be taken.</param>
public sealed record SnapshotView(
    string Id,
    string Name,
    string State,
    string Vm,
    long Incarnation,
    string Image,
    string Type,
    DateTimeOffset At,
    long Bytes,
    ImmutableArray<string> UsedBy,
    string? Problem = null);

/// <summary>The states of a snapshot as users see them.</summary>
public static class SnapshotStates
{
    /// <summary>Being taken.</summary>
    public const string Taking = "taking";

    /// <summary>VMs can be started from it.</summary>
    public const string Ready = "ready";

    /// <summary>Of an earlier journal: nobody knows what it was saved as.</summary>
    public const string LeftOver = "left over";

    /// <summary>Being deleted.</summary>
    public const string Removing = "removing";
}

/// <summary>A writable disk in the data root.</summary>
/// <param name="Id">Its VM's id and its name there.</param>
/// <param name="Vm">The VM's name; null when there is no such VM.</param>
/// <param name="State"><c>in use</c> by a VM that a node has, <c>kept</c> for one that none has, or <c>left over</c>: its VM is gone.</param>
/// <param name="SizeBytes">The disk's size.</param>
/// <param name="AllocatedBytes">What it takes.</param>
/// <param name="Incarnation">The incarnation that opened it last; older ones are shut out.</param>
/// <param name="Problem">What is wrong with it, if anything.</param>
public sealed record VolumeView(string Id, string? Vm, string State, long SizeBytes, long AllocatedBytes, long Incarnation, string? Problem = null);
