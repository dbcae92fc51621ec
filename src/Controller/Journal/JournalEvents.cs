using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Wire;

namespace Trapline.Controller.Journal;

/// <summary>Every event that the journal keeps, under the manifest that it has for good.</summary>
public static class JournalEvents
{
    /// <summary>Manifest and form of each event.</summary>
    public static ImmutableSortedDictionary<string, JsonTypeInfo> All { get; } = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        ["vm-defined"] = JournalJson.Default.VmDefined,
        ["desired-state-changed"] = JournalJson.Default.DesiredStateChanged,
        ["reboot-requested"] = JournalJson.Default.RebootRequested,
        ["vm-placed"] = JournalJson.Default.VmPlaced,
        ["vm-pending"] = JournalJson.Default.VmPending,
        ["vms-pending"] = JournalJson.Default.VmsPending,
        ["vm-started"] = JournalJson.Default.VmStarted,
        ["vm-ended"] = JournalJson.Default.VmEnded,
        ["vm-is-stable"] = JournalJson.Default.VmIsStable,
        ["vm-removed"] = JournalJson.Default.VmRemoved,
        ["move-started"] = JournalJson.Default.MoveStarted,
        ["move-aborted"] = JournalJson.Default.MoveAborted,
        ["host-booted"] = JournalJson.Default.HostBooted,
        ["host-capacity-changed"] = JournalJson.Default.HostCapacityChanged,
        ["host-lost"] = JournalJson.Default.HostLost,
        ["host-scheduling"] = JournalJson.Default.HostScheduling,
        ["host-disk-low"] = JournalJson.Default.HostDiskLow,
        ["host-disk-enough"] = JournalJson.Default.HostDiskEnough,
        ["host-removed"] = JournalJson.Default.HostRemoved,
        ["snapshot-failed"] = JournalJson.Default.SnapshotFailed,
        ["snapshot-removed"] = JournalJson.Default.SnapshotRemoved,
        ["snapshot-requested"] = JournalJson.Default.SnapshotRequested,
        ["snapshot-taken"] = JournalJson.Default.SnapshotTaken,
        ["snapshot-unwanted"] = JournalJson.Default.SnapshotUnwanted,
        ["snapshot-kept"] = JournalJson.Default.SnapshotKept,
        ["leftovers-judged"] = JournalJson.Default.LeftoversJudged,
        ["clock-set"] = JournalJson.Default.ClockSet,
        ["volumes-unwanted"] = JournalJson.Default.VolumesUnwanted,
        ["volumes-removed"] = JournalJson.Default.VolumesRemoved,
        ["volumes-kept"] = JournalJson.Default.VolumesKept,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>How the events are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(VmDefined))]
[JsonSerializable(typeof(DesiredStateChanged))]
[JsonSerializable(typeof(RebootRequested))]
[JsonSerializable(typeof(VmPlaced))]
[JsonSerializable(typeof(VmPending))]
[JsonSerializable(typeof(VmsPending))]
[JsonSerializable(typeof(VmStarted))]
[JsonSerializable(typeof(VmEnded))]
[JsonSerializable(typeof(VmIsStable))]
[JsonSerializable(typeof(VmRemoved))]
[JsonSerializable(typeof(MoveStarted))]
[JsonSerializable(typeof(MoveAborted))]
[JsonSerializable(typeof(HostBooted))]
[JsonSerializable(typeof(HostCapacityChanged))]
[JsonSerializable(typeof(HostLost))]
[JsonSerializable(typeof(HostScheduling))]
[JsonSerializable(typeof(HostDiskLow))]
[JsonSerializable(typeof(HostDiskEnough))]
[JsonSerializable(typeof(HostRemoved))]
[JsonSerializable(typeof(SnapshotFailed))]
[JsonSerializable(typeof(SnapshotRemoved))]
[JsonSerializable(typeof(SnapshotRequested))]
[JsonSerializable(typeof(SnapshotTaken))]
[JsonSerializable(typeof(SnapshotUnwanted))]
[JsonSerializable(typeof(SnapshotKept))]
[JsonSerializable(typeof(LeftoversJudged))]
[JsonSerializable(typeof(ClockSet))]
[JsonSerializable(typeof(VolumesUnwanted))]
[JsonSerializable(typeof(VolumesRemoved))]
[JsonSerializable(typeof(VolumesKept))]
public sealed partial class JournalJson : JsonSerializerContext;

/// <summary>The serializer of <see cref="JournalEvents"/>, bound to <see cref="Model.IClusterEvent"/> in HOCON.</summary>
public sealed class JournalSerializer(ExtendedActorSystem system) : JsonManifestSerializer(system, JournalEvents.All)
{
    /// <inheritdoc/>
    public override int Identifier => 7202;
}
