using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Indirect jumps to blocks of the same region: a table for each of them, behind the region's code, says where in the code the blocks are, as distances
/// from the table, one for each place between the first block that the jump was seen to go to and the last; 0 for a place between them that it was
/// not seen to go to. Guest registers stay in host registers. What is not in the table leaves the region.
/// </summary>
internal sealed class TargetTables(FloatAssembler assembler)
{
    private readonly List<(Label Start, Block Block)> _tables = [];

    private FloatAssembler Asm => assembler;

    /// <summary>Starts a region.</summary>
    public void Begin() => _tables.Clear();

    /// <summary>A jump or call to the block at the address in RDX; goes on, with RDX as it was, where it is none that is known.</summary>
    /// <param name="region">The region.</param>
    /// <param name="block">The block that ends with it.</param>
    /// <param name="comesBack">The host register with the guest address behind a call; so it is where this goes on, too.</param>
    /// <param name="ways">Writes calls.</param>
    /// <param name="blocks">Where the region's blocks are.</param>
    public void Try(Region region, Block block, Gpr comesBack, WaysOut ways, Label[] blocks)
    {
        Label elsewhere = Asm.NewLabel();
        Locate(region, block, elsewhere);
        if (block.IsCall)
            ways.InnerCall(block.NextAddress, blocks[block.Behind]);
        else
            Asm.Jump(Gpr.Rax);
        Asm.Bind(elsewhere);
        if (comesBack == Gpr.Rax)
            Asm.MoveConstant(Gpr.Rax, (long)block.NextAddress);
    }

    /// <summary>Writes the tables. All blocks have been written.</summary>
    public void Write(Region region, Label[] blocks)
    {
        foreach ((Label start, Block block) in _tables)
        {
            Asm.Bind(start);
            int origin = Asm.Position;
            int next = 0;
            int first = region.Blocks[block.Targets[0]].Start;
            int last = region.Blocks[block.Targets[^1]].Start;
            for (int offset = first; offset <= last; offset += 2)
            {
                bool isTarget = offset == region.Blocks[block.Targets[next]].Start;
                Asm.Data32(isTarget ? Asm.PositionOf(blocks[block.Targets[next]]) - origin : 0);
                next += isTarget ? 1 : 0;
            }
        }
    }

    // Makes RAX point to the code of the block.
    private void Locate(Region region, Block block, Label unknown)
    {
        Label start = Asm.NewLabel();
        int first = region.Blocks[block.Targets[0]].Start;
        int last = region.Blocks[block.Targets[^1]].Start;
        Asm.MoveConstant(Gpr.Rax, -(long)(region.VirtualPage + (ulong)first));
        Asm.Apply(Alu.Add, Gpr.Rax, Gpr.Rdx);
        Asm.Apply(Alu.Compare, Gpr.Rax, last - first);
        Asm.JumpIf(Condition.Above, unknown);
        Asm.LoadAddress(Gpr.Rcx, start);
        // An entry has four bytes, a place of guest code two.
        Asm.SignExtend32(Gpr.Rax, new Mem(Gpr.Rcx, 0, Gpr.Rax, 1));
        Asm.Test(Gpr.Rax, Gpr.Rax);
        Asm.JumpIf(Condition.Equal, unknown);
        Asm.Apply(Alu.Add, Gpr.Rax, Gpr.Rcx);
        _tables.Add((start, block));
    }
}
