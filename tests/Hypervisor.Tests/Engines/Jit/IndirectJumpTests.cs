using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Assembler = Trapline.Hypervisor.Tests.Isa.Assembler;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Inline caches and the tables of targets in regions: they serve, they follow a jump that changes its targets, and none of them outlives what it was
/// made for: code that is written, an address space, a mapping, code memory that is emptied.
/// </summary>
public sealed class IndirectJumpTests
{
    private const ulong Far = TestHart.Origin + 0x3000;
    private const ulong OtherFar = TestHart.Origin + 0x5000;
    private const ulong Tables = TestHart.Origin + 0x1_0000;
    private const ulong OtherTables = TestHart.Origin + 0x2_0000;
    private const ulong Mapped = 0x4000_0000;
    private const ulong Branch = 1, Everything = 0xCF;
    private const int Turn = 10, Calls = 11, First = 12, Second = 13, Pointer = 20, Times = 21, New = 23, Old = 24, Scratch = 25;

    // Until everything is translated and linked, with one now and then for a sample.
    private const long FewExits = 300;

    [SkippableFact]
    public void A_switch_stays_in_its_region()
    {
        const ulong Turns = 300_000;
        using JitEngine engine = NewEngine();
        using var hart = new TestHart(engine: engine);
        Assembler program = Switch(Turns);
        hart.State.X[Pointer] = program.AddressOf("cases");
        hart.RunToBreak(program, 100 * Turns);

        Assert.Equal(Turns * (1 + 10 + 100 + 1000) / 4, hart.X(First));
        JitCounters counters = engine.Counters.Single().Counters;
        Assert.True(counters.TargetTables > 0);
        AssertFewExits(counters);
    }

    [SkippableFact]
    public void A_case_of_a_switch_that_is_rewritten_executes_as_it_is_now()
    {
        const ulong Turns = 60_000;
        using JitEngine engine = NewEngine();
        using var hart = new TestHart(engine: engine);
        Assembler program = Switch(Turns, a => a.S("sw", New, Pointer, 8).Op("fence.i"));
        hart.State.X[Pointer] = program.AddressOf("cases");
        hart.State.X[New] = Addition(First, 20);
        hart.RunToBreak(program, 100 * Turns);
        Assert.Equal(Turns * (1 + 10 + 100 + 1000) / 4, hart.X(First));
        hart.State.X[First] = 0;
        hart.State.Pc = TestHart.Origin;
        hart.Run(100 * Turns);

        Assert.Equal(Turns * (1 + 20 + 100 + 1000) / 4, hart.X(First));
    }

    [SkippableFact]
    public void Calls_of_functions_in_the_same_page_stay_in_their_region()
    {
        const ulong Turns = 200_000;
        using JitEngine engine = NewEngine();
        using var hart = new TestHart(engine: engine);
        Assembler program = new Assembler(TestHart.Origin).Li(Turn, Turns).Label("again")
            .I("jalr", 1, Pointer, 0).R("xor", Pointer, Pointer, Scratch).I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "again").Op("ebreak")
            .Label("one").I("addi", First, First, 1).I("jalr", 0, 1, 0)
            .Label("two").I("addi", Second, Second, 1).I("jalr", 0, 1, 0);
        hart.State.X[Pointer] = program.AddressOf("one");
        hart.State.X[Scratch] = program.AddressOf("one") ^ program.AddressOf("two");
        hart.RunToBreak(program, 100 * Turns);

