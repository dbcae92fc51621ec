namespace Trapline.Hypervisor.Isa;

/// <summary>How an instruction's operands are encoded and written.</summary>
public enum Format : byte
{
#pragma warning disable CS1591 // Each name is followed by the operands as assembly shows them.
    None,
    Register, // rd,rs1,rs2
    Unary, // rd,rs1
    Immediate, // rd,rs1,imm12
    Shift, // rd,rs1,shamt6
    ShiftWord, // rd,rs1,shamt5
    Upper, // rd,imm20
    Jump, // rd,target
    JumpRegister, // rd,imm12(rs1)
    Branch, // rs1,rs2,target
    Load, // rd,imm12(rs1)
    Store, // rs2,imm12(rs1)
    Fence, // predecessor,successor
    Csr, // rd,csr,rs1
    CsrImmediate, // rd,csr,imm5
    LoadReserved, // rd,(rs1)
    Atomic, // rd,rs2,(rs1)
    FenceTranslation, // rs1,rs2
    FloatLoad, // fd,imm12(rs1)
    FloatStore, // fs2,imm12(rs1)
    FloatRegister, // fd,fs1,fs2
    FloatRounded, // fd,fs1,fs2,rm
    FloatUnary, // fd,fs1,rm
    FloatFused, // fd,fs1,fs2,fs3,rm
    FloatCompare, // rd,fs1,fs2
    FloatToInteger, // rd,fs1,rm
    FloatFromInteger, // fd,rs1,rm
    FloatMoveToInteger, // rd,fs1
    FloatMoveFromInteger, // fd,rs1
#pragma warning restore CS1591
}

/// <summary>The extension that an instruction belongs to.</summary>
public enum Extension : byte
{
#pragma warning disable CS1591 // The names are those of the specifications.
    I, M, A, F, D, C, Zicsr, Zifencei, Zba, Zbb, Zbs, Privileged,
#pragma warning restore CS1591
}
