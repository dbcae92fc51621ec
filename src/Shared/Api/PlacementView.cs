using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>Why a VM is where it is, or nowhere: what each node would be to it now.</summary>
/// <param name="Vm">The VM's name.</param>
/// <param name="State">Its state.</param>
/// <param name="Node">The node that has it.</param>
/// <param name="Reason">Why it was placed there or waits, as far as it is remembered.</param>
/// <param name="Nodes">All nodes, those that would take it first, the best of them on top.</param>
public sealed record PlacementView(string Vm, string State, string? Node, string? Reason, ImmutableArray<NodeVerdictView> Nodes);

/// <summary>What one node would be to a VM.</summary>
/// <param name="Node">The node.</param>
/// <param name="Score">Its score if it would take the VM; higher is better.</param>
/// <param name="Refusals">Why it would not: each filter that refuses, with its reason.</param>
public sealed record NodeVerdictView(string Node, double? Score, ImmutableArray<string> Refusals);
