using System.Numerics;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Which guest registers live in host registers throughout a region: those used most, counting a use in a loop eight times. All
/// others stay in memory between blocks; inside a block they share the remaining host registers, see <see cref="BlockRegisters"/>.
/// </summary>
internal sealed class RegisterMap
{
    /// <summary>The most host registers that are left to blocks.</summary>
    public const int MostLocals = 5;

    // What small blocks get, and large ones.
    private const int FewLocals = 2;

    // RAX, RCX, RDX and the first three vector registers are scratch; RBP: state; R15: budget.
    private static readonly Gpr[] IntegerPool = [Gpr.Rbx, Gpr.Rsi, Gpr.Rdi, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11];

    private readonly Gpr[] _integer = new Gpr[64];
    private readonly Xmm[] _float = new Xmm[64];
    private readonly int[] _weights = new int[64];

    /// <summary>The registers that have a host register, as in <see cref="RegisterUse"/>.</summary>
    public ulong Mapped { get; private set; }

    /// <summary>How many host registers are left to blocks.</summary>
    public int Locals { get; private set; }

    /// <summary>The host register of an integer register, or none.</summary>
    public Gpr Integer(int register) => _integer[register];

    /// <summary>The host register of a floating-point register, or none.</summary>
    public Xmm Float(int register) => _float[register];

    /// <summary>A host register that is left to blocks.</summary>
    public Gpr Local(int slot) => IntegerPool[IntegerPool.Length - 1 - slot];

    /// <summary>Chooses anew.</summary>
    public void Choose(Region region)
    {
        Array.Clear(_weights);
        foreach (Block block in region.Blocks)
        {
            int weight = 1 << (3 * block.Depth);
            foreach (ref readonly MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
            {
                if (!op.IsDeferred)
                    Count(op.Use, weight);
            }
            Count(Liveness.LastUse(block), weight);
        }
        Array.Fill(_integer, Gpr.None);
        Array.Fill(_float, Xmm.None);
        Mapped = 0;
        Locals = ChooseLocals(region);
        foreach (Gpr host in IntegerPool.AsSpan(0, IntegerPool.Length - Locals))
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

    // None if all registers have a home; many if the innermost loops use more than there are.
    private int ChooseLocals(Region region)
    {
        int used = _weights.AsSpan(0, 32).Length - _weights.AsSpan(0, 32).Count(0);
        if (used <= IntegerPool.Length)
            return 0;
        int deepest = region.Blocks.Max(block => block.Depth);
        int most = 0;
        foreach (Block block in region.Blocks)
        {
            if (block.Depth < deepest)
                continue;
            ulong touched = Liveness.LastUse(block).Reads;
            foreach (ref readonly MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
                touched |= op.IsDeferred ? 0 : op.Use.Reads | op.Use.Writes;
            most = Math.Max(most, BitOperations.PopCount((uint)touched));
        }
        return most > IntegerPool.Length ? MostLocals : FewLocals;
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
