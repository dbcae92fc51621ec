using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>
/// A VM that is told to stop is asked by its power button. It has its grace where it listens, or has a disk that it may have yet to write to; what is
/// said of its end tells these apart.
/// </summary>
public sealed class StopTests
{
    private static readonly Incarnation First = new(1);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task A_guest_that_listens_ends_when_it_has_powered_off()
    {
        await using var host = await LoneHost.StartAsync();
        await host.StartVmAsync();
        Stop(host, Long);
        await StoppedAsync(host, "asked by its power button, the guest powered itself off");
        await host.SaysAsync("minios: power button");
    }

    [Fact]
    public async Task A_guest_that_is_still_starting_is_asked_again_when_it_listens()
    {
        await using var host = await LoneHost.StartAsync("journal");
        host.Order(host.Start(1));
        await host.UntilAsync("it runs", v => v.State == VmState.Running);
        Stop(host, Long);
        await StoppedAsync(host, "asked by its power button, the guest powered itself off");
    }

    [Fact]
    public async Task A_guest_that_does_not_listen_and_has_nothing_to_write_to_is_cut_off_at_once()
    {
        await using var host = await LoneHost.StartAsync("pagestorm");
        host.Order(host.Start(1));
        await host.SaysAsync("pages dirtied");
        Stop(host, Long);
        await StoppedAsync(host, null);
    }

    [Fact]
    public async Task A_guest_with_a_disk_that_does_not_listen_has_its_grace()
    {
        await using var host = await LoneHost.StartAsync("journal", "power-button=ignore");
        host.Order(host.Start(1));
        await host.SaysAsync("ack 1");
        Stop(host, Short);
        await StoppedAsync(host, "the guest does not listen to its power button and was cut off after 1.5 s");
    }

    [Fact]
    public async Task A_guest_that_hears_and_does_not_power_off_is_cut_off_after_its_grace()
    {
        await using var host = await LoneHost.StartAsync("minios", "run=\"crash hang\"");
        host.Order(host.Start(1));
        await host.SaysAsync("minios: hanging");
        Stop(host, Short);
        await StoppedAsync(host, "asked by its power button, the guest had not powered off after 1.5 s and was cut off");
    }

    [Fact]
    public async Task A_second_order_without_grace_ends_it()
    {
        await using var host = await LoneHost.StartAsync("journal", "power-button=ignore");
        host.Order(host.Start(1));
        await host.UntilAsync("it runs", v => v.State == VmState.Running);
        Stop(host, Long);
        await host.UntilAsync("it is stopping", v => v.State == VmState.Stopping);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await host.UntilAsync("it is stopping still", v => v.State == VmState.Stopping);
        Stop(host, TimeSpan.Zero);
        await StoppedAsync(host, null);
    }

    [Fact]
    public async Task A_guest_that_powers_off_by_itself_was_not_asked()
    {
        await using var host = await LoneHost.StartAsync("minios", "run=poweroff");
        host.Order(host.Start(1));
        await host.UntilAsync("it has ended", v => v is { State: VmState.Stopped, End: EndReason.PoweredOff, Detail: "the guest powered off" });
    }

    private static void Stop(LoneHost host, TimeSpan grace) => host.Order(new StopVm(LoneRoot.Vm, First, EndReason.StoppedByRequest, grace));

    private static Task StoppedAsync(LoneHost host, string? how) =>
        host.UntilAsync($"it is stopped ({how})", v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest } && v.Detail == how);
}
