using System.Globalization;
using Trapline.Hypervisor.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>Pausing from any thread: nothing executes, no time passes for the guest, and nothing is lost.</summary>
public sealed class PauseTests
{
    [SkippableFact]
    public async Task A_paused_machine_does_not_execute_and_goes_on_with_nothing_lost()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("pagestorm", "mib=2 pages-per-second=50000 passes=100 report=0", harts: 2), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("pass 2 ok");

        for (var round = 0; round < 20; round++)
        {
            Assert.True(await machine.PauseAsync().WaitAsync(TestConsole.Patience));
            var before = machine.Statistics.Instructions;
            var hash = machine.ComputeStateHash();
            await Task.Yield();
            Assert.Equal(before, machine.Statistics.Instructions);
            Assert.Equal(hash, machine.ComputeStateHash());
            Assert.True(await machine.ResumeAsync());
        }

        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        Assert.Contains("pagestorm: done, 512 pages verified", console.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_guests_clock_stands_still_while_it_is_paused()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");
        var started = TimeProvider.System.GetTimestamp();
        await machine.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        await machine.ResumeAsync();
        console.Type("uptime\r");
        at = await console.WaitForAsync("uptime: ", at);
        await console.WaitForAsync(" s", at);

        var uptime = double.Parse(console.Text[at..].Split(' ')[0], CultureInfo.InvariantCulture);
        var outside = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        Assert.True(outside - uptime > -60 && uptime < outside + 60, "sanity");
        // The machine ran for the rest of the time only; what it ran before the pause is in both.
        await machine.PauseAsync();
        Assert.InRange(machine.Board.Clock.Ticks / 1e7, uptime, uptime + outside - 3 + 60);
        var ticks = machine.Board.Clock.Ticks;
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Equal(ticks, machine.Board.Clock.Ticks);
    }

    [SkippableFact]
    public async Task Commands_that_make_no_sense_are_refused_and_stopping_works_in_every_state()
    {
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        await using var created = builder.Build(TestGuests.Guest("minios"), new TestConsole().Console).Value;
        Assert.False(await created.PauseAsync());
        Assert.False(await created.ResumeAsync());
        await created.StopAsync();

        await using var machine = builder.Build(TestGuests.Guest("minios"), new TestConsole().Console).Value;
        machine.Start();
        Assert.False(await machine.ResumeAsync());
        Assert.True(await machine.PauseAsync());
        Assert.False(await machine.PauseAsync());
        await machine.StopAsync();

        Assert.Equal(MachineState.Ended, machine.State);
        Assert.Equal(GuestEndKind.Stopped, (await machine.WhenEnded).Kind);
        Assert.False(await machine.PauseAsync());
        Assert.False(await machine.ResumeAsync());
    }
}
