using System.Numerics;
using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Finds results that nobody reads before the block writes them again, but that whoever leaves the block in between must find: halves of
/// rotations above all. They are not computed on the straight way. What leaves computes them, out of line, from registers that hold until
/// then what they held (<see cref="MicroOp.IsDeferred"/>).
/// </summary>
internal sealed class Deferral
{
    // Each is written once more for each way out.
    private const int MostAtOnce = 8;

    private const int Never = -1;

    private readonly int[] _nextWrite = new int[32];
    private readonly int[] _waiting = new int[RegionBuilder.BlockLimit + 1];
    private uint _readFirst;

    /// <summary>Fills in <see cref="MicroOp.IsDeferred"/> and <see cref="MicroOp.Until"/>; the operations must stay where they are from then on.</summary>
    public void Run(Block block)
    {
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(block.Ops);
        Array.Fill(_nextWrite, Never);
        Array.Clear(_waiting);
        // What a block writes last is never deferred, so it does not matter who reads behind it.
        _readFirst = 0;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            ref MicroOp op = ref ops[k];
            uint written = (uint)op.Use.Writes;
            int register = BitOperations.TrailingZeroCount(written);
            if (written != 0 && CanWait(ops, k, register))
            {
                op.IsDeferred = true;
                op.Until = (byte)_nextWrite[register];
                for (int at = k + 1; at <= op.Until; at++)
                    _waiting[at]++;
                _nextWrite[register] = k;
                continue;
            }
            if (written != 0)
                _nextWrite[register] = k;
            _readFirst = (_readFirst & ~written) | (uint)op.Use.Reads;
        }
    }

    // Its operands must be there unchanged at the last way out before it is written again; that the operation changes an operand itself would
    // make the second way out compute something else than the first.
    private bool CanWait(ReadOnlySpan<MicroOp> ops, int at, int register)
    {
        ref readonly MicroOp op = ref ops[at];
        int until = _nextWrite[register];
        if (op.Opcode >= MicroOpcode.Load || until == Never || (_readFirst & (1u << register)) != 0 || (op.Use.Reads & op.Use.Writes) != 0)
            return false;
        int last = until;
        while (last > at && !BlockOptimizer.MayLeave(in ops[last]))
            last--;
        for (uint set = (uint)op.Use.Reads; set != 0; set &= set - 1)
        {
            int changed = _nextWrite[BitOperations.TrailingZeroCount(set)];
            if (changed != Never && changed < last)
                return false;
        }
        return _waiting.AsSpan(at + 1, until - at).IndexOfAnyExceptInRange(0, MostAtOnce - 1) < 0;
    }
}
