using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Shared.Api;

/// <summary>How the API's requests and answers are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(ImmutableArray<VmView>))]
[JsonSerializable(typeof(VmView))]
[JsonSerializable(typeof(ImmutableArray<NodeView>))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(ImmutableArray<EventView>))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(PlacementView))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(MigrateRequest))]
[JsonSerializable(typeof(DiedRequest))]
[JsonSerializable(typeof(PartitionRequest))]
[JsonSerializable(typeof(PartitionView))]
[JsonSerializable(typeof(AcceptedView))]
[JsonSerializable(typeof(ProblemView))]
[JsonSerializable(typeof(ConsoleView))]
[JsonSerializable(typeof(ConsoleTakenView))]
[JsonSerializable(typeof(ConsoleNoteView))]
[JsonSerializable(typeof(ExitsView))]
[JsonSerializable(typeof(ImmutableArray<ExitsView>))]
[JsonSerializable(typeof(UsageView))]
[JsonSerializable(typeof(SnapshotRequest))]
[JsonSerializable(typeof(ImmutableArray<SnapshotView>))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(ImmutableArray<VolumeView>))]
[JsonSerializable(typeof(DebuggerView))]
[JsonSerializable(typeof(ImmutableArray<ImageView>))]
[JsonSerializable(typeof(ImageView))]
[JsonSerializable(typeof(ImmutableArray<InstanceType>))]
public sealed partial class ApiJson : JsonSerializerContext;
