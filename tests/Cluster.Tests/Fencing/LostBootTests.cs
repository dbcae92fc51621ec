using Trapline.Cluster.Tests.InProcess;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Tests.Fencing;

/// <summary>A host whose life the lease keepers call lost, and which no controller tells so: what it ran is dropped, and it begins another life.</summary>
public sealed class LostBootTests
{
    [Fact]
    public async Task A_host_that_is_refused_by_the_keepers_drops_its_machines_and_begins_anew()
    {
        await using var host = await LoneHost.StartAsync();
        await host.StartVmAsync();
        host.CallLost();
        await Waiting.UntilAsync("another life has begun", async () => await host.ViewAsync() is var view && view.Boot != host.FirstBoot && view.Live == 0);
        await Waiting.UntilAsync("its machine has ended", () => Task.FromResult(host.Executions() is [.., AuditKind.Stops]));
    }
}
