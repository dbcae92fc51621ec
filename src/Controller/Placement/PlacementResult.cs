using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Placement;

/// <summary>Where a VM goes, or why nowhere.</summary>
/// <param name="Host">The host; null when none takes it.</param>
/// <param name="Reason">One line: why there, or why nowhere.</param>
/// <param name="Soon">A host takes it as soon as it has started others: no reason to speak of waiting.</param>
public readonly record struct PlacementResult(HostId? Host, string Reason, bool Soon = false);

/// <summary>What one host was to a placement.</summary>
/// <param name="Host">Which host.</param>
/// <param name="Refusals">Filter names with their reasons; empty when the host passed.</param>
/// <param name="Score">Its score if it passed.</param>
public sealed record HostVerdict(HostId Host, ImmutableArray<Refusal> Refusals, double? Score);

/// <summary>One filter's refusal.</summary>
public readonly record struct Refusal(string Filter, string Reason);
