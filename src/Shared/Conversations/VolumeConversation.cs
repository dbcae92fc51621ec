using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>API to any host: which volumes lie in the data root? Answered by <see cref="VolumesFound"/>: none at the end.</summary>
/// <param name="After">Only those of VMs behind this one; null begins.</param>
/// <param name="Most">About so many: those of one VM come together. Null for all.</param>
/// <param name="Of">Only those of this VM.</param>
public sealed record ListVolumes(VmId? After = null, int? Most = null, VmId? Of = null) : IWireMessage;

/// <summary>Delete what is left of a VM that is no more.</summary>
/// <param name="Vm">Its id.</param>
/// <param name="Found">A host has found volumes of it.</param>
public sealed record RemoveVolumes(string Vm, bool Found) : IClientRequest;

/// <summary>The volumes.</summary>
public sealed record VolumesFound(ImmutableArray<VolumeFigures> Volumes) : IWireMessage;

/// <summary>A writable disk of a VM, as its file says.</summary>
/// <param name="Vm">Whose folder it lies in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="LengthBytes">The disk's size.</param>
/// <param name="AllocatedBytes">What its file takes.</param>
/// <param name="Incarnation">The incarnation that opened it last.</param>
/// <param name="Problem">What is wrong with the file, if anything.</param>
public sealed record VolumeFigures(VmId Vm, string Name, long LengthBytes, long AllocatedBytes, Incarnation Incarnation, string? Problem = null);
