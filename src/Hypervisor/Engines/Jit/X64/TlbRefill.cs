using System.Runtime.InteropServices;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Functions at the start of code memory that look into the second level of the TLB for what the first does not know, and put it there:
/// <see cref="SoftTlb.LargePages"/>. They are called with the tag of the access in RDX. If that is known, they return with ZF set and the addend in RCX; else
/// with ZF clear. All other registers stay, but RDX.
/// </summary>
internal static class TlbRefill
{
    private const int EntryShift = 5;
    private const int AlignmentBits = 7;
    private const int ContextMask = (SoftTlb.Contexts - 1) << SoftTlb.ContextShift;

    /// <summary>Writes the function for loads or for stores.</summary>
    /// <returns>Where it starts.</returns>
    public static int Write(FloatAssembler a, bool write)
    {
        int start = a.Position;
        Label misaligned = a.NewLabel();
        Label unknown = a.NewLabel();
        a.TestBits(Gpr.Rdx, AlignmentBits);
        a.JumpIf(Condition.NotEqual, misaligned);
        a.Push(Gpr.Rax);
        a.Push(Gpr.Rsi);
        WriteSearch(a, write, unknown);
        if (write)
            WriteFlagsCheck(a, unknown);
        WriteInstallation(a, write);
        a.Apply(Alu.Add, StateLayout.Word(EngineWord.Refills), 1);
        a.Move(Gpr.Rcx, Gpr.Rsi);
        a.Apply(Alu.Compare, Gpr.Rcx, Gpr.Rsi);
        a.Bind(unknown);
        a.Pop(Gpr.Rsi);
        a.Pop(Gpr.Rax);
        a.Bind(misaligned);
        a.Return();
        return start;
    }

    // RSI := the addend.
    private static void WriteSearch(FloatAssembler a, bool write, Label unknown)
    {
        a.Move(Gpr.Rsi, Gpr.Rdx);
        a.ShiftBy(Shift.Right, Gpr.Rsi, LargePage.Shift);
        a.Move(Gpr.Rax, Gpr.Rsi);
        a.ShiftBy(Shift.Left, Gpr.Rax, LargePage.Shift);
        a.Apply(Alu.And, Gpr.Rsi, LargePage.Count - 1, wide: false);
        a.ShiftBy(Shift.Left, Gpr.Rsi, EntryShift, wide: false);
        a.Apply(Alu.Add, Gpr.Rsi, StateLayout.LargePages);
        a.Move(Gpr.Rcx, Gpr.Rdx);
        a.Apply(Alu.And, Gpr.Rcx, ContextMask, wide: false);
        a.Apply(Alu.Or, Gpr.Rax, Gpr.Rcx);
        a.Apply(Alu.Compare, Gpr.Rax, new Mem(Gpr.Rsi, Offset(write ? nameof(LargePage.WriteTag) : nameof(LargePage.ReadTag))));
        a.JumpIf(Condition.NotEqual, unknown);
        a.Load(Gpr.Rsi, new Mem(Gpr.Rsi, Offset(nameof(LargePage.Addend))), 8, false);
    }

    // Who watches a page has its flag set, and must see the write.
    private static void WriteFlagsCheck(FloatAssembler a, Label unknown)
    {
        a.Move(Gpr.Rax, Gpr.Rdx);
        a.Apply(Alu.And, Gpr.Rax, PageCache.PageMask);
        a.Apply(Alu.Add, Gpr.Rax, Gpr.Rsi);
        a.Apply(Alu.Subtract, Gpr.Rax, StateLayout.Word(EngineWord.Ram));
        a.ShiftBy(Shift.Right, Gpr.Rax, Page.Shift);
        a.Apply(Alu.Add, Gpr.Rax, StateLayout.Word(EngineWord.RamFlags));
        a.Load(Gpr.Rax, new Mem(Gpr.Rax, 0), 1, false);
        a.Test(Gpr.Rax, Gpr.Rax, wide: false);
        a.JumpIf(Condition.NotEqual, unknown);
    }

    private static void WriteInstallation(FloatAssembler a, bool write)
    {
        int tags = write ? 2 * SoftTlb.TableBytes : 0;
        a.Move(Gpr.Rcx, Gpr.Rdx);
        a.ShiftBy(Shift.Right, Gpr.Rcx, Page.Shift);
        a.Apply(Alu.And, Gpr.Rcx, StateLayout.TlbMask);
        a.Load(Gpr.Rax, StateLayout.ReadTags, 8, false);
        a.Store(new Mem(Gpr.Rax, tags, Gpr.Rcx, 3), Gpr.Rdx, 8);
        a.Store(new Mem(Gpr.Rax, tags + SoftTlb.TableBytes, Gpr.Rcx, 3), Gpr.Rsi, 8);
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<LargePage>(field);
}
