using Akka.Actor;
using Trapline.HostNode.Storage;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;

namespace Trapline.HostNode.Disks;

/// <summary>
/// How much room there is for what VMs write: of the data root and the volumes below it, which may be mounts of their own, the one that has less.
/// Looked at now and then, on a thread that may hang with the disk; until it has answered nobody looks again, and what was seen last stands.
/// </summary>
public sealed class DiskGauge(DataRoot root)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private TimeSpan _lookAt = TimeSpan.MinValue;
    private bool _looks;

    /// <summary>What was seen last; null while nothing was.</summary>
    public DiskSpace? Space { get; private set; }

    /// <summary>Has a <see cref="DiskSeen"/> sent when it is time for another look.</summary>
    public void LookIfDue(TimeSpan now, IActorRef answerTo)
    {
        if (_looks || now < _lookAt)
            return;
        (_looks, _lookAt) = (true, now + Interval);
        DiskWork.Ask(Look).PipeTo(answerTo, success: space => new DiskSeen(space), failure: _ => new DiskSeen(null));
    }

    /// <summary>The answer of a look.</summary>
    public void Seen(DiskSeen seen) => (_looks, Space) = (false, seen.Space);

    /// <summary>Looks, for as long as the disk takes.</summary>
    public DiskSpace Look()
    {
        var (all, volumes) = (Of(root.Path), Of(root.Volumes));
        return volumes.FreeMiB < all.FreeMiB ? volumes : all;
    }

    private static DiskSpace Of(string path)
    {
        var drive = new DriveInfo(path);
        return new DiskSpace(drive.AvailableFreeSpace >> 20, drive.TotalSize >> 20);
    }
}

/// <summary>To the host actor: how much room there is; null if that cannot be told.</summary>
public sealed record DiskSeen(DiskSpace? Space) : ILocalMessage;
