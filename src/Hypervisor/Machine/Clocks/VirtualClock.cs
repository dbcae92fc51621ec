using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Machine.Clocks;

/// <summary>
/// Time that derives from retired instructions alone, so that a run with the same inputs repeats bit for bit. Harts take turns on
/// one thread in a fixed order; a turn of n instructions moves the clock by n * 10 ns / harts, as if all harts ran side by side at
/// 100 million instructions per second. A hart that waits lets its turn pass, which moves the clock as much. When all wait, the
/// clock jumps to the next deadline. Used by the machine's one thread only.
/// </summary>
public sealed class VirtualClock : IPausableClock
{
    /// <summary>Instructions per tick of 100 ns and hart.</summary>
    public const ulong InstructionsPerTick = 10;

    private readonly ulong _unitsPerTick;
    private readonly ulong _startWallClockNanoseconds;
    private ulong _units;
    private Hart? _turn;
    private ulong _turnStart;

    /// <summary>Makes the clock.</summary>
    /// <param name="harts">How many harts share the time.</param>
    /// <param name="startTicks">0, or the value of a snapshot.</param>
    /// <param name="startWallClockNanoseconds">The wall-clock time at tick 0, since 1970-01-01 UTC.</param>
    public VirtualClock(int harts, ulong startTicks, ulong startWallClockNanoseconds)
    {
        _unitsPerTick = InstructionsPerTick * (ulong)harts;
        _units = startTicks * _unitsPerTick;
        _startWallClockNanoseconds = startWallClockNanoseconds;
    }

    /// <inheritdoc/>
    public ulong Ticks => (_units + (_turn is null ? 0 : _turn.Retired - _turnStart)) / _unitsPerTick;

    /// <inheritdoc/>
    public ulong WallClockNanoseconds => _startWallClockNanoseconds + (Ticks * (1_000_000_000 / IMachineClock.FrequencyHz));

    /// <summary>What lies between two ticks, in instructions: state that a snapshot keeps beside <see cref="Ticks"/>.</summary>
    public ulong Remainder
    {
        get => _units % _unitsPerTick;
        init => _units += value % _unitsPerTick;
    }

    /// <summary>A hart's turn begins; until it ends the clock moves with what the hart retires.</summary>
    public void BeginTurn(Hart hart) => (_turn, _turnStart) = (hart, hart.Retired);

    /// <summary>The turn ends, having used so many instructions.</summary>
    public void EndTurn(ulong used)
    {
        _turn = null;
        _units += used;
    }

    /// <summary>Instructions of one hart until a tick is reached, at least 1; counted as one hart's turn moves the clock.</summary>
    public ulong InstructionsUntil(ulong ticks)
    {
        var now = Ticks;
        return ticks <= now ? 1 : SaturatingMultiply(ticks - now, _unitsPerTick);
    }

    /// <summary>Nothing happens until then: moves there at once, never back.</summary>
    public void JumpTo(ulong ticks)
    {
        if (ticks > Ticks)
            _units = SaturatingMultiply(ticks, _unitsPerTick);
    }

    /// <inheritdoc/>
    public void Pause()
    {
        // It only moves with instructions.
    }

    /// <inheritdoc/>
    public void Resume()
    {
        // It only moves with instructions.
    }

    /// <inheritdoc/>
    public ulong TicksAt(long timestamp) => Ticks;

    /// <inheritdoc/>
    public long HostTimestampOf(ulong ticks) => long.MaxValue;

    private static ulong SaturatingMultiply(ulong a, ulong b) =>
        Math.BigMul(a, b, out var low) == 0 ? low : ulong.MaxValue / 2;
}
