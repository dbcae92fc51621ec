namespace Trapline.Shared.Api;

/// <summary>One event of the cluster, as users see it.</summary>
/// <param name="Generation">The model's generation with it: numbers events without gaps.</param>
/// <param name="At">When, by the controller's clock: UTC.</param>
/// <param name="Kind">What happened, as the journal names it: <c>vm-started</c>, <c>host-lost</c> and so on.</param>
/// <param name="Vm">The VM's id.</param>
/// <param name="VmName">The VM's name, while it has one.</param>
/// <param name="Node">The node that it is about.</param>
/// <param name="Incarnation">The incarnation that it is about.</param>
/// <param name="Text">One line for people.</param>
/// <param name="End">Why an incarnation ended, for programs: the name of an <see cref="Vms.EndReason"/>.</param>
public sealed record EventView(long Generation, DateTimeOffset At, string Kind, string? Vm, string? VmName, string? Node, long? Incarnation, string Text, string? End = null);
