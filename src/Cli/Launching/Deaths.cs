using Trapline.Cli.State;
using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.Cli.Launching;

/// <summary>
/// Which life a host's process was in, and that it has ended: written before anything follows from it, so that an auditor knows until when guests can
/// have executed in a process that was killed. A file of its own beside the host's audit log: two processes that append to one file write over each other.
/// </summary>
internal static class Deaths
{
    /// <summary>The life that a host says it is in, or was when it ended.</summary>
    public static string? BootOf(DataFolder data, string host) => File.Exists(data.BootOf(host)) ? File.ReadAllText(data.BootOf(host)).Trim() : null;

    /// <summary>The process of a node has ended. Only for who has seen that.</summary>
    /// <param name="data">The data root.</param>
    /// <param name="node">The node.</param>
    /// <param name="time">The clock.</param>
    /// <param name="writes">Makes the line, as soon as there is room for it.</param>
    public static void Record(DataFolder data, NodeState node, TimeProvider time, DueWrites writes)
    {
        if (node.Kind != NodeKind.Host || BootOf(data, node.Name) is not { } boot || !TextId.IsValid(boot))
            return;
        var line = new AuditLine(AuditLine.Nanoseconds(time.GetTimestamp(), time), new HostId(node.Name), new BootId(boot), AuditKind.Died).ToBytes();
        writes.Do(() =>
        {
            using var file = new FileStream(data.DeathsOf(node.Name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write([(byte)'\n', .. line]); // its last line may be cut off
        });
    }
}
