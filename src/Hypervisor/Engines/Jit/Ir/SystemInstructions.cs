using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Which system instructions do not end a block: access to control and status registers that the engine may do itself
/// (<see cref="PrivilegedUnit.IsPlain"/>). Reading and exchanging those that only hold a value, and <c>fflags</c>, have micro-operations; the others call
/// the interpreter.
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
        bool exchanges = (function & 3) == Exchange;
        bool reads = (function & 3) is SetBits or ClearBits && source == 0;
        if (csr == Csr.Fflags && (exchanges || reads))
        {
            op.Opcode = exchanges ? MicroOpcode.ExchangeFlags : MicroOpcode.ReadFlags;
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
