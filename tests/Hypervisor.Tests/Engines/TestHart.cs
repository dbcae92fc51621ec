using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Tests.Engines;

/// <summary>A hart with a little RAM and nothing else, and a loop that emulates privileged instructions as a machine would.</summary>
internal sealed class TestHart : IDisposable
{
    public const ulong Origin = 0x8000_0000;

    /// <summary>An address where nothing is: as a trap vector it ends a run with a guest fault.</summary>
    public const ulong Nowhere = 0x10;

    public TestHart(ulong bytes = 1 << 20, IExecutionEngine? engine = null)
    {
        Ram = new GuestRam(bytes);
        Hart = new Hart(0, Ram, Bus, Clock);
        Engine = engine ?? EngineUnderTest.New();
    }

    public GuestRam Ram { get; }

    public PhysicalBus Bus { get; } = new();

    public SettableClock Clock { get; } = new();

    public Hart Hart { get; }

    public IExecutionEngine Engine { get; }

    public ref HartState State => ref Hart.State;

    public ulong X(int register) => Hart.State.X[register];

    public void Load(Assembler program, ulong address = Origin) => Load(program.Assemble(), address);

    public void Load(byte[] bytes, ulong address = Origin) => Assert.True(Ram.TryWrite(new Gpa(address), bytes));

    /// <summary>Runs until an exit that is not a privileged instruction, or the budget is used up.</summary>
    public ExitReason Run(ulong budget = 100_000)
    {
        ulong end = Hart.Retired + budget;
        for (; ; )
        {
            ExitReason reason = Engine.Run(Hart, end - Hart.Retired);
            switch (reason)
            {
                case ExitReason.PrivilegedInstruction or ExitReason.PageTableChange or ExitReason.Timer or ExitReason.WaitForInterrupt:
                    if (Hart.EmulatePrivileged() == Outcome.Exit)
                        return Hart.Exit.Reason;
                    if (Hart.Retired >= end)
                        return ExitReason.BudgetUsed;
                    break;
                default:
                    return reason;
            }
        }
    }

    /// <summary>Runs a program from its start until it executes EBREAK, for which there is no handler. Without a debugger: it would change the engine.</summary>
    public void RunToBreak(Assembler program, ulong budget = 1_000_000)
    {
        Load(program);
        State.Pc = Origin;
        State.Mtvec = Nowhere;
        ExitReason reason = Run(budget);
        Assert.Equal((ExitReason.GuestFault, TrapCause.InstructionAccessFault, Nowhere), (reason, Hart.Exit.Cause, State.Pc));
    }

    public void Dispose()
    {
        Engine.Dispose();
        InterpreterEngine.Forget(Hart);
        Hart.Dispose();
        Ram.Dispose();
    }

    /// <summary>A clock that stands still unless set.</summary>
    public sealed class SettableClock : IMachineClock
    {
        public ulong Ticks { get; set; }

        public ulong WallClockNanoseconds => Ticks * 100;
    }
}