        Assert.Equal((Turns / 2, Turns / 2), (hart.X(First), hart.X(Second)));
        JitCounters counters = engine.Counters.Single().Counters;
        Assert.True(counters.TargetTables > 0);
        AssertFewExits(counters);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(0)]
    public void What_lies_between_known_targets_is_reached_too(int link)
    {
        const ulong Turns = 50_000;
        using JitEngine engine = NewEngine();
        using var hart = new TestHart(engine: engine);
        Assembler program = new Assembler(TestHart.Origin).Li(Turn, Turns).Label("again")
            .I("jalr", link, Pointer, 0).Label("back").R("xor", Pointer, Pointer, Scratch).I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "again").Op("ebreak")
            .Label("one").I("addi", First, First, 1).I("jalr", 0, 1, 0)
            .Label("between").I("addi", First, First, 1000).I("jalr", 0, 1, 0)
            .Label("two").I("addi", Second, Second, 1).I("jalr", 0, 1, 0);
        hart.State.X[1] = program.AddressOf("back");
        Alternate("one", "two");
        hart.RunToBreak(program, 100 * Turns);
        foreach ((string a, string b) in new[] { ("one", "between"), ("between", "two") })
        {
            Alternate(a, b);
            hart.State.Pc = TestHart.Origin;
            hart.Run(100 * Turns);
        }

        Assert.True(engine.Counters.Single().Counters.TargetTables > 0);
        Assert.Equal((Turns + (1000 * Turns), Turns), (hart.X(First), hart.X(Second)));

        void Alternate(string a, string b)
        {
            hart.State.X[Pointer] = program.AddressOf(a);
            hart.State.X[Scratch] = program.AddressOf(a) ^ program.AddressOf(b);
        }
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Regions)]
    public void A_cache_follows_a_pointer_that_changes(JitTiers tiers)
    {
        const ulong Turns = 40, CallsOfTurn = 5000;
        using JitEngine engine = NewEngine(tiers);
        using var hart = new TestHart(engine: engine);
        LoadFunctions(hart);
        hart.State.X[Scratch] = Far ^ OtherFar;
        hart.State.X[Pointer] = Far;
        hart.RunToBreak(Call(Turns, CallsOfTurn, a => a.R("xor", Pointer, Pointer, Scratch)), 100 * Turns * CallsOfTurn);

        Assert.Equal((Turns * CallsOfTurn / 2, Turns * CallsOfTurn / 2), (hart.X(First), hart.X(Second)));
        JitCounters counters = engine.Counters.Single().Counters;
        Assert.InRange(counters.CachesSet, 3, 20 * counters.Caches);
        AssertFewExits(counters);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Regions)]
    public void A_cache_does_not_outlive_the_code_that_it_names(JitTiers tiers)
    {
        const ulong Turns = 60, CallsOfTurn = 500;
        using JitEngine engine = NewEngine(tiers);
        using var hart = new TestHart(engine: engine);
        LoadFunctions(hart);
        hart.State.X[Pointer] = Far;
        hart.State.X[New] = Addition(Second, 1);
        hart.State.X[Old] = Addition(First, 1);
        hart.RunToBreak(
            Call(Turns, CallsOfTurn, a => a.S("sw", New, Pointer, 0).Op("fence.i").R("add", Scratch, New, 0).R("add", New, Old, 0).R("add", Old, Scratch, 0)),
            100 * Turns * CallsOfTurn);

        Assert.Equal((Turns * CallsOfTurn / 2, Turns * CallsOfTurn / 2), (hart.X(First), hart.X(Second)));
        Assert.True(engine.Counters.Single().Counters.CachesSet > 0);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both, 1UL, 2UL)]
    [InlineData(JitTiers.Regions, 1UL, 2UL)]
    [InlineData(JitTiers.Both, 1UL, 1UL)]
    public void A_cache_holds_in_its_address_space_only(JitTiers tiers, ulong asid, ulong otherAsid)
    {
        const ulong Turns = 60, CallsOfTurn = 500;
        using JitEngine engine = NewEngine(tiers);
        using TestHart hart = Supervisor(engine);
        hart.State.X[New] = SatpOf(OtherTables, otherAsid);
        hart.State.X[Old] = SatpOf(Tables, asid);
        Assembler program = Call(Turns, CallsOfTurn, a =>
        {
            a.Csr("csrrw", 0, Csr.Satp, New).R("add", Scratch, New, 0).R("add", New, Old, 0).R("add", Old, Scratch, 0);
            if (asid == otherAsid)
                a.Op("sfence.vma");
        });
        RunAsSupervisor(hart, program, SatpOf(Tables, asid), 100 * Turns * CallsOfTurn);

        Assert.Equal((Turns * CallsOfTurn / 2, Turns * CallsOfTurn / 2), (hart.X(First), hart.X(Second)));
        Assert.True(engine.Counters.Single().Counters.CachesSet > 0);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Regions)]
    public void A_cache_does_not_outlive_a_mapping(JitTiers tiers)
    {
        const ulong Turns = 60, CallsOfTurn = 500;
        using JitEngine engine = NewEngine(tiers);
        using TestHart hart = Supervisor(engine);
        hart.State.X[New] = (OtherFar >> 2) | Everything;
        hart.State.X[Old] = (Far >> 2) | Everything;
        hart.State.X[Times] = Tables + 0x2000;
        Assembler program = Call(Turns, CallsOfTurn, a => a.S("sd", New, Times, 0).R("sfence.vma", 0, Pointer)
            .R("add", Scratch, New, 0).R("add", New, Old, 0).R("add", Old, Scratch, 0));
        RunAsSupervisor(hart, program, SatpOf(Tables, 1), 100 * Turns * CallsOfTurn);

        Assert.Equal((Turns * CallsOfTurn / 2, Turns * CallsOfTurn / 2), (hart.X(First), hart.X(Second)));
        Assert.True(engine.Counters.Single().Counters.CachesSet > 0);
    }

    [SkippableFact]
    public void Caches_and_tables_begin_anew_when_code_memory_is_emptied()
    {
        const ulong Turns = 40, CallsOfTurn = 500;
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        using var engine = new JitEngine(new JitOptions(CodeBytesPerHart: 360 << 10, Threshold: 0, SampleLength: 300));
        using var hart = new TestHart(engine: engine);
        LoadFunctions(hart);
        hart.State.X[Pointer] = Far;
        hart.State.X[New] = Addition(Second, 1);
        hart.State.X[Old] = Addition(First, 1);
        // What is rewritten is translated anew each time, until there is no room.
        hart.RunToBreak(
            Call(20 * Turns, CallsOfTurn, a => a.S("sw", New, Pointer, 0).Op("fence.i").R("add", Scratch, New, 0).R("add", New, Old, 0).R("add", Old, Scratch, 0)),
            2000 * Turns * CallsOfTurn);

        Assert.True(engine.Counters.Single().Counters.Flushes > 0);
        Assert.Equal((10 * Turns * CallsOfTurn, 10 * Turns * CallsOfTurn), (hart.X(First), hart.X(Second)));
    }

    private static JitEngine NewEngine(JitTiers tiers = JitTiers.Both)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: 3, Tiers: tiers, SampleLength: 2000));
    }

    // Four cases of two instructions each, in turn.
    private static Assembler Switch(ulong turns, Action<Assembler>? behind = null)
    {
        Assembler a = new Assembler(TestHart.Origin).Li(Turn, turns).Label("again")
            .I("andi", Scratch, Turn, 3).I("slli", Scratch, Scratch, 3).R("add", Scratch, Scratch, Pointer).I("jalr", 0, Scratch, 0);
        a.Label("cases");
        foreach (int weight in (int[])[1, 10, 100, 1000])
            a.I("addi", First, First, weight).Jal(0, "next");
        a.Label("next").I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "again");
        behind?.Invoke(a);
        return a.Op("ebreak");
    }

    private static Assembler Call(ulong turns, ulong calls, Action<Assembler> behind)
    {
        Assembler a = new Assembler(TestHart.Origin).Li(Turn, turns).Label("turn").Li(Calls, calls)
            .Label("calls").I("jalr", 1, Pointer, 0).I("addi", Calls, Calls, -1).Branch("bne", Calls, 0, "calls");
        behind(a);
        return a.I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "turn").Op("ebreak");
    }

    private static void LoadFunctions(TestHart hart)
    {
        hart.Load(new Assembler(Far).I("addi", First, First, 1).I("jalr", 0, 1, 0), Far);
        hart.Load(new Assembler(OtherFar).I("addi", Second, Second, 1).I("jalr", 0, 1, 0), OtherFar);
    }

    private static uint Addition(int register, int value) => Encoding.Immediate(InstructionTable.Named("addi"), register, register, value);

    private static ulong SatpOf(ulong tables, ulong asid) => (8UL << 60) | (asid << 44) | (tables >> Page.Shift);

    // Two address spaces, which show different functions at one address.
    private static TestHart Supervisor(JitEngine engine)
    {
        var hart = new TestHart(engine: engine);
        LoadFunctions(hart);
        Map(hart.Ram, Tables, Far);
        Map(hart.Ram, OtherTables, OtherFar);
        hart.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        hart.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        hart.State.X[Pointer] = Mapped;
        return hart;
    }

    private static void Map(GuestRam ram, ulong tables, ulong function)
    {
        ram.ValueAt<ulong>(new Gpa(tables + ((TestHart.Origin >> 30) * 8))) = (TestHart.Origin >> 2) | Everything;
        ram.ValueAt<ulong>(new Gpa(tables + ((Mapped >> 30) * 8))) = ((tables + 0x1000) >> 2) | Branch;
        ram.ValueAt<ulong>(new Gpa(tables + 0x1000)) = ((tables + 0x2000) >> 2) | Branch;
        ram.ValueAt<ulong>(new Gpa(tables + 0x2000)) = (function >> 2) | Everything;
    }

    private static void RunAsSupervisor(TestHart hart, Assembler program, ulong satp, ulong budget)
    {
        hart.Load(program);
        hart.Hart.Csrs.Write(Csr.Satp, satp);
        ref HartState state = ref hart.State;
        state.Pc = TestHart.Origin;
        state.Privilege = Privilege.Supervisor;
        state.Mtvec = TestHart.Nowhere;
        Assert.Equal(ExitReason.GuestFault, hart.Run(budget));
        Assert.Equal(0UL, hart.X(Turn));
    }

    private static void AssertFewExits(JitCounters counters)
    {
        long exits = Enum.GetValues<NativeExit>().Where(reason => reason != NativeExit.Attend).Sum(reason => counters.ExitsOf((int)reason));
        Assert.InRange(exits, 1, FewExits);
    }
}
