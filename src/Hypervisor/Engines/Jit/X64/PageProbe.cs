using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Finds the host's address of one or several accesses through a register, if they lie in one page: RCX is then what to add to the register's
/// value and displacement. RDX is used. Nothing has changed when it goes elsewhere.
/// </summary>
/// <param name="Address">The host register that holds the base; it may be RAX.</param>
/// <param name="Slot">The entry of the page cache.</param>
/// <param name="First">The smallest displacement.</param>
/// <param name="Last">The largest; both rounded down to the alignment if they differ.</param>
/// <param name="Alignment">Bytes of the largest access.</param>
/// <param name="Reads">Whether there are loads.</param>
/// <param name="Writes">Whether there are stores.</param>
/// <param name="Otherwise">Where to go if the accesses cross pages, are misaligned, or not in the TLB.</param>
internal readonly record struct PageProbe(Gpr Address, int Slot, int First, int Last, int Alignment, bool Reads, bool Writes, Label Otherwise)
{
    /// <summary>How far an address is rotated to have its index in the TLB times the size of an entry.</summary>
    public const int ToIndex = Page.Shift - 3;

    /// <summary>From the tags of the TLB for reads to those for writes.</summary>
    public const int WriteTags = 2 * SoftTlb.TableBytes;

    private const int EntryBytes = 8;
    private const int Table = SoftTlb.TableBytes;

    private int TagMask => PageCache.PageMask | (Alignment - 1);

    // What may be written may be read: the reverse is reserved in page tables and PMP.
    private Mem CachedTag => StateLayout.Word(PageCache.TagWord(Slot, Writes));

    private Mem CachedAddend => StateLayout.Word(PageCache.TagWord(Slot, Writes) + 1);

    /// <summary>Looks into the page cache.</summary>
    public void Emit(Emission e)
    {
        FloatAssembler asm = e.Assembler;
        (Label refill, Label found) = e.Refill(this);
        if (Last != First)
        {
            WriteTag(asm, First);
            asm.Apply(Alu.Compare, Gpr.Rdx, CachedTag);
            asm.JumpIf(Condition.NotEqual, refill);
        }
        WriteTag(asm, Last);
        asm.Apply(Alu.Compare, Gpr.Rdx, CachedTag);
        asm.JumpIf(Condition.NotEqual, refill);
        asm.Load(Gpr.Rcx, CachedAddend, 8, false);
        asm.Bind(found);
    }

    /// <summary>Looks into the TLB.</summary>
    public void EmitLookup(Emission e)
    {
        FloatAssembler asm = e.Assembler;
        // The index comes from the first byte and the tag from the last: in two pages they cannot match.
        if (First == 0)
        {
            asm.RotateRightInto(Gpr.Rcx, Address, ToIndex);
        }
        else
        {
            asm.LoadAddress(Gpr.Rcx, new Mem(Address, First));
            asm.RotateRightInto(Gpr.Rcx, Gpr.Rcx, ToIndex);
        }
        WriteIndex(asm, e.Tlb);
        WriteTag(asm, Last);
        asm.Apply(Alu.Or, Gpr.Rdx, StateLayout.DataContext);
        if (Reads)
        {
            asm.Apply(Alu.Compare, Gpr.Rdx, new Mem(Gpr.Rcx, 0));
            asm.JumpIf(Condition.NotEqual, Otherwise);
        }
        if (Writes)
        {
            asm.Apply(Alu.Compare, Gpr.Rdx, new Mem(Gpr.Rcx, WriteTags));
            asm.JumpIf(Condition.NotEqual, Otherwise);
        }
        // Both tables add the same to a page that is in both.
        asm.Load(Gpr.Rcx, new Mem(Gpr.Rcx, Reads ? Table : WriteTags + Table), 8, false);
    }

    /// <summary>RCX holds a rotated address and is made to point to its entry.</summary>
    public static void WriteIndex(FloatAssembler asm, TlbSize tlb)
    {
        asm.Apply(Alu.And, Gpr.Rcx, tlb.Entries * EntryBytes - EntryBytes, wide: false);
        tlb.NoteMask(asm.Position - sizeof(int));
        asm.Apply(Alu.Add, Gpr.Rcx, StateLayout.ReadTags);
    }

    /// <summary>Out of line: looks into the TLB, and remembers the page.</summary>
    public void EmitRefill(Emission e, Label found)
    {
        FloatAssembler asm = e.Assembler;
        EmitLookup(e);
        asm.Store(CachedAddend, Gpr.Rcx, 8);
        asm.Apply(Alu.And, Gpr.Rdx, PageCache.PageMask);
        asm.Store(CachedTag, Gpr.Rdx, 8);
        asm.Jump(found);
    }

    private void WriteTag(FloatAssembler asm, int displacement)
    {
        if (displacement == 0)
        {
            asm.MoveConstant(Gpr.Rdx, TagMask);
            asm.Apply(Alu.And, Gpr.Rdx, Address);
            return;
        }
        asm.LoadAddress(Gpr.Rdx, new Mem(Address, displacement));
        asm.Apply(Alu.And, Gpr.Rdx, TagMask);
    }
}
