using Trapline.Controller.Model.Events;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// Hosts whose data folder runs out of room, before it has none: an event when it falls below the bar, and another when it has a quarter more than that
/// again, so that what is written and deleted around the bar is not told each time.
/// <code>
///   enough ──── less than the bar ────► low
///      ▲                                 │
///      └──── the bar and a quarter ──────┘
/// </code>
/// A report that does not say changes nothing.
/// </summary>
internal static class DiskRules
{
    public static void Apply(Pass pass)
    {
        var bar = pass.Settings.LowDiskMiB;
        foreach (var host in pass.Model.Hosts.Values)
        {
            if (host.Lost || pass.Sighting(host.Id) is not { Report.Disk: { } disk })
                continue;
            if (host.LowDisk is null && disk.FreeMiB < bar)
                pass.Decide(new HostDiskLow(pass.Now, host.Id, disk.FreeMiB, bar));
            else if (host.LowDisk is not null && disk.FreeMiB >= bar + (bar / 4))
                pass.Decide(new HostDiskEnough(pass.Now, host.Id, disk.FreeMiB));
        }
    }
}
