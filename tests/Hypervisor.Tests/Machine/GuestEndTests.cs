using Trapline.Hypervisor.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>Each way in which a guest can end is told from the others, and says where the guest was.</summary>
public sealed class GuestEndTests
{
    [SkippableTheory]
    [InlineData("poweroff", GuestEndKind.PowerOff)]
    [InlineData("reboot", GuestEndKind.Reboot)]
    [InlineData("crash panic", GuestEndKind.Panic)]
    [InlineData("crash reset", GuestEndKind.Panic)]
    [InlineData("crash null", GuestEndKind.Panic)]
    [InlineData("crash stack", GuestEndKind.Panic)]
    [InlineData("crash illegal", GuestEndKind.Panic)]
    [InlineData("crash loop-trap", GuestEndKind.Panic)]
    [InlineData("crash hang", GuestEndKind.Watchdog)]
    public async Task Minios_ends_as_it_was_told_to(string command, GuestEndKind expected)
    {
        foreach (var harts in new[] { 1, 2 })
        {
            var (end, console) = await TestGuests.RunAsync(TestGuests.Guest("minios", $"run=\"{command}\"", harts) with { Watchdog = TimeSpan.FromSeconds(1) });

            Assert.True(expected == end.Kind, $"{harts} harts: {end}\n{console.Text}");
        }
    }

    /// <summary>Other harts may wait with interrupts enabled: no hart is left to send them any.</summary>
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_guest_that_waits_with_interrupts_off_hangs(int harts)
    {
        var (end, console) = await TestGuests.RunAsync(TestGuests.Guest("minios", "run=\"crash wfi\"", harts) with { Watchdog = TimeSpan.FromSeconds(1) });

        Assert.True(end.Kind == GuestEndKind.Watchdog, $"{end}\n{console.Text}");
    }

    [SkippableFact]
    public async Task A_guest_that_traps_in_its_trap_handler_is_reported_with_place_and_registers()
    {
        var config = TestGuests.Guest("minios.debug", "run=\"crash loop-trap\"");
        var (end, _) = await TestGuests.RunAsync(config);

        Assert.Equal(GuestEndKind.Panic, end.Kind);
        Assert.NotNull(end.Report);
        Assert.Contains("InstructionPageFault", end.Message, StringComparison.Ordinal);
        Assert.Contains("sepc 0x", end.Report.Text, StringComparison.Ordinal);
        Assert.Contains("a7", end.Report.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_hang_is_reported_with_the_name_of_the_function()
    {
        var config = TestGuests.Guest("minios.debug", "run=\"crash hang\"") with { Watchdog = TimeSpan.FromSeconds(0.5) };
        var (end, _) = await TestGuests.RunAsync(config);

        Assert.Equal(GuestEndKind.Watchdog, end.Kind);
        Assert.Contains("crash", end.Report!.Symbol, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_code_of_a_failed_test_is_kept()
    {
        // lui t0, 0x100; li t1, 0x00073333; sw t1, 0(t0): the finisher's failure 7.
        byte[] code = [.. Words(0x001002b7, 0x00073337, 0x33330313, 0x0062a023, 0x0000006f)];
        var (end, _) = await TestGuests.RunAsync(new MachineConfig { Engine = EngineUnderTest.Kind, Firmware = new ImageSource("code", code), MemoryBytes = 4 << 20 });

        Assert.Equal(GuestEndKind.Panic, end.Kind);
        Assert.Equal(7, end.GuestCode);
    }

    [SkippableFact]
    public async Task The_watchdog_leaves_a_guest_alone_that_only_waits()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", harts: 2) with { Watchdog = TimeSpan.FromMilliseconds(200) }, console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");
        console.Type("sleep 1500\rburn 1\r");

        await console.WaitForAsync("burn: ", at);
        Assert.Equal(MachineState.Running, machine.State);
    }

    private static IEnumerable<byte> Words(params uint[] words) => words.SelectMany(BitConverter.GetBytes);
}
