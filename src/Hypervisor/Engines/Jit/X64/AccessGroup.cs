using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Accesses of a block through the same base register, which is not written between them: the stack frame above all. One check serves
/// them all if they lie in one page, which the check finds out; if not, each is done by itself, out of line.
/// </summary>
/// <param name="Count">Operations from the first access to the last.</param>
/// <param name="Base">The base register.</param>
/// <param name="First">The smallest displacement, rounded down to <paramref name="Alignment"/>.</param>
/// <param name="Last">The largest such displacement.</param>
/// <param name="Alignment">Bytes of the largest access.</param>
/// <param name="Reads">Whether there are loads.</param>
/// <param name="Writes">Whether there are stores.</param>
/// <param name="IsSteady">Whether the page probably is that of the last time.</param>
/// <param name="UsesFloat">Whether there are floating-point registers.</param>
internal readonly record struct AccessGroup(int Count, int Base, int First, int Last, int Alignment, bool Reads, bool Writes, bool IsSteady, bool UsesFloat)
{
    private const int LargestSpan = 2048;

    /// <summary>Finds the group that starts with an operation. False: the access stands alone.</summary>
    public static bool TryFind(ReadOnlySpan<MicroOp> ops, Emission e, out AccessGroup group)
    {
        group = new AccessGroup(0, ops[0].Ra, int.MaxValue, int.MinValue, 1, false, false, ops[0].IsSteady, false);
        if (e.IsSmall || !IsAccess(in ops[0]) || ops[0].Ra == 0 || e.Registers.Host(ops[0].Ra) == Gpr.None)
            return false;
        int accesses = 0;
        for (int k = 0; k < ops.Length; k++)
        {
            ref readonly MicroOp op = ref ops[k];
            bool access = IsAccess(in op) && op.Ra == group.Base && group.TryAdd(in op, k + 1, out group);
            if (access)
                accesses++;
            else if (!op.IsDeferred && !KeepsScratch(in op))
                break;
            if ((op.Use.Writes & RegisterUse.Integer(group.Base)) != 0)
                break;
        }
        return accesses > 1;
    }

    /// <summary>The whole check: RCX is then what to add to the base register's value.</summary>
    public void Locate(Emission e, Label individually)
    {
        int slot = IsSteady ? e.PageSlots.Of(Base, First) : Base;
        var probe = new PageProbe(e.Registers.Full(Base), slot, First, Last, Alignment, Reads, Writes, individually);
        if (IsSteady)
            probe.Emit(e);
        else
            probe.EmitLookup(e);
    }

    private static bool IsAccess(in MicroOp op) => op.Opcode is >= MicroOpcode.Load and <= MicroOpcode.FloatStore;

    // What leaves RCX alone, and cannot leave the block.
    private static bool KeepsScratch(in MicroOp op) => op.Opcode switch
    {
        MicroOpcode.Constant or MicroOpcode.And or MicroOpcode.Or or MicroOpcode.Xor or MicroOpcode.AddWord or MicroOpcode.SubtractWord
            or MicroOpcode.SetLess or MicroOpcode.SetLessUnsigned => true,
        MicroOpcode.Add or MicroOpcode.Subtract => !op.HasImmediate || op.Immediate is > int.MinValue and <= int.MaxValue,
        >= MicroOpcode.ShiftLeft and <= MicroOpcode.RotateRightWord => op.HasImmediate,
        >= MicroOpcode.LeadingZeros and <= MicroOpcode.OrCombineBytes => true,
        _ => false,
    };

    private bool TryAdd(in MicroOp op, int count, out AccessGroup larger)
    {
        larger = this;
        int displacement = (int)op.Immediate;
        if ((displacement & (op.Size - 1)) != 0)
            return false;
        int alignment = Math.Max(Alignment, op.Size);
        int first = Math.Min(First == int.MaxValue ? displacement : First, displacement) & -alignment;
        int last = Math.Max(Last == int.MinValue ? displacement : Last, displacement) & -alignment;
        if (last - first > LargestSpan)
            return false;
        bool reads = op.Opcode is MicroOpcode.Load or MicroOpcode.FloatLoad;
        larger = new AccessGroup(count, Base, first, last, alignment, Reads | reads, Writes | !reads, IsSteady,
            UsesFloat | op.Opcode is MicroOpcode.FloatLoad or MicroOpcode.FloatStore);
        return true;
    }
}
