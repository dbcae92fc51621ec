using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>With the virtual clock a run with the same inputs repeats bit for bit, whatever the host does meanwhile.</summary>
public sealed class VirtualClockTests
{
    private const string Commands = "run=\"disk write 3 20;disk verify 3 20;touch 4;spawn 5 1;burn 1;sleep 500;counters;ps;poweroff\"";

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Minios_ends_in_the_same_state_twice(int harts)
    {
        var config = TestGuests.Guest("minios", Commands, harts) with { Clock = ClockKind.Virtual };
        var first = await RunAsync(config, disturb: false);
        var second = await RunAsync(config, disturb: true);

        Assert.Equal(first.Output, second.Output);
        Assert.Equal(first.Instructions, second.Instructions);
        Assert.Equal(Convert.ToHexString(first.Hash), Convert.ToHexString(second.Hash));
    }

    [SkippableFact]
    public async Task Another_seed_is_another_run()
    {
        var config = TestGuests.Guest("hello") with { Clock = ClockKind.Virtual };

        var first = await RunAsync(config, disturb: false);
        var second = await RunAsync(config with { Seed = 2 }, disturb: false);

        Assert.NotEqual(first.Hash, second.Hash);
    }

    [SkippableFact]
    public async Task Waiting_costs_no_real_time()
    {
        var started = TimeProvider.System.GetTimestamp();
        var (end, console) = await TestGuests.RunAsync(TestGuests.Guest("minios", "run=\"sleep 3600000;uptime;poweroff\"") with { Clock = ClockKind.Virtual });

        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        Assert.Contains("uptime: 3600.", console.Text, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(600));
    }

    private static async Task<(byte[] Hash, string Output, ulong Instructions)> RunAsync(MachineConfig config, bool disturb)
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        config = config with { Disks = [TestGuests.Disk(new MemoryDisk(1 << 20))] };
        await using var machine = new MachineBuilder(host).Build(config, console.Console).Value;
        machine.Start();
        // Pauses end slices at moments that differ from run to run; the guest must not notice.
        while (disturb && await machine.PauseAsync().WaitAsync(TestConsole.Patience))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System);
            if (!await machine.ResumeAsync())
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        await machine.WhenEnded.WaitAsync(TestConsole.Patience);
        return (machine.ComputeStateHash(), console.Text, machine.Statistics.Instructions);
    }
}
