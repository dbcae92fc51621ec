using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Devices.Clint;

/// <summary>What the CLINT drives for one hart.</summary>
/// <param name="Software">The machine software interrupt (MSIP).</param>
/// <param name="Timer">The machine timer interrupt (MTIP).</param>
public readonly record struct ClintHart(IInterruptLine Software, ITimerTarget Timer);

/// <summary>
/// The core-local interruptor as SiFive laid it out and RISC-V ACLINT 1.0 (chapters 2 and 3) keeps it: a software-interrupt bit and
/// a timer comparator per hart, and one counter for all. Without locks; <see cref="ClintDevice"/> serializes.
/// <code>
///   0x0000 + 4*hart   msip      bit 0, 32-bit accesses
///   0x4000 + 8*hart   mtimecmp  32- and 64-bit accesses
///   0xbff8            mtime     32- and 64-bit reads; writes are ignored, because the time CSR follows the same clock
/// </code>
/// </summary>
public sealed class ClintChip
{
    private const ulong TimeCompareBase = 0x4000;
    private const ulong TimeBase = 0xbff8;

    private readonly IMachineClock _clock;
    private readonly ClintHart[] _harts;
    private readonly bool[] _softwarePending;
    private readonly ulong[] _timeCompare;

    /// <summary>Makes the chip at reset, or as it was saved, and drives its outputs accordingly.</summary>
    public ClintChip(IMachineClock clock, IReadOnlyList<ClintHart> harts, ClintStateV1? state = null)
    {
        _clock = clock;
        _harts = [.. harts];
        _softwarePending = new bool[_harts.Length];
        _timeCompare = new ulong[_harts.Length];
        Array.Fill(_timeCompare, ulong.MaxValue); // no interrupt before the guest asks for one
        if (state is not null)
        {
            // A state for another number of harts restores those that both have.
            state.SoftwarePending.AsSpan(0, Math.Min(_harts.Length, state.SoftwarePending.Length)).CopyTo(_softwarePending);
            state.TimeCompare.AsSpan(0, Math.Min(_harts.Length, state.TimeCompare.Length)).CopyTo(_timeCompare);
        }

        for (var hart = 0; hart < _harts.Length; hart++)
        {
            _harts[hart].Software.Set(_softwarePending[hart]);
            _harts[hart].Timer.SetDeadline(_timeCompare[hart]);
        }
    }

    /// <summary>Reads a register.</summary>
    public ulong Read(ulong offset, int size)
    {
        if (offset < TimeCompareBase)
            return size == 4 && IsHart(offset / 4, offset % 4) && _softwarePending[offset / 4] ? 1UL : 0;
        if (offset is >= TimeBase and < TimeBase + 8)
            return Part(_clock.Ticks, offset - TimeBase, size);
        var index = (offset - TimeCompareBase) / 8;
        return index < (ulong)_harts.Length ? Part(_timeCompare[index], offset % 8, size) : 0;
    }

    /// <summary>Writes a register.</summary>
    public void Write(ulong offset, int size, ulong value)
    {
        if (offset < TimeCompareBase)
        {
            if (size == 4 && IsHart(offset / 4, offset % 4))
                SetSoftware((int)(offset / 4), (value & 1) != 0);
            return;
        }

        var index = (offset - TimeCompareBase) / 8;
        if (index >= (ulong)_harts.Length)
            return;
        var old = _timeCompare[index];
        ulong? compare = (size, offset % 8) switch
        {
            (8, 0) => value,
            (4, 0) => (old & 0xffff_ffff_0000_0000) | (value & 0xffff_ffff),
            (4, 4) => (old & 0xffff_ffff) | (value << 32),
            _ => null,
        };
        if (compare is not { } ticks)
            return;
        _timeCompare[index] = ticks;
        _harts[index].Timer.SetDeadline(ticks);
    }

    /// <summary>The chip as it stands.</summary>
    public ClintStateV1 Save() => new([.. _softwarePending], [.. _timeCompare]);

    private void SetSoftware(int hart, bool level)
    {
        _softwarePending[hart] = level;
        _harts[hart].Software.Set(level);
    }

    private bool IsHart(ulong index, ulong misalignment) => misalignment == 0 && index < (ulong)_harts.Length;

    private static ulong Part(ulong register, ulong byteOffset, int size) => (size, byteOffset) switch
    {
        (8, 0) => register,
        (4, 0) => register & 0xffff_ffff,
        (4, 4) => register >> 32,
        _ => 0,
    };
}
