using System.Runtime.InteropServices;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Improves the operations of one block: rotations that were written as two shifts and an OR become one, and results that nobody sees are
/// dropped. Somebody sees a result who reads it, and everybody who may leave the block after it and before the next result.
/// </summary>
internal sealed class BlockOptimizer
{
    private readonly int[] _writer = new int[32];
    private readonly bool[] _dead = new bool[256];

    /// <summary>Improves a block.</summary>
    public void Run(Block block)
    {
        if (block.Ops.Count < 2)
            return;
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(block.Ops);
        Array.Clear(_dead);
        MergeRotations(ops);
        MarkDead(ops);
        int kept = 0;
        for (int k = 0; k < ops.Length; k++)
        {
            if (!_dead[k])
                ops[kept++] = ops[k];
        }
        block.Ops.RemoveRange(kept, block.Ops.Count - kept);
    }

    private void MergeRotations(Span<MicroOp> ops)
    {
        Array.Fill(_writer, -1);
        for (int k = 0; k < ops.Length; k++)
        {
            if (ops[k].Opcode is MicroOpcode.Or or MicroOpcode.Xor or MicroOpcode.Add or MicroOpcode.AddWord && !ops[k].HasImmediate)
                TryMerge(ops, k);
            int rd = ops[k].Rd;
            if ((ops[k].Use.Writes & RegisterUse.Integer(rd)) != 0)
                _writer[rd] = k;
        }
    }

    private void TryMerge(Span<MicroOp> ops, int at)
    {
        ref MicroOp op = ref ops[at];
        int first = _writer[op.Ra & 31];
        int second = _writer[op.Rb & 31];
        if (first < 0 || second < 0 || op.Ra == op.Rb)
            return;
        bool swapped = ops[first].Opcode is MicroOpcode.ShiftRight or MicroOpcode.ShiftRightWord;
        int left = swapped ? second : first;
        int right = swapped ? first : second;
        if (!AreHalves(in ops[left], in ops[right], op.Opcode, out bool word))
            return;
        int source = ops[left].Ra;
        int earlier = Math.Min(left, right);
        int later = Math.Max(left, right);
        // The source must be the same for both shifts, and still there; or hidden only by the later shift, which then is dropped.
        if (IsWritten(ops, source, earlier, later))
            return;
        bool hides = ops[later].Rd == source;
        if (IsWritten(ops, source, later + 1, at))
            return;
        if (hides && !CanDrop(ops, later, at))
            return;
        if (hides)
            _dead[later] = true;
        long count = ops[right].Immediate;
        op.Opcode = word ? MicroOpcode.RotateRightWord : MicroOpcode.RotateRight;
        op.Ra = (byte)source;
        op.Rb = 0;
        op.HasImmediate = true;
        op.Immediate = count;
        op.Use = op.Use with { Reads = RegisterUse.Integer(source) };
    }

    private static bool AreHalves(in MicroOp left, in MicroOp right, MicroOpcode joined, out bool word)
    {
        word = left.Opcode == MicroOpcode.ShiftLeftWord && right.Opcode == MicroOpcode.ShiftRightWord;
        bool wide = left.Opcode == MicroOpcode.ShiftLeft && right.Opcode == MicroOpcode.ShiftRight && joined != MicroOpcode.AddWord;
        // The sum of sign-extended halves is not the sign-extended sum: only ADDW adds words.
        if (word && joined == MicroOpcode.Add)
            return false;
        return (word || wide) && left.HasImmediate && right.HasImmediate && left.Ra == right.Ra && left.Ra != 0
            && left.Immediate > 0 && right.Immediate > 0 && left.Immediate + right.Immediate == (word ? 32 : 64);
    }

    private bool IsWritten(Span<MicroOp> ops, int register, int from, int to)
    {
        for (int k = from; k < to; k++)
        {
            if (!_dead[k] && (ops[k].Use.Writes & RegisterUse.Integer(register)) != 0)
                return true;
        }
        return false;
    }

    // Nobody but the operation at the end may see the result.
    private bool CanDrop(Span<MicroOp> ops, int victim, int user)
    {
        ulong bit = RegisterUse.Integer(ops[victim].Rd);
        for (int k = victim + 1; k < ops.Length; k++)
        {
            if (_dead[k])
                continue;
            if (k != user && (MayLeave(in ops[k]) || (ops[k].Use.Reads & bit) != 0))
                return false;
            if ((ops[k].Use.Writes & bit) != 0)
                return k >= user;
        }
        return false;
    }

    private void MarkDead(Span<MicroOp> ops)
    {
        // Registers whose next access is a write, with no way out before it.
        ulong overwritten = 0;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            if (_dead[k])
                continue;
            ref MicroOp op = ref ops[k];
            if (MayLeave(in op))
            {
                overwritten = 0;
                // Its own result comes after the way out.
                continue;
            }
            if (op.Use.Writes != 0 && (op.Use.Writes & ~overwritten) == 0)
            {
                _dead[k] = true;
                continue;
            }
            overwritten = (overwritten | op.Use.Writes) & ~op.Use.Reads;
        }
    }

    /// <summary>Whether an operation may leave the block, or call the interpreter: all registers are looked at then.</summary>
    public static bool MayLeave(in MicroOp op) => op.Opcode >= MicroOpcode.Load;
}
