using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Isa;

/// <summary>Turns encodings into <see cref="DecodedInstruction"/>.</summary>
public static class Decoder
{
    /// <summary>The row number of an illegal encoding.</summary>
    public const ushort Illegal = ushort.MaxValue;

    private const byte FirstReservedRounding = 5;
    private const byte DynamicRounding = 7;

    /// <summary>Whether the instruction that starts with these bits takes four bytes, not two.</summary>
    public static bool IsLong(uint word) => (word & 3) == 3;

    /// <summary>
    /// Decodes one instruction. Of a compressed one only the low 16 bits are looked at. An illegal encoding gives row
    /// <see cref="Illegal"/> with the encoding itself in <see cref="DecodedInstruction.Raw"/>.
    /// </summary>
    public static void Decode(uint word, out DecodedInstruction decoded)
    {
        decoded = default;
        bool isLong = IsLong(word);
        uint full = isLong ? word : CompressedTable.Expand((ushort)word);
        decoded.Length = isLong ? (byte)4 : (byte)2;
        InstructionRow? row = isLong || full != 0 ? InstructionTable.Find(full) : null;
        if (row is null)
        {
            decoded.Row = Illegal;
            decoded.Raw = isLong ? word : word & 0xFFFF;
            return;
        }
        decoded.Row = (ushort)row.Index;
        decoded.Raw = full;
        decoded.Rd = (byte)((full >> 7) & 31);
        decoded.Rs1 = (byte)((full >> 15) & 31);
        decoded.Rs2 = (byte)((full >> 20) & 31);
        decoded.Rs3 = (byte)(full >> 27);
        decoded.Rounding = (byte)((full >> 12) & 7);
        decoded.Immediate = ImmediateOf(row.Format, full);
        if (WritesInteger(row.Format) && decoded.Rd == 0)
            decoded.Rd = RegisterFile.Discard;
        if (HasRounding(row.Format) && decoded.Rounding is >= FirstReservedRounding and < DynamicRounding)
        {
            decoded.Row = Illegal;
            decoded.Raw = word;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ImmediateOf(Format format, uint word) => format switch
    {
        Format.Immediate or Format.Load or Format.FloatLoad or Format.JumpRegister => Encoding.ImmediateOf(word),
        Format.Shift => (int)((word >> 20) & 63),
        Format.ShiftWord => (int)((word >> 20) & 31),
        Format.Upper => (int)(word & 0xFFFF_F000),
        Format.Store or Format.FloatStore => Encoding.StoreImmediateOf(word),
        Format.Branch => Encoding.BranchOffsetOf(word),
        Format.Jump => Encoding.JumpOffsetOf(word),
        Format.Csr or Format.CsrImmediate => (int)(word >> 20),
        _ => 0,
    };

    private static bool HasRounding(Format format) => format
        is Format.FloatRounded or Format.FloatUnary or Format.FloatFused or Format.FloatToInteger or Format.FloatFromInteger;

    // CSR instructions keep x0, which changes what they do.
    private static bool WritesInteger(Format format) => format
        is Format.Register or Format.Unary or Format.Immediate or Format.Shift or Format.ShiftWord or Format.Upper or Format.Jump
        or Format.JumpRegister or Format.Load or Format.LoadReserved or Format.Atomic or Format.FloatCompare or Format.FloatToInteger
        or Format.FloatMoveToInteger;
}
