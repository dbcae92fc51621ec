using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.MemoryModel;

/// <summary>
/// Harts over one RAM, each on a thread of its own. A program ends with EBREAK, and may store to <see cref="MeetingPoint"/> to wait for all
/// others, without using the processor.
/// </summary>
internal sealed class SharedHarts : IDisposable
{
    public const ulong MeetingPoint = 0x1000_0000;

    private readonly IExecutionEngine _engine = EngineUnderTest.New();
    private readonly Barrier _meeting;

    /// <summary>Makes harts with 1 MiB of RAM.</summary>
    /// <param name="count">How many.</param>
    /// <param name="whenAllMet">Runs each time that all have met, before they go on; false ends them.</param>
    public SharedHarts(int count, Func<bool>? whenAllMet = null)
    {
        Ram = new GuestRam(1 << 20);
        var bus = new PhysicalBus();
        bus.Map(new Gpa(MeetingPoint), 0x1000, new Nothing());
        var clock = new TestHart.SettableClock();
        Harts = [.. Enumerable.Range(0, count).Select(id => new Hart(id, Ram, bus, clock))];
        _meeting = new Barrier(count, _ => Ended = whenAllMet?.Invoke() == false);
    }

    public GuestRam Ram { get; }

    public Hart[] Harts { get; }

    private bool Ended { get; set; }

    /// <summary>Runs one program on each hart, to their ends.</summary>
    public Task Run(params Assembler[] programs)
    {
        // All are placed before any runs.
        for (int hart = 0; hart < programs.Length; hart++)
            Place(hart, programs[hart]);
        return Task.WhenAll(programs.Select((_, hart) => Go(hart)));
    }

    /// <summary>Runs a program on one hart while the test does something else.</summary>
    public Task Start(int hart, Assembler program)
    {
        Place(hart, program);
        return Go(hart);
    }

    public void Dispose()
    {
        _engine.Dispose();
        foreach (Hart hart in Harts)
        {
            InterpreterEngine.Forget(hart);
            hart.Dispose();
        }
        Ram.Dispose();
        _meeting.Dispose();
    }

    private void Place(int hart, Assembler program)
    {
        byte[] bytes = program.Assemble();
        ulong start = program.Here - (ulong)bytes.Length;
        Assert.True(Ram.TryWrite(new Gpa(start), bytes));
        Harts[hart].State.Pc = start;
        Harts[hart].State.Mtvec = TestHart.Nowhere;
        Harts[hart].State.FpStatus = 1;
    }

    private Task Go(int hart) => Task.Factory.StartNew(() => RunToEnd(Harts[hart]), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void RunToEnd(Hart hart)
    {
        for (; ; )
        {
            ExitReason reason = _engine.Run(hart, 1_000_000);
            if (reason == ExitReason.DeviceWrite)
            {
                _meeting.SignalAndWait();
                if (Ended)
                    return;
                hart.CompleteDeviceWrite();
            }
            else if (reason != ExitReason.BudgetUsed)
            {
                Assert.Equal((ExitReason.GuestFault, TrapCause.InstructionAccessFault, TestHart.Nowhere), (reason, hart.Exit.Cause, hart.State.Pc));
                return;
            }
        }
    }

    private sealed class Nothing : IMmioDevice
    {
        public ulong Read(ulong offset, int size) => 0;

        public void Write(ulong offset, int size, ulong value)
        {
        }
    }
}
