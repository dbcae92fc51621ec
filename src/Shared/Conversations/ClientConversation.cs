using System.Collections.Immutable;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Shared.Conversations;

/// <summary>API to controller: what a user asks for. Answered by <see cref="Accepted"/>, kept in the journal by then, or by <see cref="Rejected"/>.</summary>
public interface IClientRequest : IWireMessage;

/// <summary>Define VMs and start them.</summary>
/// <param name="Spec">What to run; with more than one, names get <c>-1</c>, <c>-2</c> and so on.</param>
/// <param name="Count">How many.</param>
/// <param name="KnownImages">The images that exist, for the answer when this one does not.</param>
/// <param name="FromSnapshot">The name or id of a snapshot to start from; image, size and command line are then its own.</param>
public sealed record DefineVms(VmSpec Spec, int Count, ImmutableArray<ImageName> KnownImages, string? FromSnapshot = null) : IClientRequest;

/// <summary>What a user may want of a VM that exists.</summary>
public enum VmWish
{
    /// <summary>That it runs.</summary>
    Start,

    /// <summary>That it does not run, and keeps its disks.</summary>
    Stop,

    /// <summary>That it is gone with its disks.</summary>
    Terminate,

    /// <summary>That it is reset.</summary>
    Reboot,
}

/// <summary>Change what is wanted of a VM.</summary>
/// <param name="Vm">Name or id.</param>
/// <param name="Wish">What is wanted.</param>
public sealed record WishForVm(string Vm, VmWish Wish) : IClientRequest;

/// <summary>Move a running VM.</summary>
/// <param name="Vm">Name or id.</param>
/// <param name="To">Where to; null lets placement choose.</param>
public sealed record MoveVm(string Vm, string? To) : IClientRequest;

/// <summary>Take back a move that has not been completed.</summary>
/// <param name="Vm">Name or id.</param>
public sealed record AbortMove(string Vm) : IClientRequest;

/// <summary>What a user may want of a host.</summary>
public enum HostWish
{
    /// <summary>No new VMs.</summary>
    Cordon,

    /// <summary>No new VMs, and those it has go elsewhere.</summary>
    Drain,

    /// <summary>VMs again.</summary>
    Uncordon,

    /// <summary>That it is forgotten; it must be lost or empty.</summary>
    Remove,
}

/// <summary>Change what is wanted of a host.</summary>
public sealed record WishForHost(string Host, HostWish Wish) : IClientRequest;

/// <summary>The request is in the journal: nothing that happens now loses it.</summary>
/// <param name="Vms">The VMs that it is about.</param>
/// <param name="Generation">The model's generation with it.</param>
public sealed record Accepted(ImmutableArray<VmId> Vms, long Generation) : IWireMessage;

/// <summary>Why a request is rejected.</summary>
public enum RejectionKind
{
    /// <summary>What it names does not exist.</summary>
    NotFound,

    /// <summary>It is not well-formed.</summary>
    Invalid,

    /// <summary>It does not fit the state that the thing is in.</summary>
    Conflict,

    /// <summary>There is no capacity for it by an admission rule.</summary>
    NoCapacity,
}

/// <summary>The request is rejected and nothing has changed.</summary>
/// <param name="Kind">The kind, for programs.</param>
/// <param name="Message">One sentence with the names in it, for people.</param>
public sealed record Rejected(RejectionKind Kind, string Message) : IWireMessage;

/// <summary>The controller cannot decide now, because its journal fails; it is tried again all the time.</summary>
/// <param name="Problem">What is wrong with the journal.</param>
/// <param name="MayBeKept">The request was being written: it may have been kept, or not. False: it was not.</param>
public sealed record NobodyDecides(string Problem, bool MayBeKept) : IWireMessage;
