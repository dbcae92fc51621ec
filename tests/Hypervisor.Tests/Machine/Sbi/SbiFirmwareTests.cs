using System.Globalization;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine.Sbi;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine.Sbi;

/// <summary>The SBI as a guest calls it, on a platform that writes down what it is asked to do. Numbers are those of the SBI 2.0.</summary>
public sealed class SbiFirmwareTests
{
    private const ulong Base = 0x10, Time = 0x54494D45, Ipi = 0x735049, Fence = 0x52464E43, Hsm = 0x48534D, Reset = 0x53525354, Console = 0x4442434E;

    private readonly RecordingPlatform _platform = new();
    private readonly SbiFirmware _firmware;

    public SbiFirmwareTests() => _firmware = new SbiFirmware(_platform);

    [Fact]
    public void Base_says_version_2_and_knows_what_there_is()
    {
        Assert.Equal(SbiReturn.Of(0x0200_0000), Call(Base, 0));
        foreach (var extension in new[] { Base, Time, Ipi, Fence, Hsm, Reset, Console, 0UL, 1UL, 2UL, 8UL })
            Assert.Equal(SbiReturn.Of(1), Call(Base, 3, extension));
        foreach (var extension in new[] { 9UL, 0x53555350UL, ulong.MaxValue })
            Assert.Equal(SbiReturn.Of(0), Call(Base, 3, extension));
        Assert.Equal(SbiError.NotSupported, Call(Base, 7).Error);
        Assert.Equal(SbiError.NotSupported, Call(0x1234_5678, 0).Error);
    }

    [Theory]
    [InlineData(0b0101UL, 0UL, "ipi 0, ipi 2")]
    [InlineData(0b11UL, 2UL, "ipi 2, ipi 3")]
    [InlineData(0UL, ulong.MaxValue, "ipi 0, ipi 1, ipi 2, ipi 3")]
    [InlineData(0UL, 0UL, "")]
    public void Interrupts_reach_the_harts_of_the_mask(ulong mask, ulong first, string expected)
    {
        Assert.Equal(SbiError.Success, Call(Ipi, 0, mask, first).Error);
        Assert.Equal(expected, _platform.Log);
    }

    [Theory]
    [InlineData(0b1_0000UL, 0UL)]
    [InlineData(0b1UL, 4UL)]
    [InlineData(0b11UL, 3UL)]
    [InlineData(1UL, 64UL)]
    [InlineData(1UL << 63, 1UL)]
    [InlineData(1UL, ulong.MaxValue - 1)]
    public void A_mask_with_a_hart_that_does_not_exist_is_refused(ulong mask, ulong first)
    {
        Assert.Equal(SbiError.InvalidParameter, Call(Ipi, 0, mask, first).Error);
        Assert.Equal("", _platform.Log);
    }

    [Fact]
    public void Fences_reach_their_harts_and_bad_ranges_are_refused()
    {
        Assert.Equal(SbiError.Success, Call(Fence, 0, 0b10, 0).Error);
        Assert.Equal(SbiError.Success, Call(Fence, 1, 0b100, 0, 0x1000, 0x1000).Error);
        Assert.Equal(SbiError.Success, Call(Fence, 2, 0b1, 0, 0, ulong.MaxValue, 7).Error);
        Assert.Equal("fence.i 1, sfence 2 from 1000 1000 in every, sfence 0 from 0 all in 7", _platform.Log);
        Assert.Equal(SbiError.InvalidAddress, Call(Fence, 1, 0b1, 0, ulong.MaxValue - 5, 0x1000).Error);
        Assert.Equal(SbiError.NotSupported, Call(Fence, 3, 1, 0).Error);
    }

