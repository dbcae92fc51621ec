using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>Where the time of a VM's present incarnation went. Figures grow from its start on; two readings give rates.</summary>
/// <param name="Vm">The VM's id.</param>
/// <param name="Incarnation">Whose figures.</param>
/// <param name="Node">The node that has it.</param>
/// <param name="AtSeconds">When they were read, on the node's monotonic clock.</param>
/// <param name="GuestSeconds">Time in guest code, summed over harts.</param>
/// <param name="HypervisorSeconds">Time that the hypervisor needed for exits, summed over harts.</param>
/// <param name="Instructions">Instructions retired.</param>
/// <param name="Engine">What executes the guest: <c>interpreter</c> or <c>jit</c>.</param>
/// <param name="Exits">One line for each reason that occurred, the most frequent first.</param>
/// <param name="Counters">What the engine counts, by name; empty for the interpreter.</param>
public sealed record ExitsView(
    string Vm,
    long Incarnation,
    string Node,
    double AtSeconds,
    double GuestSeconds,
    double HypervisorSeconds,
    long Instructions,
    string Engine,
    ImmutableArray<ExitReasonView> Exits,
    ImmutableSortedDictionary<string, long> Counters);

/// <summary>The VM exits of one reason.</summary>
/// <param name="Reason">Why the guest was left.</param>
/// <param name="Count">How often.</param>
/// <param name="TotalMicroseconds">What the hypervisor needed for all of them.</param>
/// <param name="LeastMicroseconds">The quickest.</param>
/// <param name="MostMicroseconds">The slowest.</param>
public sealed record ExitReasonView(string Reason, long Count, double TotalMicroseconds, double LeastMicroseconds, double MostMicroseconds);
