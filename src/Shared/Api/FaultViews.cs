using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>Cut the network between groups of nodes; the next request replaces this one.</summary>
/// <param name="Groups">Names of hosts and controllers; one group alone is cut off from all other nodes.</param>
/// <param name="OneWay">Only what the first group sends to the others is lost.</param>
public sealed record PartitionRequest(ImmutableArray<ImmutableArray<string>> Groups, bool OneWay = false);

/// <summary>The partition in force, and who has applied it.</summary>
/// <param name="Partition">As users write it, <c>node1 | controller1</c>; <c>&gt;</c> in place of the bar for one way. Null for a whole network.</param>
/// <param name="Since">When it was asked for: UTC.</param>
/// <param name="Pending">Nodes that have not applied the present state yet; each does when it next looks.</param>
public sealed record PartitionView(string? Partition, DateTimeOffset? Since, ImmutableArray<string> Pending);
