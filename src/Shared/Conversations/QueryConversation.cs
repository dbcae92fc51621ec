using System.Collections.Immutable;
using Trapline.Shared.Api;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>API to controller: what is there? Answered by <see cref="ClusterDescription"/>, on whichever node the controller is.</summary>
/// <param name="After">Only VMs behind this one, and no nodes; null begins.</param>
public sealed record DescribeCluster(VmId? After = null) : IWireMessage;

/// <summary>The cluster as users see it: all of it, or a part, so that a message stays small however many VMs there are.</summary>
/// <param name="View">Nodes, if the question began, and VMs in the order of their ids.</param>
/// <param name="Next">There are more: ask for those after this one. Null at the end.</param>
public sealed record ClusterDescription(ClusterView View, VmId? Next = null) : IWireMessage;

/// <summary>API to controller: which nodes are there? Answered by <see cref="ClusterDescription"/>, without VMs.</summary>
public sealed record DescribeNodes : IWireMessage;

/// <summary>API to controller: what is one VM? Answered by <see cref="VmDescription"/> or <see cref="Rejected"/>.</summary>
/// <param name="Vm">Name or id.</param>
public sealed record DescribeVm(string Vm) : IWireMessage;

/// <summary>It is this.</summary>
public sealed record VmDescription(VmView View) : IWireMessage;

/// <summary>API to controller: what are these VMs? Answered by <see cref="VmsDescribed"/>.</summary>
public sealed record DescribeVms(ImmutableArray<VmId> Vms) : IWireMessage;

/// <summary>Those of them that there are.</summary>
public sealed record VmsDescribed(ImmutableArray<VmView> Vms) : IWireMessage;

/// <summary>API to controller: where is a VM? Answered by <see cref="VmLocation"/> or <see cref="Rejected"/>; small, however large the cluster is.</summary>
/// <param name="Vm">Name or id.</param>
public sealed record LocateVm(string Vm) : IWireMessage;

/// <summary>Where it is.</summary>
/// <param name="Vm">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state, as users see it.</param>
/// <param name="Incarnation">The latest one.</param>
/// <param name="Node">The host that it is assigned to; null when it is to none.</param>
/// <param name="Address">Where that host's actor is reached; null when it has not reported to this controller.</param>
public sealed record VmLocation(VmId Vm, string Name, string State, Incarnation Incarnation, HostId? Node, string? Address) : IWireMessage;

/// <summary>API to controller: why is a VM where it is? Answered by <see cref="PlacementExplanation"/> or <see cref="Rejected"/>.</summary>
/// <param name="Vm">Name or id.</param>
public sealed record ExplainPlacement(string Vm) : IWireMessage;

/// <summary>What each host would be to the VM.</summary>
public sealed record PlacementExplanation(PlacementView View) : IWireMessage;

/// <summary>API to controller: what happened? Answered by <see cref="EventsKept"/>.</summary>
/// <param name="Generation">Events after this one.</param>
/// <param name="Most">At most so many, the oldest first.</param>
public sealed record EventsAfter(long Generation, int Most) : IWireMessage;

/// <summary>Recent events; the controller remembers a bounded number of them.</summary>
/// <param name="Events">In order.</param>
/// <param name="Generation">The model's generation now.</param>
public sealed record EventsKept(ImmutableArray<EventView> Events, long Generation) : IWireMessage;
