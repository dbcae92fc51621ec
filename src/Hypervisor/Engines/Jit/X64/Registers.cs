namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>General registers by their encoding.</summary>
internal enum Gpr : byte
{
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,

    /// <summary>No register.</summary>
    None = 255,
}

/// <summary>Vector registers by their encoding.</summary>
internal enum Xmm : byte
{
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,

    /// <summary>No register.</summary>
    None = 255,
}

/// <summary>Conditions by their encoding in Jcc, SETcc and CMOVcc.</summary>
internal enum Condition : byte
{
    Overflow, NotOverflow, Below, AboveEqual, Equal, NotEqual, BelowEqual, Above,
    Sign, NotSign, Parity, NotParity, Less, GreaterEqual, LessEqual, Greater,
}

/// <summary>The eight operations of the first opcode rows, by their number.</summary>
internal enum Alu : byte
{
    Add, Or, AddWithCarry, SubtractWithBorrow, And, Subtract, Xor, Compare,
}

/// <summary>Shifts by their number in opcode group 2.</summary>
internal enum Shift : byte
{
    RotateLeft = 0, RotateRight = 1, Left = 4, Right = 5, RightArithmetic = 7,
}

/// <summary>A memory operand.</summary>
/// <param name="Base">The base register.</param>
/// <param name="Displacement">Added to it.</param>
/// <param name="Index">Added to it after scaling, or none.</param>
/// <param name="ScaleShift">0 to 3.</param>
internal readonly record struct Mem(Gpr Base, int Displacement, Gpr Index = Gpr.None, int ScaleShift = 0);

/// <summary>A place in the code that jumps refer to.</summary>
internal readonly record struct Label(int Number);
