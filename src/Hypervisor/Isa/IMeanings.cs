using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa;

/// <summary>A value computed from two values: what register, immediate and word forms share.</summary>
public interface IBinaryOperation
{
    /// <summary>The result.</summary>
    static abstract ulong Of(ulong a, ulong b);
}

/// <summary>A value computed from one value.</summary>
public interface IUnaryOperation
{
    /// <summary>The result.</summary>
    static abstract ulong Of(ulong a);
}

/// <summary>The meaning of an instruction that cannot fail and goes on to the next.</summary>
public interface IPlainMeaning
{
    /// <summary>Executes; does not touch pc.</summary>
    static abstract void Execute(ref HartState state, in DecodedInstruction instruction);
}

/// <summary>The meaning of a load, store or AMO.</summary>
public interface IMemoryMeaning
{
    /// <summary>Executes through the software TLB. False: nothing happened, take the slow path.</summary>
    static abstract bool TryFast(ref HartState state, in DecodedInstruction instruction);

    /// <summary>
    /// Executes with translation, faults and exits; <see cref="HartState.Pc"/> and the exit's instruction are set. Does not
    /// advance pc.
    /// </summary>
    static abstract Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction instruction);
}

/// <summary>The meaning of a floating-point instruction that does not access memory.</summary>
public interface IFloatMeaning
{
    /// <summary>Executes; the caller has checked that the unit is on. False: the instruction is illegal, nothing happened.</summary>
    static abstract bool Execute(ref HartState state, in DecodedInstruction instruction);
}

/// <summary>The meaning of a conditional branch.</summary>
public interface IBranchMeaning
{
    /// <summary>Whether it is taken.</summary>
    static abstract bool IsTaken(ref HartState state, in DecodedInstruction instruction);
}

/// <summary>The meaning of an unconditional jump.</summary>
public interface IJumpMeaning
{
    /// <summary>Writes the link register and returns the target.</summary>
    static abstract ulong Jump(ref HartState state, in DecodedInstruction instruction);
}

/// <summary>The meaning of an instruction that ends a block and may do anything: traps, exits, changes of mode.</summary>
public interface ISystemMeaning
{
    /// <summary>Executes the instruction at <see cref="HartState.Pc"/>, and sets pc to what follows.</summary>
    static abstract Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction instruction);
}

/// <summary>Receives the meaning of a row as a type argument, so that an engine can build code around it.</summary>
public interface IMeaningVisitor
{
    /// <summary>A plain instruction.</summary>
    void Plain<T>() where T : struct, IPlainMeaning;

    /// <summary>A memory access.</summary>
    void Memory<T>() where T : struct, IMemoryMeaning;

    /// <summary>A floating-point instruction.</summary>
    void Float<T>() where T : struct, IFloatMeaning;

    /// <summary>A conditional branch.</summary>
    void Branch<T>() where T : struct, IBranchMeaning;

    /// <summary>A jump.</summary>
    void Jump<T>() where T : struct, IJumpMeaning;

    /// <summary>A system instruction.</summary>
    void System<T>() where T : struct, ISystemMeaning;
}

/// <summary>The shapes of meanings, one for each method of <see cref="IMeaningVisitor"/>.</summary>
public enum MeaningKind : byte
{
    /// <summary><see cref="IPlainMeaning"/>.</summary>
    Plain,

    /// <summary><see cref="IMemoryMeaning"/>.</summary>
    Memory,

    /// <summary><see cref="IFloatMeaning"/>.</summary>
    Float,

    /// <summary><see cref="IBranchMeaning"/>: ends a block.</summary>
    Branch,

    /// <summary><see cref="IJumpMeaning"/>: ends a block, what follows is not reached.</summary>
    Jump,

    /// <summary><see cref="ISystemMeaning"/>: ends a block.</summary>
    System,
}
