using Trapline.Hypervisor.Devices.Clint;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class ClintTests
{
    private const ulong TimeCompare = 0x4000;
    private const ulong Time = 0xbff8;

    private readonly TestClock _clock = new();
    private readonly TestLine[] _software = [new(), new()];
    private readonly TestTimer[] _timers = [new(), new()];

    [Fact]
    public void Software_interrupt_follows_bit_0_of_msip()
    {
        var clint = Make();
        clint.Write(4, 4, 0xffff_ffff);
        Assert.False(_software[0].Level);
        Assert.True(_software[1].Level);
        Assert.Equal(1u, clint.Read(4, 4));
        clint.Write(4, 4, 0xffff_fffe);
        Assert.False(_software[1].Level);
        Assert.Equal(0u, clint.Read(4, 4));
    }

    [Fact]
    public void Registers_of_harts_that_do_not_exist_read_zero_and_swallow_writes()
    {
        var clint = Make();
        clint.Write(8, 4, 1);
        clint.Write(TimeCompare + 16, 8, 1);
        Assert.Equal(0u, clint.Read(8, 4));
        Assert.Equal(0u, clint.Read(TimeCompare + 16, 8));
        Assert.Equal(ulong.MaxValue, _timers[0].Deadline);
        Assert.Equal(ulong.MaxValue, _timers[1].Deadline);
    }

    [Fact]
    public void After_reset_no_timer_is_set()
    {
        Make();
        Assert.All(_timers, t => Assert.Equal(ulong.MaxValue, t.Deadline));
    }

    [Fact]
    public void Deadline_is_told_for_each_write_of_mtimecmp_whole_or_in_halves()
    {
        var clint = Make();
        clint.Write(TimeCompare + 8, 8, 0x1_2345_6789);
        Assert.Equal(0x1_2345_6789u, _timers[1].Deadline);
        Assert.Equal(ulong.MaxValue, _timers[0].Deadline);

        clint.Write(TimeCompare + 12, 4, 0xffff_ffff); // the sequence of the privileged specification, section 3.2.1
        clint.Write(TimeCompare + 8, 4, 0x10);
        Assert.Equal(0xffff_ffff_0000_0010u, _timers[1].Deadline);
        clint.Write(TimeCompare + 12, 4, 0);
        Assert.Equal(0x10u, _timers[1].Deadline);
        Assert.Equal(0x10u, clint.Read(TimeCompare + 8, 8));
        Assert.Equal(0x10u, clint.Read(TimeCompare + 8, 4));
        Assert.Equal(0u, clint.Read(TimeCompare + 12, 4));
    }

    [Fact]
    public void Mtime_is_the_machines_clock_and_writes_to_it_do_nothing()
    {
        var clint = Make();
        _clock.Ticks = 0xabcd_ef01_2345_6789;
        clint.Write(Time, 8, 7);
        Assert.Equal(0xabcd_ef01_2345_6789u, clint.Read(Time, 8));
        Assert.Equal(0x2345_6789u, clint.Read(Time, 4));
        Assert.Equal(0xabcd_ef01u, clint.Read(Time + 4, 4));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(0, 8)]
    [InlineData(2, 4)]
    [InlineData(TimeCompare + 2, 4)]
    [InlineData(TimeCompare + 4, 8)]
    [InlineData(TimeCompare, 1)]
    [InlineData(TimeCompare, 2)]
    public void Other_sizes_and_misaligned_accesses_have_no_effect(ulong offset, int size)
    {
        var clint = Make();
        clint.Write(offset, size, 1);
        Assert.Equal(0u, clint.Read(offset, size));
        Assert.All(_software, l => Assert.False(l.Level));
        Assert.All(_timers, t => Assert.Equal(ulong.MaxValue, t.Deadline));
    }

    [Fact]
    public void A_restored_chip_drives_what_the_saved_one_did()
    {
        var clint = Make();
        clint.Write(0, 4, 1);
        clint.Write(TimeCompare + 8, 8, 99);
        var state = Records.RoundTrip(clint.Save());

        TestLine[] lines = [new(), new()];
        TestTimer[] timers = [new(), new()];
        var restored = new ClintDevice(
            _clock, [new ClintHart(lines[0], timers[0]), new ClintHart(lines[1], timers[1])], state);
        Assert.True(lines[0].Level);
        Assert.False(lines[1].Level);
        Assert.Equal(99u, timers[1].Deadline);
        Records.AssertSame(state, restored.Save());
    }

    private ClintDevice Make() =>
        new(_clock, [new ClintHart(_software[0], _timers[0]), new ClintHart(_software[1], _timers[1])]);
}
