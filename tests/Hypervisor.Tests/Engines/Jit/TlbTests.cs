using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// The TLB as generated code uses it: what it counts, its second level, and its growth. Guests in supervisor mode with Sv39, whose pages of 2 MiB
/// all show the same 2 MiB of RAM.
/// </summary>
public sealed class TlbTests
{
    private const ulong RamBytes = 8 << 20;
    private const ulong Tables = TestHart.Origin + 0x10_0000;
    private const ulong Target = TestHart.Origin + 0x20_0000;
    private const ulong Base = 0x10_0000_0000;
    private const ulong PageTableEntryBits = 0xCF;
    private const int Step = 6, Offset = 5, Address = 7, Mask = 8, First = 9, Sum = 12, Value = 13, Fixed = 18, Turn = 20;

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_hit_rate_is_that_of_a_known_pattern(int loadsThatHit)
    {
        // One load in each turn comes to a page that has been forgotten; the others stay where they are.
        using var engine = NewEngine();
        using TestHart hart = Prepare(engine, ManyPages, a =>
        {
            for (int k = 0; k < loadsThatHit; k++)
                a.I("ld", Value, Fixed, 64 * k);
        });
        hart.Run(2_000_000);
        JitCounters before = engine.Counters.Single().Counters;
        (double accesses, long misses) = (before.Accesses, before.Misses);
        const ulong Instructions = 8_000_000;
        hart.Run(Instructions);

        JitCounters counters = engine.Counters.Single().Counters;
        double turns = Instructions / (6.0 + loadsThatHit);
        Assert.InRange((counters.Accesses - accesses) / (turns * (1 + loadsThatHit)), 0.97, 1.03);
        double rate = 1 - ((counters.Misses - misses) / (counters.Accesses - accesses));
        Assert.InRange(rate, (loadsThatHit / (1.0 + loadsThatHit)) - 0.02, (loadsThatHit / (1.0 + loadsThatHit)) + 0.02);
    }

    [SkippableFact]
    public void Pages_of_2_MiB_are_found_without_a_call_of_the_interpreter()
    {
        using var engine = NewEngine();
        using TestHart hart = Prepare(engine, ManyPages);
        hart.Run(1_000_000);
        long callbacks = engine.Counters.Single().Counters.Callbacks;
        long refills = engine.Counters.Single().Counters.Refills;
        hart.Run(1_200_000);

        JitCounters counters = engine.Counters.Single().Counters;
        Assert.InRange(counters.Refills - refills, 190_000, 200_000);
        Assert.InRange(counters.Callbacks - callbacks, 0, 100);
    }

    [SkippableFact]
    public void The_TLB_grows_under_pressure_and_keeps_all_translations()
    {
        const ulong Pages = SoftTlb.MaximumEntries / 2;
        using var engine = NewEngine();
        using TestHart hart = Prepare(engine, Pages);
        hart.Run(4_000_000);
        Assert.Equal((ulong)SoftTlb.MaximumEntries - 1, hart.State.Tlb.Mask);
        long made = Translations(engine);
        long misses = engine.Counters.Single().Counters.Misses;
        ulong sum = hart.X(Sum);
        ulong turns = hart.X(Offset) / Page.Size;
        hart.Run(6 * Pages);

        // At most what starts where the second run does.
        Assert.InRange(Translations(engine), made, made + 1);
        Assert.Equal(0, engine.Counters.Single().Counters.Flushes);
        Assert.InRange(engine.Counters.Single().Counters.Misses - misses, 0, 10);
        // Page n of the 2 MiB holds n: all of them were read Pages / 512 times.
        Assert.Equal(511 * 512 / 2 * Pages / 512, hart.X(Sum) - sum);
        Assert.Equal(turns + Pages, hart.X(Offset) / Page.Size);
    }

