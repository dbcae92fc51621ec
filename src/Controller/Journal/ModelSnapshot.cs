using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Trapline.Controller.Model;
using Trapline.Shared.Ids;
using Trapline.Shared.Wire;

namespace Trapline.Controller.Journal;

/// <summary>The model as the snapshot store keeps it: what cannot be derived. Replay begins here, so that a journal of any length recovers quickly.</summary>
/// <param name="Generation">Events applied so far.</param>
/// <param name="Vms">VMs.</param>
/// <param name="Hosts">Hosts.</param>
/// <param name="Snapshots">Snapshots of VMs; null in what an older version wrote.</param>
/// <param name="Removed">VMs that were removed last, the oldest first; null in what an older version wrote.</param>
/// <param name="Strangers">VMs that only hosts know; null in what an older version wrote.</param>
/// <param name="RemovedSnapshots">Snapshots that were removed last, the oldest first; null in what an older version wrote.</param>
/// <param name="Unwanted">VMs whose volumes a user wants gone; null in what an older version wrote.</param>
/// <param name="At">When the latest event happened; null in what an older version wrote.</param>
public sealed record ModelSnapshotV1(
    long Generation,
    ImmutableArray<VmRecord> Vms,
    ImmutableArray<HostRecord> Hosts,
    ImmutableArray<SnapshotRecord>? Snapshots = null,
    ImmutableArray<VmId>? Removed = null,
    ImmutableArray<VmId>? Strangers = null,
    ImmutableArray<SnapshotId>? RemovedSnapshots = null,
    ImmutableArray<VmId>? Unwanted = null,
    DateTimeOffset? At = null)
{
    /// <summary>Of a model.</summary>
    public static ModelSnapshotV1 Of(ClusterModel model) => new(
        model.Generation,
        [.. model.Vms.Values],
        [.. model.Hosts.Values],
        [.. model.Snapshots.Values],
        [.. model.Removed.InOrder],
        [.. model.Strangers],
        [.. model.RemovedSnapshots.InOrder],
        [.. model.Unwanted],
        model.At);

    /// <summary>The model again, with what is derived.</summary>
    public ClusterModel ToModel() => new(
        Generation,
        Vms.ToImmutableSortedDictionary(vm => vm.Id, vm => vm),
        Hosts.ToImmutableSortedDictionary(host => host.Id, host => host),
        Vms.Where(vm => vm.Desired != DesiredState.Terminated).ToImmutableDictionary(vm => vm.Spec.Name, vm => vm.Id, StringComparer.Ordinal),
        Vms.Where(vm => vm.Spec.Group is not null).GroupBy(vm => vm.Spec.Group!.Value)
            .ToImmutableDictionary(g => g.Key, g => g.Select(vm => vm.Id).ToImmutableHashSet()))
    {
        Snapshots = (Snapshots ?? []).ToImmutableSortedDictionary(s => s.Id, s => s),
        Removed = RemovedIds<VmId>.Of(Removed ?? []),
        Strangers = [.. Strangers ?? []],
        RemovedSnapshots = RemovedIds<SnapshotId>.Of(RemovedSnapshots ?? []),
        Unwanted = [.. Unwanted ?? []],
        At = At ?? default,
    };
}

/// <summary>How snapshots are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelSnapshotV1))]
public sealed partial class SnapshotJson : JsonSerializerContext;

/// <summary>The serializer of model snapshots, bound to <see cref="ModelSnapshotV1"/> in HOCON.</summary>
public sealed class SnapshotSerializer(ExtendedActorSystem system)
    : JsonManifestSerializer(system, [new KeyValuePair<string, JsonTypeInfo>("model-v1", SnapshotJson.Default.ModelSnapshotV1)])
{
    /// <inheritdoc/>
    public override int Identifier => 7203;
}
