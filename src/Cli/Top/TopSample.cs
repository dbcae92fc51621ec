using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Trapline.Shared.Api;

namespace Trapline.Cli.Top;

/// <summary>What <c>top</c> shows at one moment: how much nodes and VMs used since the moment before.</summary>
/// <param name="At">When, by the controller's clock.</param>
/// <param name="Nodes">Nodes, by name.</param>
/// <param name="Vms">VMs, in the order that was asked for.</param>
internal sealed record TopSample(DateTimeOffset At, ImmutableArray<TopNode> Nodes, ImmutableArray<TopVm> Vms);

/// <summary>A node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Vms">VMs that are assigned to it.</param>
/// <param name="CpuPercent">Processor time of its process, in percent of one core; null when it was not measured.</param>
/// <param name="MemoryMiB">Resident memory of its process.</param>
/// <param name="PromisedMiB">Memory that its VMs may use.</param>
/// <param name="DiskFreeMiB">What its data folder has room for.</param>
/// <param name="IsLowOnDisk">That is too little.</param>
internal sealed record TopNode(string Name, string State, int Vms, double? CpuPercent, long? MemoryMiB, long PromisedMiB, long? DiskFreeMiB, bool IsLowOnDisk);

/// <summary>A VM.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Node">The node that has it.</param>
/// <param name="Type">Its size.</param>
/// <param name="MemoryMiB">The memory that it may use.</param>
/// <param name="CpuPercent">Processor time, in percent of one core; null when it was not measured.</param>
/// <param name="ExitsPerSecond">VM exits.</param>
/// <param name="Mips">Million instructions per second.</param>
internal sealed record TopVm(string Name, string State, string? Node, string Type, int MemoryMiB, double? CpuPercent, double? ExitsPerSecond, double? Mips);

/// <summary>How samples are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TopSample))]
internal sealed partial class TopJson : JsonSerializerContext;

/// <summary>What the cluster said at one moment.</summary>
/// <param name="Cluster">What there is.</param>
/// <param name="Usage">What it has used.</param>
internal sealed record TopReading(ClusterView Cluster, UsageView Usage);
