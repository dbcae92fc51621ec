namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Why generated code returned.</summary>
internal enum NativeExit
{
    /// <summary>Nothing is known at pc through the jump table.</summary>
    Unknown,

    /// <summary>A direct jump inside the page that is not linked yet.</summary>
    Link,

    /// <summary>A direct jump to another page that is not linked yet.</summary>
    LinkPage,

    /// <summary>One that is linked under another key, and that the jump table does not know.</summary>
    Relink,

    /// <summary>Execute the instruction at pc by other means.</summary>
    Interpret,

    /// <summary>There are requests, or the budget does not cover the next block.</summary>
    Attend,

    /// <summary>A callback trapped or exited; everything is stored already.</summary>
    Left,
}

/// <summary>
/// Code at the start of code memory: the way in and the common ends of all ways out. Parameters and registers are those of the System V ABI.
/// </summary>
/// <param name="Enter">Position of the function (state + bias, code, budget) that returns a <see cref="NativeExit"/>.</param>
/// <param name="Exit">Jumped to with RAX: pc, ECX: site, EDX: reason.</param>
/// <param name="Left">Jumped to after a callback that did not retire.</param>
/// <param name="Unknown">Jumped to with RAX: pc.</param>
/// <param name="PageExit">As Exit; looks into the jump table first if the reason is <see cref="NativeExit.Relink"/>.</param>
internal sealed record Stubs(int Enter, int Exit, int Left, int Unknown, int PageExit)
{
    private static readonly Gpr[] Saved = [Gpr.Rbp, Gpr.Rbx, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15];

    /// <summary>Writes them.</summary>
    public static Stubs Write(FloatAssembler a)
    {
        a.Reset();
        int enter = a.Position;
        foreach (Gpr register in Saved)
            a.Push(register);
        // Six registers and the return address: eight bytes more make the stack pointer a multiple of 16.
        a.Apply(Alu.Subtract, Gpr.Rsp, 8);
        a.Move(Gpr.Rbp, Gpr.Rdi);
        a.Move(Gpr.R15, Gpr.Rdx);
        a.Load(Gpr.R14, StateLayout.ReadTags, 8, false);
        a.LoadControl(StateLayout.Word(EngineWord.CleanControl));
        a.Jump(Gpr.Rsi);

        int left = a.Position;
        a.MoveConstant(Gpr.Rax, (int)NativeExit.Left);
        WriteEnd(a);

        int unknown = a.Position;
        a.MoveConstant(Gpr.Rdx, (int)NativeExit.Unknown);
        int exit = a.Position;
        a.Store(StateLayout.Pc, Gpr.Rax, 8);
        a.Store(StateLayout.Word(EngineWord.Site), Gpr.Rcx, 8);
        a.Load(Gpr.Rax, StateLayout.Word(EngineWord.Target), 8, false);
        a.Apply(Alu.Subtract, Gpr.Rax, Gpr.R15);
        a.Store(StateLayout.Instret, Gpr.Rax, 8);
        a.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        a.Move32(Gpr.Rax, Gpr.Rdx);
        WriteEnd(a);

        int pageExit = a.Position;
        Label miss = a.NewLabel();
        Label plain = a.NewLabel();
        a.Apply(Alu.Compare, Gpr.Rdx, (int)NativeExit.Relink, wide: false);
        a.JumpIf(Condition.NotEqual, plain);
        a.Push(Gpr.Rcx);
        a.Push(Gpr.Rdx);
        a.Move(Gpr.Rdx, Gpr.Rax);
        WriteLookup(a, miss, pushed: 2);
        a.Bind(miss);
        a.Pop(Gpr.Rdx);
        a.Pop(Gpr.Rcx);
        a.Bind(plain);
        a.Jump(exit);
        a.Resolve();
        return new Stubs(enter, exit, left, unknown, pageExit);
    }

    /// <summary>
    /// Jumps to the code for the address in RAX and RDX, or to a label with RAX unchanged. See <see cref="JumpTable"/>.
    /// </summary>
    public static void WriteLookup(FloatAssembler a, Label unknown, int pushed = 0)
    {
        a.Apply(Alu.And, Gpr.Rdx, JumpTable.IndexMask, wide: false);
        a.Load(Gpr.Rcx, StateLayout.Word(EngineWord.JumpTable), 8, false);
        a.LoadAddress(Gpr.Rcx, new Mem(Gpr.Rcx, 0, Gpr.Rdx, 3));
        a.Apply(Alu.Compare, Gpr.Rax, new Mem(Gpr.Rcx, JumpTable.AddressOffset));
        a.JumpIf(Condition.NotEqual, unknown);
        a.Load(Gpr.Rdx, StateLayout.Word(EngineWord.LinkKey), 4, false);
        a.Apply(Alu.Compare, Gpr.Rdx, new Mem(Gpr.Rcx, JumpTable.KeyOffset), wide: false);
        a.JumpIf(Condition.NotEqual, unknown);
        a.Load(Gpr.Rcx, new Mem(Gpr.Rcx, JumpTable.CodeOffset), 4, false);
        a.Apply(Alu.Add, Gpr.Rcx, StateLayout.Word(EngineWord.CodeBase));
        if (pushed > 0)
            a.Apply(Alu.Add, Gpr.Rsp, 8 * pushed);
        a.Jump(Gpr.Rcx);
    }

    private static void WriteEnd(FloatAssembler a)
    {
        a.Apply(Alu.Add, Gpr.Rsp, 8);
        foreach (Gpr register in Saved.Reverse())
            a.Pop(register);
        a.Return();
    }
}
