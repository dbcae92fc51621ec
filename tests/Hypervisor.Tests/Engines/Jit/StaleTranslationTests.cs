using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Code that is hot, linked and known to the jump table is not executed any more once its address means something else, or its bytes are others. Each
/// test fails without one of the checks that see to it.
/// </summary>
public sealed class StaleTranslationTests
{
    private const ulong Program = 0x1_0000;
    private const ulong Function = Program + 0x1000;
    private const ulong Entries = Program + 0x2000;
    private const ulong ProgramFrame = TestHart.Origin;
    private const ulong OneFrame = TestHart.Origin + 0x1000;
    private const ulong OtherFrame = TestHart.Origin + 0x2000;
    private const ulong Turns = 100;
    private const ulong CallsOfTurn = 60;
    private const int Link = 1, TurnsLeft = 8, CallsLeft = 9, One = 10, Other = 11, Callee = 21, Change = 22, Scratch = 23, Place = 24;

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void An_address_means_what_the_present_address_space_says(JitTiers tiers)
    {
        using JitEngine engine = NewEngine(tiers);
        using PagedGuest guest = NewGuest(engine);
        guest.Map(1, Function, OtherFrame);
        LoadCaller(guest, a => a.Csr("csrrs", Scratch, Csr.Satp, 0).R("xor", Scratch, Scratch, Change).Csr("csrrw", 0, Csr.Satp, Scratch));
        guest.Test.State.X[Change] = PagedGuest.SatpOf(0) ^ PagedGuest.SatpOf(1);

        guest.RunToBreak(Program);

        AssertBothInTurn(guest);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void An_address_means_what_the_page_table_says_after_a_fence_of_its_page(JitTiers tiers)
    {
        using JitEngine engine = NewEngine(tiers);
        using PagedGuest guest = NewGuest(engine);
        guest.Map(Entries, PagedGuest.LeafTableOf(0));
        LoadCaller(guest, a => a.I("ld", Scratch, Place, 0).R("xor", Scratch, Scratch, Change).S("sd", Scratch, Place, 0).R("sfence.vma", 0, Callee, 0));
        guest.Test.State.X[Change] = PagedGuest.EntryOf(OneFrame) ^ PagedGuest.EntryOf(OtherFrame);
        guest.Test.State.X[Place] = Entries + ((Function >> 12) * 8);

        guest.RunToBreak(Program);

        AssertBothInTurn(guest);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void A_page_that_was_written_before_it_was_translated_is_watched(JitTiers tiers)
    {
        // The TLB knows the page for writing when its first translation is made, on the way of a direct call: nobody looks at requests meanwhile.
        using JitEngine engine = NewEngine(tiers, threshold: 0);
        using var test = new TestHart(engine: engine);
        var a = new Assembler(TestHart.Origin);
        a.Li(Callee, OneFrame).Li(Scratch, Addition(Other)).S("sw", 0, Callee, 64).Jal(Link, "function")
            .S("sw", Scratch, Callee, 0).Op("fence.i").Jal(Link, "function").Op("ebreak")
            .Align(4096).Label("function").Word(Addition(One)).I("jalr", 0, Link, 0);

        // Far more than the program: what is left of a budget at its end is interpreted.
        test.RunToBreak(a);

        Assert.Equal((1UL, 1UL), (test.X(One), test.X(Other)));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void What_follows_FENCE_I_at_the_end_of_a_page_is_new(JitTiers tiers)
    {
        using JitEngine engine = NewEngine(tiers);
        using var test = new TestHart(engine: engine);
        var a = new Assembler(TestHart.Origin);
        a.Li(TurnsLeft, Turns).Li(Callee, OneFrame).Li(Scratch, Addition(One)).Li(Change, Addition(One) ^ Addition(Other))
            .Label("again").R("xor", Scratch, Scratch, Change).S("sw", Scratch, Callee, 0);
        while (a.Here % 4096 != 4092)
            a.I("addi", 0, 0, 0);
        a.Op("fence.i").Word(Addition(One)).I("addi", TurnsLeft, TurnsLeft, -1).Branch("bne", TurnsLeft, 0, "near").Op("ebreak")
            .Label("near").Jal(0, "again");

        test.RunToBreak(a);

        Assert.Equal((Turns / 2, Turns / 2), (test.X(One), test.X(Other)));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void What_the_host_writes_between_two_runs_is_executed_without_FENCE_I(JitTiers tiers)
    {
        // A debugger does that.
        using JitEngine engine = NewEngine(tiers);
        using var test = new TestHart(engine: engine);
        test.Load(new Assembler(TestHart.Origin).Label("again").Word(Addition(One)).Jal(0, "again"));
        test.State.Pc = TestHart.Origin;
        test.Run(20_000);
        test.Load(BitConverter.GetBytes(Addition(Other)));
        test.Run(20_000);

        Assert.Equal((10_000UL, 10_000UL), (test.X(One), test.X(Other)));
    }

    private static JitEngine NewEngine(JitTiers tiers, int threshold = 3)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: threshold, Tiers: tiers, SampleLength: 1000));
    }

    private static PagedGuest NewGuest(JitEngine engine)
    {
        var guest = new PagedGuest(engine);
        guest.Map(Program, ProgramFrame);
        guest.Map(Function, OneFrame);
        guest.Test.Load(new Assembler(0).Word(Addition(One)).I("jalr", 0, Link, 0), OneFrame);
        guest.Test.Load(new Assembler(0).Word(Addition(Other)).I("jalr", 0, Link, 0), OtherFrame);
        return guest;
    }

    // Calls the function directly and by its address, many times, and then changes what its address means.
    private static void LoadCaller(PagedGuest guest, Action<Assembler> change)
    {
        var a = new Assembler(Program);
        a.Li(TurnsLeft, Turns).Label("turn").Li(CallsLeft, CallsOfTurn)
            .Label("call").Jal(Link, "function").I("jalr", Link, Callee, 0).I("addi", CallsLeft, CallsLeft, -1).Branch("bne", CallsLeft, 0, "call");
        change(a);
        a.I("addi", TurnsLeft, TurnsLeft, -1).Branch("bne", TurnsLeft, 0, "turn").Op("ebreak").Align(4096).Label("function");
        guest.Test.Load(a, ProgramFrame);
        // Alignment filled the page, and no more.
        Assert.Equal(Function, a.Here);
        guest.Test.State.X[Callee] = Function;
    }

    private static void AssertBothInTurn(PagedGuest guest) =>
        Assert.Equal((Turns * CallsOfTurn, Turns * CallsOfTurn), (guest.Test.X(One), guest.Test.X(Other)));

    private static uint Addition(int register) => Encoding.Immediate(InstructionTable.Named("addi"), register, register, 1);
}
