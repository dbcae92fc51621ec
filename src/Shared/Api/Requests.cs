using System.Collections.Immutable;

namespace Trapline.Shared.Api;

/// <summary>Define VMs and start them.</summary>
/// <param name="Image">What they boot from.</param>
/// <param name="Type">Their size; null takes <c>standard.small</c>.</param>
/// <param name="Name">Their name; with more than one they get <c>-1</c>, <c>-2</c> and so on. Null lets the controller choose.</param>
/// <param name="Count">How many; null is one.</param>
/// <param name="CommandLine">Kernel command line; null takes the image's own.</param>
/// <param name="Restart"><c>always</c> (the default), <c>on-failure</c> or <c>never</c>.</param>
/// <param name="Group">Their group.</param>
/// <param name="Affinity"><c>none</c> (the default), <c>together</c> or <c>apart</c>.</param>
/// <param name="FromSnapshot">A snapshot to start from, in place of image, size and command line.</param>
public sealed record RunRequest(
    string? Image = null,
    string? Type = null,
    string? Name = null,
    int? Count = null,
    string? CommandLine = null,
    string? Restart = null,
    string? Group = null,
    string? Affinity = null,
    string? FromSnapshot = null);

/// <summary>Move a VM.</summary>
/// <param name="To">Where to; null lets placement choose.</param>
public sealed record MigrateRequest(string? To = null);

/// <summary>A node's process was seen to have ended.</summary>
/// <param name="Boot">Which life of it; null for the one reported last.</param>
/// <param name="Witness">Who saw it.</param>
public sealed record DiedRequest(string? Boot = null, string? Witness = null);

/// <summary>The request is in the journal.</summary>
/// <param name="Vms">The ids of the VMs that it is about.</param>
/// <param name="Generation">The model's generation with it: later events are those after it.</param>
public sealed record AcceptedView(ImmutableArray<string> Vms, long Generation);

/// <summary>What went wrong: problem details as RFC 9457 has them.</summary>
/// <param name="Type">Which kind, for programs: <c>urn:trapline:not-found</c> and so on.</param>
/// <param name="Title">Which kind, for people.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence with the names in it.</param>
public sealed record ProblemView(string Type, string Title, int Status, string Detail);

/// <summary>Kinds of problems that programs must tell apart from others with the same status.</summary>
public static class ProblemTypes
{
    /// <summary>The node that was asked found no controller: soon there may be one.</summary>
    public const string NoController = "urn:trapline:no-controller";
}

/// <summary>A part of what a guest printed.</summary>
/// <param name="Vm">The VM's id.</param>
/// <param name="Incarnation">Positions count from its start.</param>
/// <param name="Next">The position behind the bytes: where to go on.</param>
/// <param name="Live">Whether that incarnation can still print.</param>
/// <param name="Bytes">What it printed, base64 in JSON.</param>
/// <param name="Earlier">What incarnations before it printed, the oldest first, where that was asked for.</param>
public sealed record ConsoleView(string Vm, long Incarnation, long Next, bool Live, byte[] Bytes, ImmutableArray<EarlierConsoleView>? Earlier = null);

/// <summary>What an earlier incarnation of a VM printed, as far as it is kept.</summary>
/// <param name="Incarnation">Which one.</param>
/// <param name="Bytes">The last of it, base64 in JSON.</param>
public sealed record EarlierConsoleView(long Incarnation, byte[] Bytes);

/// <summary>
/// At an attached console: the bytes that follow are from here on. Sent at the start, for a later incarnation, and when bytes were missed. Or, to a
/// typist who gave a name: how far the guest's console has taken what was typed; then it says nothing about output.
/// </summary>
/// <param name="Incarnation">Whose bytes.</param>
/// <param name="From">The position of the first of them.</param>
/// <param name="Node">Where it runs.</param>
/// <param name="Typed">All that was typed up to this position has been taken, and need not be sent again.</param>
public sealed record ConsoleNoteView(long Incarnation, long From, string? Node, long? Typed = null);

/// <summary>How much of an input a guest's console has taken.</summary>
/// <param name="Taken">Bytes, from the front.</param>
public sealed record ConsoleTakenView(int Taken);

/// <summary>An image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kernel">The kernel's file.</param>
/// <param name="Initrd">The RAM disk's file.</param>
/// <param name="Disk">The disk's file.</param>
/// <param name="DiskMiB">Size of an empty disk in its place.</param>
/// <param name="CommandLine">The default command line.</param>
/// <param name="Added">A user added it; the others come with Trapline.</param>
/// <param name="Sha256">Digests of the files of one that was added.</param>
public sealed record ImageView(
    string Name,
    string Kernel,
    string? Initrd,
    string? Disk,
    int DiskMiB,
    string CommandLine,
    bool Added = false,
    ImmutableSortedDictionary<string, string>? Sha256 = null);
