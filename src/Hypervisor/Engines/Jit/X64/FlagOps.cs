using System.Runtime.InteropServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Emits access to <c>fflags</c>, which compilers of languages with exact conversions (V8 above all) read and write around each of them, and to <c>fcsr</c>. The flags are
/// those that the state holds and those that gather in MXCSR. The block has made sure that the floating-point unit is on, and that its state is dirty already.
/// </summary>
internal static class FlagOps
{
    private const int All = 31;
    private const int HostFlags = FlagsOfHost - 1;
    private const int FlagsOfHost = 64;

    /// <summary>For each value of the flags of MXCSR those of <c>fflags</c>, one byte each.</summary>
    public static void WriteTable(ref EngineWords words)
    {
        Span<byte> table = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref words[EngineWord.FlagTable], FlagsOfHost / sizeof(ulong)));
        for (int control = 0; control < FlagsOfHost; control++)
            table[control] = FloatFlagsOfHost.Of((uint)control);
    }

    /// <summary>Emits one operation.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        bool returns = op.Rd != Memory.RegisterFile.Discard;
        if (op.Opcode != MicroOpcode.ReadFlags && !op.HasImmediate)
        {
            e.FetchLow(Gpr.Rcx, op.Ra);
            asm.Apply(Alu.And, Gpr.Rcx, All, wide: false);
        }
        if (returns || op.Opcode == MicroOpcode.ClearFlags)
            Gather(asm);
        switch (op.Opcode)
        {
            case MicroOpcode.ExchangeFlags: Exchange(asm, in op); break;
            case MicroOpcode.SetFlags: Set(asm, in op); break;
            case MicroOpcode.ClearFlags: Clear(asm, in op); break;
        }
        if (returns)
            e.Finish(op.Rd, Gpr.Rdx);
    }

    // All flags, in RDX.
    private static void Gather(FloatAssembler asm)
    {
        asm.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        asm.Load(Gpr.Rdx, StateLayout.Word(EngineWord.LeftControl), 4, false);
        asm.Apply(Alu.And, Gpr.Rdx, HostFlags, wide: false);
        asm.Load(Gpr.Rdx, StateLayout.Word(EngineWord.FlagTable) with { Index = Gpr.Rdx }, 1, false);
        asm.Load(Gpr.Rax, StateLayout.FpFlags, 1, false);
        asm.Apply(Alu.Or, Gpr.Rdx, Gpr.Rax, wide: false);
    }

    // What is written is in RCX, unless it is known.
    private static void Exchange(FloatAssembler asm, in MicroOp op)
    {
        if (op.HasImmediate)
            asm.StoreConstant(StateLayout.FpFlags, (int)op.Immediate, 1);
        else
            asm.Store(StateLayout.FpFlags, Gpr.Rcx, 1);
        asm.LoadControl(StateLayout.Word(EngineWord.CleanControl));
    }

    // What MXCSR holds may stay there.
    private static void Set(FloatAssembler asm, in MicroOp op)
    {
        asm.Load(Gpr.Rax, StateLayout.FpFlags, 1, false);
        if (op.HasImmediate)
            asm.Apply(Alu.Or, Gpr.Rax, (int)op.Immediate, wide: false);
        else
            asm.Apply(Alu.Or, Gpr.Rax, Gpr.Rcx, wide: false);
        asm.Store(StateLayout.FpFlags, Gpr.Rax, 1);
    }

    private static void Clear(FloatAssembler asm, in MicroOp op)
    {
        asm.Move32(Gpr.Rax, Gpr.Rdx);
        if (op.HasImmediate)
        {
            asm.Apply(Alu.And, Gpr.Rax, All & ~(int)op.Immediate, wide: false);
        }
        else
        {
            asm.Apply(Alu.Xor, Gpr.Rcx, All, wide: false);
            asm.Apply(Alu.And, Gpr.Rax, Gpr.Rcx, wide: false);
        }
        asm.Store(StateLayout.FpFlags, Gpr.Rax, 1);
        asm.LoadControl(StateLayout.Word(EngineWord.CleanControl));
    }
}
