using Trapline.Controller.Model.Events;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>Hosts that booted, died, changed what they offer, or come back from the dead.</summary>
internal static class HostRules
{
    public static void Apply(Pass pass)
    {
        foreach (var (id, sighting) in pass.Observed.Hosts)
            Seen(pass, id, sighting.Report);
        foreach (var host in pass.Model.Hosts.Values)
        {
            if (!host.Lost && pass.Observed.Deaths.TryGetValue(host.Id, out var death) && death.Boot == host.Boot)
                pass.Decide(new HostLost(pass.Now, host.Id, host.Boot, death.Evidence));
        }
    }

    private static void Seen(Pass pass, HostId id, HostReport report)
    {
        if (!pass.Model.Hosts.TryGetValue(id, out var known) || report.Boot.CompareTo(known.Boot) > 0)
        {
            if (pass.Observed.Deaths.GetValueOrDefault(id)?.Boot != report.Boot)
                pass.Decide(new HostBooted(pass.Now, id, report.Boot, report.Capacity, LeftoverRules.LookOf(report.LeftoverPart)));
        }
        else if (report.Boot != known.Boot || known.Lost)
        {
            pass.Tell(id, new BootIsLost(id, report.Boot));
        }
        else if (report.Capacity != known.Capacity)
        {
            pass.Decide(new HostCapacityChanged(pass.Now, id, report.Capacity));
        }
    }
}
