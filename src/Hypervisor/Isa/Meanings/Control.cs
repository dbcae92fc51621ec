using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa.Meanings;

internal readonly struct BranchEqual : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => state.X[i.Rs1] == state.X[i.Rs2];
}

internal readonly struct BranchNotEqual : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => state.X[i.Rs1] != state.X[i.Rs2];
}

internal readonly struct BranchLess : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => (long)state.X[i.Rs1] < (long)state.X[i.Rs2];
}

internal readonly struct BranchGreaterEqual : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => (long)state.X[i.Rs1] >= (long)state.X[i.Rs2];
}

internal readonly struct BranchLessUnsigned : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => state.X[i.Rs1] < state.X[i.Rs2];
}

internal readonly struct BranchGreaterEqualUnsigned : IBranchMeaning
{
    public static bool IsTaken(ref HartState state, in DecodedInstruction i) => state.X[i.Rs1] >= state.X[i.Rs2];
}

internal readonly struct JumpAndLink : IJumpMeaning
{
    public static ulong Jump(ref HartState state, in DecodedInstruction i)
    {
        ulong pc = state.CodePage + i.PageOffset;
        state.X[i.Rd] = pc + i.Length;
        return pc + (ulong)i.Immediate;
    }
}

internal readonly struct JumpAndLinkRegister : IJumpMeaning
{
    public static ulong Jump(ref HartState state, in DecodedInstruction i)
    {
        // The target is read first: rd and rs1 may be the same register.
        ulong target = (state.X[i.Rs1] + (ulong)i.Immediate) & ~1UL;
        state.X[i.Rd] = state.CodePage + i.PageOffset + i.Length;
        return target;
    }
}
