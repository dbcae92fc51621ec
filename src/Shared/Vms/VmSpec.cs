using System.Text;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Vms;

/// <summary>What a user asks for when a VM is defined; it does not change afterwards.</summary>
/// <param name="Name">The name that users see; unique among VMs that are not terminated.</param>
/// <param name="Image">What it boots from.</param>
/// <param name="InstanceType">Its size: a name from the catalog.</param>
/// <param name="CommandLine">Kernel command line; null takes the image's own.</param>
/// <param name="Restart">What happens when it ends.</param>
/// <param name="Group">The group that it belongs to, if any.</param>
/// <param name="Affinity">How it is placed against others of its group.</param>
/// <param name="FromSnapshot">Starts from this saved machine instead of booting.</param>
public sealed record VmSpec(
    string Name,
    ImageName Image,
    string InstanceType,
    string? CommandLine = null,
    RestartPolicy Restart = RestartPolicy.Always,
    GroupName? Group = null,
    GroupAffinity Affinity = GroupAffinity.None,
    SnapshotId? FromSnapshot = null)
{
    /// <summary>Most bytes of a kernel command line: it is kept with every VM, and kernels take fewer.</summary>
    public const int LongestCommandLine = 4096;

    /// <summary>What is wrong with a kernel command line; null if nothing is.</summary>
    public static string? ProblemOfCommandLine(string text) =>
        Encoding.UTF8.GetByteCount(text) > LongestCommandLine ? $"a kernel command line has at most {LongestCommandLine} bytes"
        : text.Contains('\0', StringComparison.Ordinal) ? "a kernel command line holds no NUL"
        : null;
}

/// <summary>What happens when a VM ends.</summary>
public enum RestartPolicy
{
    /// <summary>Starts again whenever its guest ended, unless a user stopped it.</summary>
    Always,

    /// <summary>Starts again when it crashed; a guest that powered itself off stays off.</summary>
    OnFailure,

    /// <summary>Stays as it ended.</summary>
    Never,
}

/// <summary>How a VM is placed against the others of its group.</summary>
public enum GroupAffinity
{
    /// <summary>The group does not matter for placement.</summary>
    None,

    /// <summary>On the host of the others, if it has room; only there.</summary>
    Together,

    /// <summary>Never on a host that runs another of the group.</summary>
    Apart,
}
