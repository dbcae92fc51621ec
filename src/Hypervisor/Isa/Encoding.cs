namespace Trapline.Hypervisor.Isa;

/// <summary>
/// Puts operands into the fields of an encoding and takes them out (unprivileged specification, section 2.2 and 2.3). Immediates are
/// in bytes, as assembly shows them, except the 20 bits of LUI and AUIPC, which are shifted left by 12.
/// </summary>
public static class Encoding
{
    /// <summary>An encoding with registers: fields that a row does not have are left 0 by passing 0.</summary>
    public static uint Registers(InstructionRow row, int rd, int rs1, int rs2)
        => row.Match | ((uint)rd << 7) | ((uint)rs1 << 15) | ((uint)rs2 << 20);

    /// <summary>A register-immediate encoding, load or JALR.</summary>
    public static uint Immediate(InstructionRow row, int rd, int rs1, int immediate)
        => row.Match | ((uint)rd << 7) | ((uint)rs1 << 15) | ((uint)immediate << 20);

    /// <summary>A store.</summary>
    public static uint Store(InstructionRow row, int rs2, int rs1, int immediate)
        => row.Match | ((uint)rs1 << 15) | ((uint)rs2 << 20) | (((uint)immediate & 31) << 7) | ((uint)(immediate >> 5) << 25);

    /// <summary>A conditional branch.</summary>
    public static uint Branch(InstructionRow row, int rs1, int rs2, int offset)
    {
        uint bits = (uint)offset;
        return row.Match | ((uint)rs1 << 15) | ((uint)rs2 << 20) | (((bits >> 11) & 1) << 7) | (((bits >> 1) & 15) << 8) |
            (((bits >> 5) & 63) << 25) | (((bits >> 12) & 1) << 31);
    }

    /// <summary>JAL.</summary>
    public static uint Jump(InstructionRow row, int rd, int offset)
    {
        uint bits = (uint)offset;
        return row.Match | ((uint)rd << 7) | (bits & 0xFF000) | (((bits >> 11) & 1) << 20) | (((bits >> 1) & 0x3FF) << 21) |
            (((bits >> 20) & 1) << 31);
    }

    /// <summary>LUI or AUIPC.</summary>
    public static uint Upper(InstructionRow row, int rd, int immediate) => row.Match | ((uint)rd << 7) | ((uint)immediate & 0xFFFF_F000);

    /// <summary>A CSR instruction; the operand is a register or a five-bit immediate.</summary>
    public static uint Csr(InstructionRow row, int rd, Cpu.Csr csr, int operand)
        => row.Match | ((uint)rd << 7) | ((uint)operand << 15) | ((uint)csr << 20);

    internal static int ImmediateOf(uint word) => (int)word >> 20;

    internal static int StoreImmediateOf(uint word) => ((int)word >> 25 << 5) | (int)((word >> 7) & 31);

    internal static int BranchOffsetOf(uint word)
        => ((int)word >> 31 << 12) | (int)(((word >> 7) & 1) << 11) | (int)(((word >> 25) & 63) << 5) | (int)(((word >> 8) & 15) << 1);

    internal static int JumpOffsetOf(uint word)
        => ((int)word >> 31 << 20) | (int)(word & 0xFF000) | (int)(((word >> 20) & 1) << 11) | (int)(((word >> 21) & 0x3FF) << 1);
}
