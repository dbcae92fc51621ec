using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Isa;

/// <summary>
/// One decoded instruction: 32 bytes, two to a cache line. Engines keep these in their own order and fill the fields that are
/// theirs; the decoder fills the rest.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct DecodedInstruction
{
    /// <summary>For engines: the code that executes this row.</summary>
    public nint Handler;

    /// <summary>The immediate operand, sign-extended; the shift amount; the CSR's number; the shifted 20 bits of LUI and AUIPC.</summary>
    public int Immediate;

    /// <summary>The destination; <see cref="Memory.RegisterFile.Discard"/> instead of x0.</summary>
    public byte Rd;

    /// <summary>The first source, or the five-bit immediate of CSRRWI and its like.</summary>
    public byte Rs1;

    /// <summary>The second source.</summary>
    public byte Rs2;

    /// <summary>The third source of a fused multiply-add.</summary>
    public byte Rs3;

    /// <summary>The encoding: of a legal compressed instruction the full one that it stands for.</summary>
    public uint Raw;

    /// <summary>For engines: where a branch inside the page goes, counted in instructions from here; 0 if not known yet.</summary>
    public int Target;

    /// <summary>Bytes from the start of the page.</summary>
    public ushort PageOffset;

    /// <summary>For engines: instructions from this one to the end of its block, both included.</summary>
    public ushort Remaining;

    /// <summary>The row of <see cref="InstructionTable"/>.</summary>
    public ushort Row;

    /// <summary>Bytes in memory: 2 or 4.</summary>
    public byte Length;

    /// <summary>The rounding mode field.</summary>
    public byte Rounding;
}
