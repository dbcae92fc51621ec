using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>What nodes and their VMs use, as the nodes say. Figures grow; two readings give rates.</summary>
/// <param name="Nodes">Those that answered.</param>
public sealed record UsageView(ImmutableArray<NodeUsageView> Nodes);

/// <summary>What one node's process uses.</summary>
/// <param name="Node">Its name.</param>
/// <param name="AtSeconds">When it was read, on the node's monotonic clock.</param>
/// <param name="CpuSeconds">Processor time of the process.</param>
/// <param name="MemoryMiB">Its resident memory, guests' included.</param>
/// <param name="Vms">The VMs that execute there.</param>
public sealed record NodeUsageView(string Node, double AtSeconds, double CpuSeconds, long MemoryMiB, ImmutableArray<VmUsageView> Vms);

/// <summary>What one VM's present incarnation has used.</summary>
/// <param name="Vm">Its id.</param>
/// <param name="Incarnation">Whose figures.</param>
/// <param name="CpuSeconds">Processor time that its harts had.</param>
/// <param name="Exits">VM exits.</param>
/// <param name="Instructions">Instructions retired.</param>
public sealed record VmUsageView(string Vm, long Incarnation, double CpuSeconds, long Exits, long Instructions);