    [SkippableFact]
    public void The_TLB_grows_after_code_memory_was_emptied()
    {
        const ulong Pages = SoftTlb.MaximumEntries / 2;
        const int CodeBytes = 0x8000;
        using var engine = NewEngine(codeBytes: 344 << 10);
        using TestHart hart = Prepare(engine, Pages);
        // Loads, each with the TLB's size in its code, in more translations than there is room for.
        var a = new Assembler(TestHart.Origin + CodeBytes);
        a.Li(Turn, 10).Label("again");
        while (a.Here < TestHart.Origin + (2 * CodeBytes))
            a.I("ld", Value, First, 8);
        a.I("addi", Turn, Turn, -1).Branch("beq", Turn, 0, "out").Li(Address, TestHart.Origin + CodeBytes + 4).I("jalr", 0, Address, 0).Label("out").Li(Address, TestHart.Origin).I("jalr", 0, Address, 0);
        hart.Load(a, TestHart.Origin + CodeBytes);
        hart.State.Pc = TestHart.Origin + CodeBytes;
        hart.Run(11 * CodeBytes / 4);
        Assert.True(engine.Counters.Single().Counters.Flushes > 0);
        Assert.Equal((ulong)SoftTlb.InitialEntries - 1, hart.State.Tlb.Mask);
        hart.Run(4_000_000);
        Assert.Equal((ulong)SoftTlb.MaximumEntries - 1, hart.State.Tlb.Mask);
        ulong sum = hart.X(Sum);
        hart.Run(6 * Pages);

        Assert.Equal(511 * 512 / 2 * Pages / 512, hart.X(Sum) - sum);
    }

    [SkippableFact]
    public void A_store_through_the_second_level_to_a_watched_page_is_seen()
    {
        using var engine = NewEngine();
        using TestHart hart = Prepare(engine, ManyPages, a => a.S("sd", Offset, Address, 8));
        hart.Run(1_000_000);
        hart.Ram.StartDirtyTracking();
        var dirty = new List<int>();
        // Two entries may stand for one page of RAM: the second one is dropped a round later.
        for (int round = 0; round < 3; round++)
        {
            dirty.Clear();
            hart.Hart.ServiceRequests();
            hart.Ram.CollectDirtyPages(dirty.Add);
        }
        Assert.Empty(dirty);
        hart.Run(7 * 100);
        hart.Hart.ServiceRequests();
        hart.Ram.CollectDirtyPages(dirty.Add);

        int first = hart.Ram.PageIndex(new Gpa(Target));
        Assert.InRange(dirty.Count(page => page >= first && page < first + 512), 99, 102);
    }

    private static ulong ManyPages => 2 * SoftTlb.MaximumEntries;

    private static JitEngine NewEngine(int codeBytes = 32 << 20)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(codeBytes, Threshold: 2));
    }

    private static long Translations(JitEngine engine)
        => engine.Counters.Single().Counters.QuickTranslations + engine.Counters.Single().Counters.Regions;

    // Reads a word of each page in turn, for ever: six instructions a turn, and what the test adds.
    private static TestHart Prepare(JitEngine engine, ulong pages, Action<Assembler>? more = null)
    {
        var hart = new TestHart(RamBytes, engine);
        var a = new Assembler(TestHart.Origin);
        a.Label("loop").R("add", Offset, Offset, Step).R("and", Address, Offset, Mask).R("add", Address, Address, First)
            .I("ld", Value, Address, 0).R("add", Sum, Sum, Value);
        more?.Invoke(a);
        a.Jal(0, "loop");
        hart.Load(a);
        for (ulong page = 0; page < 512; page++)
            hart.Ram.ValueAt<ulong>(new Gpa(Target + (page * Page.Size))) = page;
        Map(hart.Ram);
        hart.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        hart.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        ref HartState state = ref hart.State;
        state.Pc = TestHart.Origin;
        state.Privilege = Privilege.Supervisor;
        state.X[Step] = Page.Size;
        state.X[Mask] = (pages * Page.Size) - 1;
        state.X[First] = Base;
        state.X[Fixed] = TestHart.Origin + 0x8000;
        hart.Hart.Csrs.Write(Csr.Satp, (8UL << 60) | (Tables >> Page.Shift));
        return hart;
    }

    private static void Map(GuestRam ram)
    {
        const ulong Middle = Tables + 0x1000;
        ram.ValueAt<ulong>(new Gpa(Tables + ((TestHart.Origin >> 30) * 8))) = (TestHart.Origin >> 2) | PageTableEntryBits;
        ram.ValueAt<ulong>(new Gpa(Tables + (((Base >> 30) & 511) * 8))) = (Middle >> 2) | 1;
        for (ulong number = 0; number < 512; number++)
            ram.ValueAt<ulong>(new Gpa(Middle + (number * 8))) = (Target >> 2) | PageTableEntryBits;
    }
}
