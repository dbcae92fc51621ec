using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Isa.Meanings;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>
/// Function pointers for each row, made when first needed: one that chains to the next instruction, one that executes a single
/// instruction (also what generated code calls for a row that it has no emitter for).
/// </summary>
public static unsafe class HandlerTable
{
    private static readonly nint[] Chained = new nint[InstructionTable.Rows.Count];
    private static readonly nint[] Singles = new nint[InstructionTable.Rows.Count];

    // SAFETY: all function pointers of this class are managed and live as long as the process.
    internal static nint Continue { get; } =
        (nint)(delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)&PseudoHandlers.Continue;

    internal static nint CrossPage { get; } =
        (nint)(delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)&PseudoHandlers.CrossPage;

    private static nint Illegal { get; } =
        (nint)(delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)&SystemHandler<IllegalInstruction>.Run;

    /// <summary>
    /// Executes one decoded instruction at <see cref="HartState.Pc"/>, in the page <see cref="HartState.CodePage"/>, which
    /// <see cref="HartState.Instret"/> already counts. On return pc points to what follows.
    /// </summary>
    public static Outcome Execute(Hart hart, ref HartState state, ref DecodedInstruction instruction)
    {
        hart.Exit.Instruction = instruction.Raw;
        hart.Exit.InstructionLength = instruction.Length;
        if (instruction.Row == Decoder.Illegal)
            return IllegalInstruction.Raise(hart, ref state, in instruction);
        if (instruction.Row == PseudoHandlers.CrossPageRow)
            return PseudoHandlers.ExecuteCrossPage(hart, ref state, ref instruction);
        if (Singles[instruction.Row] == 0)
            Build(instruction.Row);
        // SAFETY: the table holds pointers of this type.
        return ((delegate*<Hart, ref HartState, ref DecodedInstruction, Outcome>)Singles[instruction.Row])(hart, ref state, ref instruction);
    }

    /// <summary>The handler that chains to the next instruction.</summary>
    internal static nint ChainedFor(ushort row)
    {
        if (row == Decoder.Illegal)
            return Illegal;
        if (Chained[row] == 0)
            Build(row);
        return Chained[row];
    }

    // Racing threads write the same pointers.
    private static void Build(ushort row)
    {
        var builder = new Builder();
        InstructionTable.Rows[row].Accept(builder);
        Singles[row] = builder.Single;
        Volatile.Write(ref Chained[row], builder.Chain);
    }

    private sealed class Builder : IMeaningVisitor
    {
        public nint Chain { get; private set; }

        public nint Single { get; private set; }

        public void Plain<T>() where T : struct, IPlainMeaning => Set(&PlainHandler<T>.Run, &PlainHandler<T>.Single);

        public void Memory<T>() where T : struct, IMemoryMeaning => Set(&MemoryHandler<T>.Run, &MemoryHandler<T>.Single);

        public void Float<T>() where T : struct, IFloatMeaning => Set(&FloatHandler<T>.Run, &FloatHandler<T>.Single);

        public void Branch<T>() where T : struct, IBranchMeaning => Set(&BranchHandler<T>.Run, &BranchHandler<T>.Single);

        public void Jump<T>() where T : struct, IJumpMeaning
        {
            if (typeof(T) == typeof(JumpAndLink))
                Set(&DirectJumpHandler<T>.Run, &JumpHandler<T>.Single);
            else
                Set(&JumpHandler<T>.Run, &JumpHandler<T>.Single);
        }

        public void System<T>() where T : struct, ISystemMeaning => Set(&SystemHandler<T>.Run, &SystemHandler<T>.Single);

        private void Set(
            delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction> chain,
            delegate*<Hart, ref HartState, ref DecodedInstruction, Outcome> single)
        {
            Chain = (nint)chain;
            Single = (nint)single;
        }
    }
}
