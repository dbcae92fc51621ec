using System.Runtime.InteropServices;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines;

/// <summary>How a run of instructions ends.</summary>
public enum BlockEnd : byte
{
    /// <summary>With a jump or system instruction, which is the last one decoded.</summary>
    Terminator,

    /// <summary>At an instruction that the caller already knows, or because the buffer is full: execution goes on at the end offset.</summary>
    FallsThrough,

    /// <summary>At the end of the page.</summary>
    PageEnd,

    /// <summary>Before a four-byte instruction whose second half lies in the next page, which may be mapped anywhere.</summary>
    CrossesPage,
}

/// <summary>
/// Block discovery: decodes instructions in a row from a point of a page. Conditional branches are passed, so that what follows a
/// branch that is not taken lies right behind it.
/// </summary>
public static class BlockScanner
{
    /// <summary>Decodes until something ends the run.</summary>
    /// <param name="page">The bytes of the page. Harts may change them meanwhile; each is read once.</param>
    /// <param name="offset">Where to start; on return where the run ended.</param>
    /// <param name="known">For each halfword, non-zero if the caller has it already and wants to stop there; or empty.</param>
    /// <param name="instructions">Receives the instructions, with <see cref="DecodedInstruction.PageOffset"/> set.</param>
    /// <param name="end">Why it ended.</param>
    /// <returns>How many were decoded.</returns>
    public static int Scan(
        ReadOnlySpan<byte> page, ref int offset, ReadOnlySpan<int> known, Span<DecodedInstruction> instructions, out BlockEnd end)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(page);
        int count = 0;
        end = BlockEnd.FallsThrough;
        while (count < instructions.Length && offset < Page.Size)
        {
            if (count > 0 && !known.IsEmpty && known[offset >> 1] != 0)
                break;
            uint word = halves[offset >> 1];
            if (Decoder.IsLong(word))
            {
                if (offset + 2 >= Page.Size)
                {
                    end = BlockEnd.CrossesPage;
                    break;
                }
                word |= (uint)halves[(offset >> 1) + 1] << 16;
            }
            ref DecodedInstruction instruction = ref instructions[count++];
            Decoder.Decode(word, out instruction);
            instruction.PageOffset = (ushort)offset;
            offset += instruction.Length;
            if (EndsRun(in instruction))
            {
                end = BlockEnd.Terminator;
                return count;
            }
        }
        if (offset >= Page.Size)
            end = BlockEnd.PageEnd;
        return count;
    }

    /// <summary>Whether a block ends with an instruction: branches, and what <see cref="EndsRun"/>.</summary>
    public static bool EndsBlock(in DecodedInstruction instruction)
        => instruction.Row == Decoder.Illegal || InstructionTable.Rows[instruction.Row].Kind >= MeaningKind.Branch;

    private static bool EndsRun(in DecodedInstruction instruction)
        => instruction.Row == Decoder.Illegal || InstructionTable.Rows[instruction.Row].Kind > MeaningKind.Branch;
}
