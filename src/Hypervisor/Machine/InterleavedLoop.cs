using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// Runs all harts of a machine with the virtual clock, in turns on one thread. The order and the length of turns depend on the
/// guest alone: a slice of the scheduler ends between turns, wherever it ends, and never inside one.
/// </summary>
internal sealed class InterleavedLoop(VirtualMachine machine, IReadOnlyList<HartLoop> harts, VirtualClock clock, TimeProvider time) : ISliceRunner
{
    /// <summary>Instructions of a turn: 10 µs of a hart's virtual time, the most by which harts see each other late. A lone hart has longer ones.</summary>
    private readonly ulong _turnLength = harts.Count == 1 ? 20_000 : 1000UL;

    private volatile bool _exitRequested;

    /// <summary>The hart whose turn is next: part of a snapshot.</summary>
    public int Next { get; set; }

    /// <inheritdoc/>
    public SliceResult RunSlice(TimeSpan budget)
    {
        try
        {
            _exitRequested = false;
            var until = time.GetTimestamp() + (long)(budget.TotalSeconds * time.TimestampFrequency);
            while (time.GetTimestamp() < until && !_exitRequested && !machine.HasEnded)
            {
                if (Next == 0 && !AnyReady() && !SkipToNextDeadline())
                    return machine.HasEnded ? SliceResult.Finished : new SliceResult(SliceEnd.Waiting, SliceResult.NoDeadline);
                RunTurn(harts[Next]);
                Next = (Next + 1) % harts.Count;
                if (clock.Ticks >= machine.AlarmDeadline)
                    machine.RingAlarm();
            }

            return machine.HasEnded ? SliceResult.Finished : SliceResult.Runnable;
        }
        catch (Exception e)
        {
            machine.EndByFault(harts[Next].Hart, e);
            return SliceResult.Finished;
        }
    }

    /// <inheritdoc/>
    public void RequestExit() => _exitRequested = true;

    private void RunTurn(HartLoop loop)
    {
        var first = loop.Hart.Retired;
        clock.BeginTurn(loop.Hart);
        var end = TurnEnd.Waiting;
        try
        {
            // A pause or an exit that somebody asked for does not cut a turn short: that would change the run.
            do
            {
                end = loop.RunTurn(_turnLength - (loop.Hart.Retired - first), long.MaxValue);
            }
            while (end == TurnEnd.Interrupted && !machine.HasEnded && !loop.Frozen && loop.Hart.Retired - first < _turnLength);
        }
        finally
        {
            // A hart that waits lets the rest of its turn pass.
            clock.EndTurn(Math.Max(_turnLength, loop.Hart.Retired - first));
        }
    }

    private bool AnyReady()
    {
        foreach (var loop in harts)
        {
            if (!loop.Frozen && loop.IsReady())
                return true;
        }

        return false;
    }

    private bool SkipToNextDeadline()
    {
        var deadline = machine.AlarmDeadline;
        foreach (var loop in harts)
        {
            if (loop.Frozen)
                return false;
            if (loop.Status != Sbi.HartStatus.Stopped)
                deadline = Math.Min(deadline, EnabledDeadline(loop));
        }

        if (deadline == ulong.MaxValue)
            return false;
        clock.JumpTo(deadline);
        if (clock.Ticks >= machine.AlarmDeadline)
            machine.RingAlarm();
        return AnyReady() || clock.Ticks < ulong.MaxValue / 2;
    }

    /// <summary>A timer that has come already and did not wake its hart is disabled, and will not wake it later.</summary>
    private ulong EnabledDeadline(HartLoop loop) => loop.NextDeadline > clock.Ticks ? loop.NextDeadline : ulong.MaxValue;
}
