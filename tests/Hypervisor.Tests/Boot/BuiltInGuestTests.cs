using System.Text.RegularExpressions;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>Every built-in guest boots and says what its contract (guests/README.md) promises.</summary>
public sealed class BuiltInGuestTests
{
    [SkippableFact]
    public async Task Hello_greets_and_powers_off()
    {
        var (end, console) = await TestGuests.RunAsync(TestGuests.Guest("hello", "one=1 two", harts: 2));

        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        Assert.Matches("hello from hart [01]\nhello: bootargs: one=1 two\n", console.Text);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Firmware_passes_its_checks_in_machine_mode(int harts)
    {
        var config = new MachineConfig { Engine = EngineUnderTest.Kind, Firmware = new ImageSource(TestGuests.Image("firmware")), Harts = harts, MemoryBytes = 64UL << 20 };
        var (end, console) = await TestGuests.RunAsync(config);

        Assert.Matches("firmware: [0-9]+ checks passed", console.Text);
        Assert.DoesNotContain("FAILED", console.Text, StringComparison.Ordinal);
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    [SkippableTheory]
    [InlineData(1, ClockKind.Real)]
    [InlineData(2, ClockKind.Real)]
    [InlineData(8, ClockKind.Real)]
    [InlineData(1, ClockKind.Virtual)]
    [InlineData(4, ClockKind.Virtual)]
    public async Task Minios_runs_its_commands(int harts, ClockKind clock)
    {
        var config = TestGuests.Guest("minios", "run=\"echo hello  world;count 1234;disk write 3 20;disk verify 3 20;disk verify 2;touch 8;spawn 4 1;burn 1;sleep 1500;crash user;poweroff\"", harts) with
        {
            Clock = clock,
            Disks = [TestGuests.Disk(new MemoryDisk(1 << 20))],
        };
        var (end, console) = await TestGuests.RunAsync(config);

        TestGuests.AssertLines(
            console.Text,
            $"minios: {harts} harts, 64 MiB, console uart, timer stimecmp, disk 2048 sectors",
            "minios: ready",
            "hello world",
            "count: user_counter is 1234",
            "disk: wrote 20 sectors from 3",
            "disk: verified 20 sectors from 3",
            "disk: sector 2 differs",
            "touch: 8 MiB, 0 pages wrong",
            "spawn: 4 workers for 1 s",
            "sleep: slept at least 1500 ms: yes",
            "minios> poweroff");
        Assert.Equal(4, Regex.Count(console.Text, "worker [0-9]+ done: counter [1-9]"));
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    [SkippableFact]
    public async Task Minios_works_with_the_timer_and_the_console_of_the_sbi()
    {
        var console = new TestConsole();
        using var host = TestGuests.NewHost();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", "timer=sbi console=sbi"), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");

        console.Type("spawn 2 1\rsleep 1200\rpoweroff\r");
        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);

        Assert.Contains("timer SBI", console.Text, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(console.Text, "worker [0-9]+ done: counter [1-9]"));
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    [SkippableTheory]
    [InlineData(ConsoleKind.Uart, "")]
    [InlineData(ConsoleKind.Virtio, "console=virtio")]
    public async Task What_is_typed_reaches_the_shell(ConsoleKind kind, string commandLine)
    {
        var console = new TestConsole();
        using var host = TestGuests.NewHost();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", commandLine, harts: 2) with { Console = kind }, console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");

        console.Type("ecjo\b\bho typed\r");
        await console.WaitForAsync("\ntyped\n", at);
        console.Type("poweroff\r");

        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
    }

    [SkippableFact]
    public async Task Journal_finds_on_the_next_start_what_it_was_told_is_written()
    {
        using var disk = new MemoryDisk(64 << 10);
        var kept = new KeptDisk(disk);
        var (_, first) = await TestGuests.RunAsync(TestGuests.Guest("journal", "count=6") with { Disks = [TestGuests.Disk(kept)] });
        var (_, second) = await TestGuests.RunAsync(TestGuests.Guest("journal", "count=3 rate=50", harts: 1) with { Disks = [TestGuests.Disk(kept)] });

        TestGuests.AssertLines(first.Text, "verified 0 records", "ack 1", "ack 6", "journal: done, 6 records written");
        TestGuests.AssertLines(second.Text, "verified 6 records", "ack 7", "ack 9");
    }

    [SkippableFact]
    public async Task Pagestorm_loses_no_page()
    {
        var (end, console) = await TestGuests.RunAsync(TestGuests.Guest("pagestorm", "mib=4 pages-per-second=20000 passes=5"));

        TestGuests.AssertLines(console.Text, "pagestorm: pass 5 ok, 5120 pages dirtied", "pagestorm: done, 1024 pages verified");
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    /// <summary>A disk that outlives the machine which closes it.</summary>
    private sealed class KeptDisk(IBlockBackend disk) : IBlockBackend
    {
        public long LengthBytes => disk.LengthBytes;

        public bool IsReadOnly => disk.IsReadOnly;

        public BlockStatus Read(long offset, Span<byte> destination) => disk.Read(offset, destination);

        public BlockStatus Write(long offset, ReadOnlySpan<byte> source) => disk.Write(offset, source);

        public BlockStatus WriteZeroes(long offset, long length) => disk.WriteZeroes(offset, length);

        public BlockStatus Flush() => disk.Flush();

        public void Dispose()
        {
            // Its owner closes it.
        }
    }
}