    [Fact]
    public void Harts_start_once_at_an_address_in_memory()
    {
        Assert.Equal(SbiError.Success, Call(Hsm, 0, 1, 0x8000_0000, 42).Error);
        Assert.Equal(SbiError.AlreadyAvailable, Call(Hsm, 0, 1, 0x8000_0000, 42).Error);
        Assert.Equal(SbiError.InvalidParameter, Call(Hsm, 0, 4, 0x8000_0000, 42).Error);
        Assert.Equal(SbiError.InvalidAddress, Call(Hsm, 0, 2, 0x10, 42).Error);
        Assert.Equal("start 1 at 80000000 with 42", _platform.Log);
        Assert.Equal(SbiReturn.Of((ulong)HartStatus.StartPending), Call(Hsm, 2, 1));
        Assert.Equal(SbiReturn.Of((ulong)HartStatus.Stopped), Call(Hsm, 2, 2));
        Assert.Equal(SbiError.InvalidParameter, Call(Hsm, 2, ulong.MaxValue).Error);
    }

    [Fact]
    public void Suspend_types_are_told_apart()
    {
        Assert.Equal(SbiError.Success, Call(Hsm, 3, 0).Error);
        Assert.Equal(SbiError.Success, Call(Hsm, 3, 0x8000_0000, 0x8000_1000, 5).Error);
        Assert.Equal("suspend 0, suspend 0 to 80001000 with 5", _platform.Log);
        Assert.Equal(SbiError.InvalidAddress, Call(Hsm, 3, 0x8000_0000, 0x10, 5).Error);
        Assert.Equal(SbiError.InvalidParameter, Call(Hsm, 3, 1).Error);
        Assert.Equal(SbiError.NotSupported, Call(Hsm, 3, 0x1000_0000).Error);
        Assert.Equal(SbiError.InvalidParameter, Call(Hsm, 3, 0x1_0000_0000).Error);
    }

    [Theory]
    [InlineData(0UL, 0UL, "reset Shutdown")]
    [InlineData(1UL, 0UL, "reset Reboot")]
    [InlineData(2UL, 0UL, "reset Reboot")]
    [InlineData(0UL, 1UL, "reset Failure")]
    [InlineData(1UL, 1UL, "reset Failure")]
    [InlineData(3UL, 0UL, "InvalidParameter")]
    [InlineData(0xF000_0000UL, 0UL, "NotSupported")]
    [InlineData(0UL, 2UL, "InvalidParameter")]
    [InlineData(0x1_0000_0000UL, 0UL, "InvalidParameter")]
    public void Resets_are_what_the_guest_meant(ulong type, ulong reason, string expected)
    {
        var answer = Call(Reset, 0, type, reason);
        Assert.Equal(expected, answer.Error == SbiError.Success ? _platform.Log : answer.Error.ToString());
    }

    [Fact]
    public void The_debug_console_moves_pieces_and_refuses_what_is_not_memory()
    {
        Assert.Equal(SbiReturn.Of(100), Call(Console, 0, 100, 0x8000_0000));
        Assert.Equal(SbiReturn.Of(4096), Call(Console, 0, ulong.MaxValue, 0x8000_0000));
        Assert.Equal(SbiReturn.Of(0), Call(Console, 0, 0, 0x10));
        Assert.Equal(SbiError.InvalidParameter, Call(Console, 0, 5, 0x10).Error);
        Assert.Equal(SbiError.InvalidParameter, Call(Console, 0, 5, 0x8000_0000, 1).Error);
        Assert.Equal(SbiReturn.Of(3), Call(Console, 1, 10, 0x8000_0000));
        Assert.Equal(SbiError.InvalidParameter, Call(Console, 1, 10, 0x10).Error);
        Assert.Equal(SbiError.Success, Call(Console, 2, 0x141).Error);
        Assert.Equal("write 100, write 4096, byte 41", _platform.Log);
    }

    [Fact]
    public void Legacy_calls_answer_in_a0_alone()
    {
        Assert.Equal(new SbiReturn(SbiError.Success, Legacy: true), Call(1, 0, 'x'));
        Assert.Equal(new SbiReturn((SbiError)'k', Legacy: true), Call(2, 0));
        Assert.Equal(new SbiReturn(SbiError.Success, Legacy: true), Call(4, 0, 0x8000_0000));
        Assert.Equal(new SbiReturn(SbiError.InvalidAddress, Legacy: true), Call(4, 0, 0x10));
        Assert.Equal(new SbiReturn(SbiError.Success, Legacy: true), Call(0, 0, 99));
        Assert.Equal(new SbiReturn(SbiError.Success, Legacy: true), Call(8, 0));
        Assert.Equal("byte 78, ipi 1, ipi 3, timer 0 99, reset Shutdown", _platform.Log);
    }

