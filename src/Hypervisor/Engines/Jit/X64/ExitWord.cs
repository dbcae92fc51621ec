namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>What generated code returns: why it left, and for a way out of a block's start what that block would have done.</summary>
/// <param name="Value">All of it, in 32 bits.</param>
internal readonly record struct ExitWord(int Value)
{
    private const int InstructionsShift = 8;
    private const int AccessesShift = 16;

    /// <summary>Composes it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="instructions">Instructions of the block.</param>
    /// <param name="accesses">Those of them that access memory.</param>
    public ExitWord(NativeExit reason, int instructions = 0, int accesses = 0)
        : this((int)reason | (instructions << InstructionsShift) | (accesses << AccessesShift))
    {
    }

    /// <summary>Why.</summary>
    public NativeExit Reason => (NativeExit)(byte)Value;

    /// <summary>Instructions of the block.</summary>
    public int Instructions => (byte)(Value >> InstructionsShift);

    /// <summary>Those of them that access memory.</summary>
    public int Accesses => (byte)(Value >> AccessesShift);
}
