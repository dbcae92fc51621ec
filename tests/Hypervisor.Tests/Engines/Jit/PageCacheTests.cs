using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>The page that generated code remembers for a register, here the stack pointer, is forgotten when the register's address means another one.</summary>
public sealed class PageCacheTests
{
    private const ulong Program = 0x1_0000;
    private const ulong Data = Program + 0x1000;
    private const ulong Entries = Program + 0x2000;
    private const ulong OneFrame = TestHart.Origin + 0x1000;
    private const ulong OtherFrame = TestHart.Origin + 0x2000;
    private const ulong Turns = 100;
    private const ulong LoadsOfTurn = 60;
    private const int StackPointer = 2, TurnsLeft = 8, LoadsLeft = 9, Sum = 10, Value = 11, Page = 21, Change = 22, Scratch = 23, Place = 24;

    [SkippableTheory]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void When_the_address_space_changes(JitTiers tiers)
    {
        using JitEngine engine = NewEngine(tiers);
        using PagedGuest guest = NewGuest(engine, a => a.Csr("csrrs", Scratch, Csr.Satp, 0).R("xor", Scratch, Scratch, Change).Csr("csrrw", 0, Csr.Satp, Scratch));
        guest.Map(1, Data, OtherFrame);
        guest.Test.State.X[Change] = PagedGuest.SatpOf(0) ^ PagedGuest.SatpOf(1);

        AssertBothInTurn(guest);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void When_its_page_is_fenced(JitTiers tiers)
    {
        using JitEngine engine = NewEngine(tiers);
        using PagedGuest guest = NewGuest(engine, a => a.I("ld", Scratch, Place, 0).R("xor", Scratch, Scratch, Change).S("sd", Scratch, Place, 0).R("sfence.vma", 0, Page, 0));
        guest.Map(Entries, PagedGuest.LeafTableOf(0));
        guest.Test.State.X[Change] = PagedGuest.EntryOf(OneFrame) ^ PagedGuest.EntryOf(OtherFrame);
        guest.Test.State.X[Place] = Entries + ((Data >> 12) * 8);

        AssertBothInTurn(guest);
    }

    private static JitEngine NewEngine(JitTiers tiers)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: 3, Tiers: tiers, SampleLength: 1000));
    }

    // Adds up what lies on top of the stack and is written back, many times, and then changes where that is.
    private static PagedGuest NewGuest(JitEngine engine, Action<Assembler> change)
    {
        var a = new Assembler(Program);
        a.Li(TurnsLeft, Turns).Label("turn").Li(LoadsLeft, LoadsOfTurn)
            .Label("load").I("ld", Value, StackPointer, 8).R("add", Sum, Sum, Value).S("sd", Value, StackPointer, 8)
            .I("addi", LoadsLeft, LoadsLeft, -1).Branch("bne", LoadsLeft, 0, "load");
        change(a);
        a.I("addi", TurnsLeft, TurnsLeft, -1).Branch("bne", TurnsLeft, 0, "turn").Op("ebreak");
        var guest = new PagedGuest(engine);
        guest.Map(Program, TestHart.Origin);
        guest.Map(Data, OneFrame);
        guest.Test.Load(a);
        guest.Test.State.X[StackPointer] = Data;
        guest.Test.State.X[Page] = Data;
        guest.Test.Ram.ValueAt<ulong>(new Gpa(OneFrame + 8)) = 1;
        guest.Test.Ram.ValueAt<ulong>(new Gpa(OtherFrame + 8)) = 1000;
        return guest;
    }

    private static void AssertBothInTurn(PagedGuest guest)
    {
        guest.RunToBreak(Program);

        Assert.Equal(Turns / 2 * LoadsOfTurn * 1001, guest.Test.X(Sum));
        Assert.Equal((1UL, 1000UL), (guest.Test.Ram.ValueAt<ulong>(new Gpa(OneFrame + 8)), guest.Test.Ram.ValueAt<ulong>(new Gpa(OtherFrame + 8))));
    }
}
