using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Tests.Cpu;

public sealed class SuperpageTlbTests
{
    private const ulong Context = 3 << SoftTlb.ContextShift;
    private const ulong Address = 0xffff_ffc0_1234_5678;

    [Theory]
    [InlineData(1, 21)]
    [InlineData(2, 30)]
    public void A_superpage_is_known_at_all_its_addresses(int level, int shift)
    {
        var tlb = new SuperpageTlb();
        ulong offset = Address & ((1UL << shift) - 1);
        ulong frame = 0x1_4000_0000;

        tlb.Add(Address, Context, MemoryAccess.Load, level, new Gpa(frame | offset));

        Assert.True(tlb.TryFind(Address ^ 0x10_0ff8, Context, MemoryAccess.Load, out Gpa physical));
        Assert.Equal(frame | ((Address ^ 0x10_0ff8) & ((1UL << shift) - 1)), physical.Value);
        Assert.False(tlb.TryFind(Address + (1UL << shift), Context, MemoryAccess.Load, out _));
    }

    [Fact]
    public void It_holds_for_the_kind_of_access_and_the_context_that_walked()
    {
        var tlb = new SuperpageTlb();
        tlb.Add(Address, Context, MemoryAccess.Load, 1, new Gpa(0x8020_0000));

        Assert.False(tlb.TryFind(Address, Context, MemoryAccess.Store, out _));
        Assert.False(tlb.TryFind(Address, Context + (1 << SoftTlb.ContextShift), MemoryAccess.Load, out _));
        tlb.Add(Address, Context, MemoryAccess.Store, 1, new Gpa(0x8020_0000));
        Assert.True(tlb.TryFind(Address, Context, MemoryAccess.Store, out _));
        Assert.True(tlb.TryFind(Address, Context, MemoryAccess.Load, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Pages_of_other_sizes_are_not_kept(int level)
    {
        var tlb = new SuperpageTlb();
        tlb.Add(Address, Context, MemoryAccess.Load, level, new Gpa(0x8020_0000));
        Assert.False(tlb.TryFind(Address, Context, MemoryAccess.Load, out _));
    }

    [Fact]
    public void Cleared_it_knows_nothing()
    {
        var tlb = new SuperpageTlb();
        tlb.Add(Address, Context, MemoryAccess.Load, 1, new Gpa(0x8020_0000));
        tlb.Clear();
        Assert.False(tlb.TryFind(Address, Context, MemoryAccess.Load, out _));
    }
}
