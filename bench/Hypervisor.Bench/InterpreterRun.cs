using System.Diagnostics;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Bench;

/// <summary>Runs a program on the interpreter.</summary>
internal static class InterpreterRun
{
    /// <summary>Seconds until the program powers off.</summary>
    public static double Seconds(GuestProgram program, uint turns)
    {
        using var ram = new GuestRam(4 << 20);
        var bus = new PhysicalBus();
        bus.Map(new Gpa(0x10_0000), 0x1000, new Ignore());
        using var hart = new Hart(0, ram, bus, new StoppedClock());
        using IExecutionEngine engine = new InterpreterEngine();
        ram.TryWrite(GuestRam.Base, program.Build(turns));
        long start = Stopwatch.GetTimestamp();
        ExitReason reason;
        for (; ; )
        {
            reason = engine.Run(hart, 10_000_000);
            if (reason == ExitReason.PrivilegedInstruction)
                hart.EmulatePrivileged();
            else if (reason != ExitReason.BudgetUsed)
                break;
        }
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (reason != ExitReason.DeviceWrite)
            throw new InvalidOperationException($"{program.Name} ended with {reason} at 0x{hart.State.Pc:x}");
        InterpreterEngine.Forget(hart);
        return elapsed;
    }

    private sealed class Ignore : IMmioDevice
    {
        public ulong Read(ulong offset, int size) => 0;

        public void Write(ulong offset, int size, ulong value)
        {
        }
    }

    private sealed class StoppedClock : IMachineClock
    {
        public ulong Ticks => 0;

        public ulong WallClockNanoseconds => 0;
    }
}
