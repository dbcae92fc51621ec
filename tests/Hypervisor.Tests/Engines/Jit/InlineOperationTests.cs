using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>What generated code does by itself, in a loop of many rounds: it neither calls the interpreter nor leaves for it.</summary>
public sealed class InlineOperationTests
{
    private const ulong Data = TestHart.Origin + 0x8000;
    private const int Rounds = 20_000;

    // The first access to a page, and interpreted ends of budgets.
    private const long Few = 50;

    [SkippableTheory]
    [InlineData("lr.w sc.w")]
    [InlineData("lr.d sc.d")]
    [InlineData("amoswap.w amoadd.w amoxor.w amoand.w amoor.w amomin.w amomax.w amominu.w amomaxu.w")]
    [InlineData("amoswap.d amoadd.d amoxor.d amoand.d amoor.d amomin.d amomax.d amominu.d amomaxu.d")]
    [InlineData("fmin.d fmax.d fsgnj.d fsgnjn.d fsgnjx.d")]
    [InlineData("orc.b rev8 clz cpop")]
    public void Operations_stay_in_generated_code(string names)
    {
        JitCounters counters = Run(a =>
        {
            foreach (string name in names.Split(' '))
                a.R(name, 12, 11, name.StartsWith("lr", StringComparison.Ordinal) ? 0 : 13);
        });

        Assert.True(counters.Callbacks < Few, $"{counters.Callbacks} callbacks");
    }

    [SkippableTheory]
    [InlineData(Csr.Mscratch)]
    [InlineData(Csr.Mepc)]
    [InlineData(Csr.Sscratch)]
    [InlineData(Csr.Sepc)]
    [InlineData(Csr.Scause)]
    [InlineData(Csr.Stval)]
    [InlineData(Csr.Fflags)]
    public void Registers_that_hold_a_value_are_read_and_exchanged_in_generated_code(Csr csr)
    {
        JitCounters counters = Run(a => a.Csr("csrrs", 12, csr, 0).Csr("csrrw", 13, csr, 12));

        Assert.True(counters.Callbacks < Few, $"{counters.Callbacks} callbacks");
    }

    [SkippableTheory]
    [InlineData(Csr.Fflags)]
    [InlineData(Csr.Fcsr)]
    public void Flags_are_set_and_cleared_in_generated_code(Csr csr)
    {
        JitCounters counters = Run(a =>
        {
            a.Csr("csrrsi", 12, csr, 5).Csr("csrrci", 12, csr, 4).Csr("csrrwi", 12, csr, 9).Csr("csrrw", 12, csr, 0).Csr("csrrc", 12, csr, 0);
            if (csr == Csr.Fflags)
                a.Csr("csrrs", 12, csr, 13).Csr("csrrc", 12, csr, 13);
        });

        Assert.True(counters.Callbacks < Few, $"{counters.Callbacks} callbacks");
    }

    [SkippableTheory]
    [InlineData(Csr.Frm)]
    [InlineData(Csr.Time)]
    [InlineData(Csr.Instret)]
    public void Other_plain_registers_are_read_by_a_callback_and_do_not_leave(Csr csr)
    {
        JitCounters counters = Run(a => a.Csr("csrrs", 12, csr, 0));

        Assert.InRange(counters.Callbacks, Rounds - 1000, Rounds + Few);
        int interpret = JitCounters.ExitNames.ToList().IndexOf("Interpret");
        Assert.True(counters.ExitsOf(interpret) < Few, $"left {counters.ExitsOf(interpret)} times");
    }

    private static JitCounters Run(Action<Assembler> body)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        using var engine = new JitEngine(new JitOptions(Threshold: 2));
        using var hart = new TestHart(engine: engine);
        var a = new Assembler(TestHart.Origin);
        a.Li(10, Rounds).Li(11, Data).Li(13, 5).Label("loop");
        body(a);
        a.I("addi", 10, 10, -1).Branch("bne", 10, 0, "loop").Op("ebreak");
        hart.State.FpStatus = 3;
        hart.RunToBreak(a);
        return engine.Counters.Single().Counters;
    }
}
