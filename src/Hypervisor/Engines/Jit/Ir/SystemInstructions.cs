using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Which system instructions do not end a block: access to control and status registers that the engine may do itself
/// (<see cref="PrivilegedUnit.IsPlain"/>). Reading and exchanging those that only hold a value has micro-operations, and so have reading <c>fflags</c> and
/// <c>fcsr</c>, and writing them in a way that leaves the rounding mode as it is; the others call the interpreter.
/// </summary>
internal static class SystemInstructions
{
    private const uint Opcode = 0x73;
    private const uint Exchange = 1;
    private const uint SetBits = 2;
    private const uint ClearBits = 3;

    /// <summary>Whether execution simply goes on behind an instruction of kind System, unless it traps.</summary>
    public static bool StayInside(in DecodedInstruction i)
        => (i.Raw & 0x7F) == Opcode && ((i.Raw >> 12) & 3) != 0 && PrivilegedUnit.IsPlain((Csr)(i.Raw >> 20));

    /// <summary>Fills in the operation of such an instruction.</summary>
    public static void Fill(ref MicroOp op, Format format)
    {
        var csr = (Csr)(op.Raw >> 20);
        uint function = (op.Raw >> 12) & 7;
        int source = (int)(op.Raw >> 15) & 31;
        op.Immediate = (long)csr;
        op.Rd = op.Rd == 0 ? (byte)RegisterFile.Discard : op.Rd;
        op.Ra = format == Format.Csr ? (byte)source : (byte)0;
        bool reads = (function & 3) is SetBits or ClearBits && source == 0;
        if (csr == Csr.Fflags || (csr == Csr.Fcsr && (source == 0 || format == Format.CsrImmediate)))
        {
            // Of fcsr: where such operations execute, its other bits are those of nearest-even, which are 0, and an immediate has none of them.
            op.Opcode = reads ? MicroOpcode.ReadFlags : (function & 3) switch
            {
                Exchange => MicroOpcode.ExchangeFlags,
                SetBits => MicroOpcode.SetFlags,
                _ => MicroOpcode.ClearFlags,
            };
            op.HasImmediate = format == Format.CsrImmediate;
            op.Immediate = source;
            op.Size = op.FloatSize = sizeof(ulong);
        }
        else if (PrivilegedUnit.IsHolder(csr) && function == Exchange)
        {
            op.Opcode = MicroOpcode.ExchangeRegister;
        }
        else if (PrivilegedUnit.IsHolder(csr) && reads)
        {
            op.Opcode = MicroOpcode.ReadRegister;
        }
    }
}