    [Fact]
    public void Any_call_whatever_is_answered()
    {
        var random = new Random(7);
        ulong[] extensions = [Base, Time, Ipi, Fence, Hsm, Reset, Console, 0, 1, 2, 3, 4, 5, 6, 7, 8, 99];
        for (var i = 0; i < 100_000; i++)
        {
            var answer = _firmware.Call(random.Next(4), new SbiCall(
                extensions[random.Next(extensions.Length)], Wild(random), Wild(random), Wild(random), Wild(random), Wild(random), Wild(random)));
            Assert.True(answer.Legacy || answer.Error is <= SbiError.Success and >= SbiError.AlreadyStopped);
        }
    }

    private static ulong Wild(Random random) => random.Next(6) switch
    {
        0 => (ulong)random.Next(8),
        1 => ulong.MaxValue - (ulong)random.Next(4),
        2 => 0x8000_0000UL + (ulong)random.Next(0x2000),
        3 => 1UL << random.Next(64),
        _ => (ulong)random.NextInt64(),
    };

    private SbiReturn Call(ulong extension, ulong function, params ReadOnlySpan<ulong> arguments)
    {
        Span<ulong> a = stackalloc ulong[5];
        arguments.CopyTo(a);
        return _firmware.Call(0, new SbiCall(extension, function, a[0], a[1], a[2], a[3], a[4]));
    }

    /// <summary>Four harts, of which the first runs, and memory from 0x80000000 on.</summary>
    private sealed class RecordingPlatform : ISbiPlatform
    {
        private readonly List<string> _log = [];
        private readonly HartStatus[] _status = [HartStatus.Started, HartStatus.Stopped, HartStatus.Stopped, HartStatus.Stopped];

        public string Log => string.Join(", ", _log);

        public int HartCount => 4;

        public void SetTimer(int hart, ulong ticks) => Note($"timer {hart} {ticks}");

        public void SendIpi(int hart) => Note($"ipi {hart}");

        public void ClearIpi(int hart) => Note($"clear {hart}");

        public void FenceCode(int caller, int target) => Note($"fence.i {target}");

        public void FenceTranslations(int caller, int target, in TranslationRange range) =>
            Note($"sfence {target} from {range.Start:x} {(range.Bytes == ulong.MaxValue ? "all" : $"{range.Bytes:x}")} in {range.Asid?.ToString(CultureInfo.InvariantCulture) ?? "every"}");

        public HartStatus StatusOf(int hart) => _status[hart];

        public bool TryStart(int hart, ulong address, ulong opaque)
        {
            if (_status[hart] != HartStatus.Stopped)
                return false;
            _status[hart] = HartStatus.StartPending;
            Note($"start {hart} at {address:x} with {opaque}");
            return true;
        }

        public void StopSelf(int hart) => Note($"stop {hart}");

        public void SuspendSelf(int hart, (ulong Address, ulong Opaque)? resume) =>
            Note($"suspend {hart}{(resume is { } r ? $" to {r.Address:x} with {r.Opaque}" : "")}");

        public void Reset(SbiReset reset) => Note($"reset {reset}");

        public bool IsExecutable(ulong address) => address >= 0x8000_0000;

        public bool TryConsoleWrite(ulong address, int length)
        {
            if (address < 0x8000_0000)
                return false;
            Note($"write {length}");
            return true;
        }

        public int ConsoleRead(ulong address, int length) => address < 0x8000_0000 ? -1 : Math.Min(length, 3);

        public void ConsoleWriteByte(byte value) => Note($"byte {value:x}");

        public int ConsoleReadByte() => 'k';

        public bool TryReadVirtual(int hart, ulong address, out ulong value)
        {
            value = 0b1010;
            return address >= 0x8000_0000;
        }

        private void Note(string what)
        {
            if (_log.Count < 100)
                _log.Add(what);
        }
    }
}
