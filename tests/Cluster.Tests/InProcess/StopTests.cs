using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>How long a VM that is told to stop is given: as long as there may be something that its guest has yet to write.</summary>
public sealed class StopTests
{
    private static readonly Incarnation First = new(1);

    [Fact]
    public async Task A_guest_that_has_nothing_to_write_to_is_cut_off_at_once()
    {
        await using var host = await LoneHost.StartAsync();
        await host.StartVmAsync();
        host.Order(new StopVm(LoneRoot.Vm, First, EndReason.StoppedByRequest, Grace: TimeSpan.FromHours(1)));
        await host.UntilAsync("it is stopped", v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest });
    }

    [Fact]
    public async Task A_guest_with_a_disk_has_its_grace_which_a_second_order_ends()
    {
        await using var host = await LoneHost.StartAsync("journal");
        host.Order(host.Start(1));
        await host.UntilAsync("it runs", v => v.State == VmState.Running);
        host.Order(new StopVm(LoneRoot.Vm, First, EndReason.StoppedByRequest, Grace: TimeSpan.FromHours(1)));
        await host.UntilAsync("it is stopping", v => v.State == VmState.Stopping);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await host.UntilAsync("it is stopping still", v => v.State == VmState.Stopping);
        host.Order(new StopVm(LoneRoot.Vm, First, EndReason.StoppedByRequest, TimeSpan.Zero));
        await host.UntilAsync("it is stopped", v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest });
    }
}
