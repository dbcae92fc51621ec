namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Scalar operations on two operands, by their opcode.</summary>
internal enum FloatOpcode : byte
{
    SquareRoot = 0x51, Add = 0x58, Multiply = 0x59, Subtract = 0x5C, Minimum = 0x5D, Divide = 0x5E, Maximum = 0x5F,
}

/// <summary>Fused operations first := second * first +- third, by the opcode of their 213 form.</summary>
internal enum FusedOpcode : byte
{
    MultiplyAdd = 0xA9, MultiplySubtract = 0xAB, NegatedMultiplyAdd = 0xAD, NegatedMultiplySubtract = 0xAF,
}

/// <summary>Logic on whole vector registers, by opcode.</summary>
internal enum VectorLogic : byte
{
    And = 0x54, AndNot = 0x55, Or = 0x56, Xor = 0x57,
}

/// <summary>The floating-point instructions that the translator uses, in their VEX forms. <c>isDouble</c> false means single.</summary>
internal sealed class FloatAssembler : Assembler
{
    private static int Scalar(bool isDouble) => isDouble ? 0xF2 : 0xF3;

    public void FloatApply(FloatOpcode operation, Xmm to, Xmm a, Xmm b, bool isDouble)
        => VexDirect(Scalar(isDouble), Map0F, false, (int)operation, (int)to, (int)a, (int)b);

    public void FloatApply(FloatOpcode operation, Xmm to, Xmm a, in Mem b, bool isDouble)
        => VexIndirect(Scalar(isDouble), Map0F, false, (int)operation, (int)to, (int)a, in b);

    public void Fused(FusedOpcode operation, Xmm first, Xmm second, Xmm third, bool isDouble)
        => VexDirect(0x66, Map0F38, isDouble, (int)operation, (int)first, (int)second, (int)third);

    public void Logic(VectorLogic operation, Xmm to, Xmm a, Xmm b) => VexDirect(0, Map0F, false, (int)operation, (int)to, (int)a, (int)b);

    public void Logic(VectorLogic operation, Xmm to, Xmm a, in Mem b) => VexIndirect(0, Map0F, false, (int)operation, (int)to, (int)a, in b);

    public void MoveVector(Xmm to, Xmm from)
    {
        if (to != from)
            VexDirect(0, Map0F, false, 0x28, (int)to, 0, (int)from);
    }

    /// <summary>Loads 4 or 8 bytes; the rest becomes zero.</summary>
    public void LoadFloat(Xmm to, in Mem from, bool isDouble) => VexIndirect(Scalar(isDouble), Map0F, false, 0x10, (int)to, 0, in from);

    public void StoreFloat(in Mem to, Xmm from, bool isDouble) => VexIndirect(Scalar(isDouble), Map0F, false, 0x11, (int)from, 0, in to);

    /// <summary>Loads all 16 bytes.</summary>
    public void LoadVector(Xmm to, in Mem from) => VexIndirect(0, Map0F, false, 0x10, (int)to, 0, in from);

    /// <summary>Stores all 16 bytes.</summary>
    public void StoreVector(in Mem to, Xmm from) => VexIndirect(0, Map0F, false, 0x11, (int)from, 0, in to);

    /// <summary>VMOVQ or VMOVD to a general register.</summary>
    public void MoveBits(Gpr to, Xmm from, bool wide) => VexDirect(0x66, Map0F, wide, 0x7E, (int)from, 0, (int)to);

    /// <summary>VMOVQ or VMOVD from a general register.</summary>
    public void MoveBits(Xmm to, Gpr from, bool wide) => VexDirect(0x66, Map0F, wide, 0x6E, (int)to, 0, (int)from);

    /// <summary>VUCOMIS: only a signaling NaN is invalid.</summary>
    public void CompareQuiet(Xmm a, Xmm b, bool isDouble) => VexDirect(isDouble ? 0x66 : 0, Map0F, false, 0x2E, (int)a, 0, (int)b);

    /// <summary>VCOMIS: any NaN is invalid.</summary>
    public void CompareSignaling(Xmm a, Xmm b, bool isDouble) => VexDirect(isDouble ? 0x66 : 0, Map0F, false, 0x2F, (int)a, 0, (int)b);

    /// <summary>To an integer of 32 or 64 bits, truncating or in the rounding mode of MXCSR.</summary>
    public void ToInteger(Gpr to, Xmm from, bool isDouble, bool wide, bool truncate)
        => VexDirect(Scalar(isDouble), Map0F, wide, truncate ? 0x2C : 0x2D, (int)to, 0, (int)from);

    public void FromInteger(Xmm to, Gpr from, bool isDouble, bool wide)
        => VexDirect(Scalar(isDouble), Map0F, wide, 0x2A, (int)to, (int)to, (int)from);

    /// <summary>Double to single or the other way.</summary>
    public void ConvertFormat(Xmm to, Xmm from, bool fromDouble)
        => VexDirect(Scalar(fromDouble), Map0F, false, 0x5A, (int)to, (int)to, (int)from);

    /// <summary>VPCMPEQB: all ones where bytes are equal, else zero.</summary>
    public void CompareBytes(Xmm to, Xmm a, Xmm b) => VexDirect(0x66, Map0F, false, 0x74, (int)to, (int)a, (int)b);

    public void LoadControl(in Mem from) => Indirect(0, Map0F, 0xAE, 2, in from, wide: false);

    public void StoreControl(in Mem to) => Indirect(0, Map0F, 0xAE, 3, in to, wide: false);
}
