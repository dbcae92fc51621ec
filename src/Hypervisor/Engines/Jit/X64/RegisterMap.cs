using System.Numerics;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Which guest registers live in host registers throughout a region: those used most, counting a use in a loop eight times. All
/// others stay in memory.
/// </summary>
internal sealed class RegisterMap
{
    // RAX, RCX, RDX and the first three vector registers are scratch; RBP: state; R14: TLB; R15: budget.
    private static readonly Gpr[] IntegerPool = [Gpr.Rbx, Gpr.Rsi, Gpr.Rdi, Gpr.R12, Gpr.R13, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11];

    private readonly Gpr[] _integer = new Gpr[64];
    private readonly Xmm[] _float = new Xmm[64];
    private readonly int[] _weights = new int[64];

    /// <summary>The registers that have a host register, as in <see cref="RegisterUse"/>.</summary>
    public ulong Mapped { get; private set; }

    /// <summary>The host register of an integer register, or none.</summary>
    public Gpr Integer(int register) => _integer[register];

    /// <summary>The host register of a floating-point register, or none.</summary>
    public Xmm Float(int register) => _float[register];

    /// <summary>Chooses anew.</summary>
    public void Choose(Region region)
    {
        Array.Clear(_weights);
        foreach (Block block in region.Blocks)
        {
            int weight = 1 << (3 * block.Depth);
            foreach (ref readonly MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
                Count(op.Use, weight);
            Count(Liveness.LastUse(block), weight);
        }
        Array.Fill(_integer, Gpr.None);
        Array.Fill(_float, Xmm.None);
        Mapped = 0;
        foreach (Gpr host in IntegerPool)
        {
            int register = TakeHeaviest(0);
            if (register < 0)
                break;
            _integer[register] = host;
        }
        for (Xmm host = Xmm.X3; host <= Xmm.X15; host++)
        {
            int register = TakeHeaviest(32);
            if (register < 0)
                break;
            _float[register] = host;
        }
    }

    private void Count(RegisterUse use, int weight)
    {
        for (ulong set = use.Reads; set != 0; set &= set - 1)
            _weights[BitOperations.TrailingZeroCount(set)] += weight;
        for (ulong set = use.Writes; set != 0; set &= set - 1)
            _weights[BitOperations.TrailingZeroCount(set)] += weight;
    }

    // One use is as cheap in memory.
    private int TakeHeaviest(int first)
    {
        int best = -1;
        int bestWeight = 1;
        for (int bit = first; bit < first + 32; bit++)
        {
            if (_weights[bit] > bestWeight)
            {
                best = bit;
                bestWeight = _weights[bit];
            }
        }
        if (best < 0)
            return -1;
        _weights[best] = 0;
        Mapped |= 1UL << best;
        return best - first;
    }
}
