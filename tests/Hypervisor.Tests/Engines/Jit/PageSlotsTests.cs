using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Engines.Jit.X64;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>Which entry of the page cache an access uses.</summary>
public sealed class PageSlotsTests
{
    [Fact]
    public void What_lies_far_from_a_register_has_an_entry_that_no_register_of_the_region_has()
    {
        PageSlots slots = For(10, 11);

        int[] entries = [slots.Of(10, 8), slots.Of(10, -1536), slots.Of(10, 1536), slots.Of(11, 0), slots.Of(11, 1024)];

        Assert.Equal(10, entries[0]);
        Assert.Equal(11, entries[3]);
        Assert.Equal(entries.Length, entries.Distinct().Count());
        Assert.Equal(entries[1], slots.Of(10, -1024));
    }

    [Fact]
    public void Where_all_entries_are_taken_a_register_keeps_its_own()
        => Assert.Equal(10, For([.. Enumerable.Range(0, 32)]).Of(10, 2000));

    private static PageSlots For(params int[] bases)
    {
        var block = new Block { Start = 0 };
        foreach (int register in bases)
            block.Ops.Add(new MicroOp { Opcode = MicroOpcode.Load, Ra = (byte)register, IsSteady = true });
        var slots = new PageSlots();
        slots.Begin(new Region(0, [block], IsHot: true));
        return slots;
    }
}
