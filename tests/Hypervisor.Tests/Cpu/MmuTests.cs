using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;

namespace Trapline.Hypervisor.Tests.Cpu;

/// <summary>The software TLB must never answer with what another address space, or an older page table, said.</summary>
public sealed class MmuTests
{
    private const ulong Tables = TestHart.Origin + 0x10000;
    private const ulong Frames = TestHart.Origin + 0x80000;
    private const ulong Virtual = 0x4000_0000;
    private const int Spaces = 8;
    private const ulong Leaf = 0xC7; // valid, readable, writable, accessed, dirty

    [SkippableFact]
    public void Address_spaces_never_mix_however_many_there_are()
    {
        using TestHart test = WithSpaces();
        var random = new Random(5);
        for (int round = 0; round < 20_000; round++)
        {
            int asid = random.Next(700);
            Enter(test, asid, sum: random.Next(2) == 0);
            if (random.Next(50) == 0)
                test.Hart.Mmu.FlushAsid((ulong)random.Next(700));
            Assert.Equal((ulong)(asid % Spaces) + 1, Read(test, Virtual));
            AssertFetchEntryIsRight(test, asid % Spaces);
        }
    }

    [SkippableFact]
    public void Returning_to_an_address_space_finds_its_entries_again()
    {
        using TestHart test = WithSpaces();
        Enter(test, 1, sum: false);
        Read(test, Virtual);
        Enter(test, 2, sum: false);
        Assert.False(test.State.Tlb.TryLoad(Virtual, out ulong _));
        Enter(test, 1, sum: false);
        Assert.True(test.State.Tlb.TryLoad(Virtual, out ulong value));
        Assert.Equal(2UL, value);
    }

    [SkippableTheory]
    [InlineData(0UL)]
    [InlineData(0x1F_F000UL)]
    public void A_fence_for_any_address_in_a_large_page_drops_all_of_it(ulong fenced)
    {
        using TestHart test = WithSpaces();
        ulong middle = Tables + 0x1000;
        // Two megabytes at 0x40200000, then the same mapped away.
        Store(test, middle + 8, (TestHart.Origin >> 2) | Leaf);
        Enter(test, 0, sum: false);
        Store(test, TestHart.Origin + 0x5008, 77);
        Assert.Equal(77UL, Read(test, Virtual + 0x20_5008));
        Store(test, middle + 8, 0);
        test.Hart.Mmu.FlushPage(new Gva(Virtual + 0x20_0000 + fenced));
        Assert.Equal(Outcome.Trapped, test.Hart.Memory.Load(Virtual + 0x20_5008, 8, LoadKind.ZeroExtend, 10));
        Assert.Equal((ulong)TrapCause.LoadPageFault, test.State.Mcause);
    }

    [SkippableFact]
    public void A_fence_of_one_page_drops_nothing_else_however_many_large_pages_are_in_use()
    {
        using TestHart test = WithSpaces();
        const ulong Large = 0x8000_0000;
        const ulong LargeTable = Tables + 0x20000;
        Store(test, Tables + 0x10, (LargeTable >> 2) | 1);
        for (ulong entry = 0; entry < 512; entry++)
            Store(test, LargeTable + (entry * 8), (TestHart.Origin >> 2) | Leaf);
        Enter(test, 0, sum: false);
        for (ulong entry = 0; entry < 512; entry++)
            Read(test, Large + (entry << LargePage.Shift));
        Read(test, Virtual);
        test.Hart.Mmu.RememberCode(Virtual);
        ulong context = test.State.Tlb.DataContext;
        uint epoch = test.Hart.Mmu.CodeEpoch;

        for (ulong page = 1; page < 512; page++)
            test.Hart.Mmu.FlushPage(new Gva(Virtual + (page << Page.Shift)));

        Assert.Equal((context, epoch), (test.State.Tlb.DataContext, test.Hart.Mmu.CodeEpoch));
        Assert.True(test.State.Tlb.TryLoad(Virtual, out ulong _));
        test.Hart.Mmu.FlushPage(new Gva(Virtual));
        Assert.False(test.State.Tlb.TryLoad(Virtual, out ulong _));
        Assert.NotEqual(epoch, test.Hart.Mmu.CodeEpoch);
    }

    [SkippableFact]
    public void Without_ADUE_a_page_not_accessed_yet_faults()
    {
        using TestHart test = WithSpaces();
        Store(test, Tables + 0x2000, (Frames >> 2) | 0x07);
        Enter(test, 0, sum: false);
        test.Hart.Csrs.Write(Csr.Menvcfg, 0);
        Assert.Equal(Outcome.Trapped, test.Hart.Memory.Load(Virtual, 8, LoadKind.ZeroExtend, 10));
        Enter(test, 0, sum: false);
        test.Hart.Csrs.Write(Csr.Menvcfg, MenvcfgBits.Adue);
        Assert.Equal(1UL, Read(test, Virtual));
        Assert.Equal((Frames >> 2) | 0x47, test.Ram.ValueAt<ulong>(new Gpa(Tables + 0x2000)));
    }

    // Each space has three tables and maps Virtual to a frame that holds its number plus one.
    private static TestHart WithSpaces()
    {
        var test = new TestHart();
        test.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        test.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        for (ulong space = 0; space < Spaces; space++)
        {
            ulong root = Tables + (space * 0x3000);
            Store(test, root + 8, ((root + 0x1000) >> 2) | 1);
            Store(test, root + 0x1000, ((root + 0x2000) >> 2) | 1);
            Store(test, root + 0x2000, ((Frames + (space << 12)) >> 2) | Leaf | 8);
            Store(test, Frames + (space << 12), space + 1);
        }
        return test;
    }

    private static void Enter(TestHart test, int asid, bool sum)
    {
        ulong root = Tables + ((ulong)(asid % Spaces) * 0x3000);
        test.State.Privilege = Privilege.Supervisor;
        test.State.Mstatus = sum ? MstatusBits.Sum : 0;
        test.Hart.Csrs.Write(Csr.Satp, (8UL << 60) | ((ulong)asid << 44) | (root >> 12));
    }

    private static ulong Read(TestHart test, ulong va)
    {
        if (test.State.Tlb.TryLoad(va, out ulong value))
            return value;
        Assert.Equal(Outcome.Retired, test.Hart.Memory.Load(va, 8, LoadKind.ZeroExtend, 10));
        return test.X(10);
    }

    private static unsafe void AssertFetchEntryIsRight(TestHart test, int space)
    {
        ref SoftTlb tlb = ref test.State.Tlb;
        nuint index = (nuint)((Virtual >> Page.Shift) & tlb.Mask);
        nint expected = test.Ram.HostAddress + (nint)(Frames - TestHart.Origin) + (space << Page.Shift);
        // SAFETY: the index is masked to the table.
        if (tlb.FetchTags[index] == (Virtual | tlb.FetchContext))
            Assert.Equal(expected, (nint)Virtual + tlb.FetchAddends[index]);
        Assert.True(test.Hart.Mmu.TryTranslate(Virtual, 2, MemoryAccess.Fetch, out Gpa physical, out _));
        test.Hart.Mmu.Install(MemoryAccess.Fetch, Virtual, physical);
    }

    private static void Store(TestHart test, ulong address, ulong value) => test.Ram.ValueAt<ulong>(new Gpa(address)) = value;
}
