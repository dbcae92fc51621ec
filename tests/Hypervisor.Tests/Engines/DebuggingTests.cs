using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines;

public sealed class DebuggingTests
{
    private const ulong Data = TestHart.Origin + 0x8000;

    [SkippableFact]
    public void A_breakpoint_stops_before_the_instruction_each_time_it_is_reached()
    {
        using TestHart test = Counting();
        HartDebug debug = test.Hart.AttachDebugger();
        debug.Breakpoints.Add(TestHart.Origin + 4);
        for (ulong turn = 1; turn <= 3; turn++)
        {
            Assert.Equal(ExitReason.DebugStop, test.Run());
            Assert.Equal((DebugStop.Breakpoint, TestHart.Origin + 4, turn), (test.Hart.Exit.Stop, test.State.Pc, test.X(5)));
            debug.StepOver = true;
        }
        test.Hart.DetachDebugger();
        Assert.Equal(ExitReason.BudgetUsed, test.Run());
    }

    [SkippableFact]
    public void Single_steps_execute_one_instruction_each()
    {
        using TestHart test = Counting();
        test.Hart.AttachDebugger().SingleStep = true;
        ulong[] pcs = [TestHart.Origin + 4, TestHart.Origin + 8, TestHart.Origin];
        foreach (ulong pc in pcs)
        {
            Assert.Equal(ExitReason.DebugStop, test.Run());
            Assert.Equal((DebugStop.Step, pc), (test.Hart.Exit.Stop, test.State.Pc));
        }
    }

    [SkippableTheory]
    [InlineData(true, false, DebugStop.ReadWatchpoint, 8)]
    [InlineData(false, true, DebugStop.WriteWatchpoint, 4)]
    public void A_watchpoint_stops_before_the_access(bool onRead, bool onWrite, DebugStop stop, ulong offset)
    {
        using var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).I("addi", 5, 5, 1).S("sd", 5, 6, 0).I("lbu", 7, 6, 3).Jal(0, "end").Label("end"));
        test.State.X[6] = Data;
        // The entries are in the TLB before the watchpoint is set.
        test.Run(3);
        test.State.Pc = TestHart.Origin;
        HartDebug debug = test.Hart.AttachDebugger();
        debug.Watchpoints.Add(new Watchpoint(new Gva(Data + 3), 1, onRead, onWrite));
        test.Hart.DebugChanged();
        Assert.Equal(ExitReason.DebugStop, test.Run());
        Assert.Equal((stop, TestHart.Origin + offset), (test.Hart.Exit.Stop, test.State.Pc));
        debug.StepOver = true;
        Assert.Equal(ExitReason.BudgetUsed, test.Run(1));
        Assert.Equal(TestHart.Origin + offset + 4, test.State.Pc);
    }

    [SkippableFact]
    public void A_trace_shows_every_instruction_with_its_text()
    {
        using TestHart test = Counting();
        var trace = new Recorder();
        test.Hart.AttachDebugger().Trace = trace;
        test.Run(4);
        Assert.Equal(
            ["80000000 addi\tt0,t0,1", "80000004 xor\tt1,t1,t0", "80000008 jal\tzero,0x80000000", "80000000 addi\tt0,t0,1"],
            trace.Lines);
    }

    private static TestHart Counting()
    {
        var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).Label("loop").I("addi", 5, 5, 1).R("xor", 6, 6, 5).Jal(0, "loop"));
        return test;
    }

    private sealed class Recorder : IInstructionTrace
    {
        public List<string> Lines { get; } = [];

        public void Instruction(Hart hart, Gva pc, uint instruction, string text) => Lines.Add($"{pc.Value:x} {text}");
    }
}
