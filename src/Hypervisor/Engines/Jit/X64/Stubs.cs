using Trapline.Hypervisor.Memory;

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

    /// <summary>An indirect jump asks for its inline cache to be set.</summary>
    Cache,

    /// <summary>Execute the instruction at pc by other means.</summary>
    Interpret,

    /// <summary>There are requests, or the budget does not cover the next block.</summary>
    Attend,

    /// <summary>A callback trapped or exited; everything is stored already.</summary>
    Left,
}

/// <summary>
/// Code at the start of code memory: the way in, the common ends of all ways out, and the way to callbacks.
/// </summary>
/// <param name="Enter">Position of the function (state + bias, code, budget) that returns a <see cref="NativeExit"/>.</param>
/// <param name="Exit">Jumped to with RAX: pc, ECX: site, EDX: reason.</param>
/// <param name="ShortExit">
/// The same where many ways out share what they have in common: jumped to with EAX: the distance from the page, and above that instructions that were
/// counted and did not execute; RDI: the page, ECX: site, EDX: reason.
/// </param>
/// <param name="Left">Where it goes on after a callback that did not retire.</param>
/// <param name="Callback">
/// Called from what a slow path calls, with RAX: the packed instruction, RDX: the page; comes back if it retired. All registers are stored.
/// </param>
/// <param name="Unknown">Jumped to with RAX: pc.</param>
/// <param name="PageExit">As Exit; looks into the jump table first if the reason is <see cref="NativeExit.Relink"/>.</param>
/// <param name="Unreturned">Jumped to with RDX: pc, by a return that does not match the host's stack.</param>
/// <param name="Search">Jumped to or called with RDX: pc; looks into the jump table.</param>
/// <param name="SearchAndNote">The same with the lower half of the address of the jump in ESI, which is noted: see <see cref="NotedJumps"/>.</param>
/// <param name="Execute">
/// Calls the callback with System V parameters where the host's convention is another one; 0 where it is not.
/// </param>
/// <param name="RefillRead">See <see cref="TlbRefill"/>.</param>
/// <param name="RefillWrite">The same for stores.</param>
/// <param name="Lookups">Look-ups as functions.</param>
internal sealed record Stubs(
    int Enter, int Exit, int ShortExit, int Left, int Callback, int Unknown, int PageExit, int Unreturned, int Search, int SearchAndNote, int Execute, int RefillRead, int RefillWrite,
    TlbLookups Lookups)
{
    /// <summary>Bits of EAX that hold the distance from the page: what is behind its last instruction counts, too.</summary>
    public const int ShortExitPlaceBits = Page.Shift + 1;

    /// <summary>Writes them.</summary>
    /// <param name="a">Where to.</param>
    /// <param name="host">How functions are called here.</param>
    /// <param name="callback">The address of the function that executes one instruction.</param>
    /// <param name="tlb">The size of the TLB.</param>
    public static Stubs Write(FloatAssembler a, HostConvention host, nint callback, TlbSize tlb)
    {
        a.Reset();
        int enter = a.Position;
        WriteEntry(a, host);
        a.Move(Gpr.Rbp, Gpr.Rdi);
        a.Move(Gpr.R15, Gpr.Rdx);
        a.LoadControl(StateLayout.Word(EngineWord.CleanControl));
        a.Apply(Alu.Subtract, Gpr.Rsp, HostStack.EntryBytes);
        a.StoreConstant(HostStack.GuestAddress, HostStack.Nothing, 8);
        a.StoreConstant(HostStack.RegionNumber, 0, 8);
        a.Store(StateLayout.Word(EngineWord.StackBase), Gpr.Rsp, 8);
        a.Jump(Gpr.Rsi);

        int left = a.Position;
        a.MoveConstant(Gpr.Rax, (int)NativeExit.Left);
        WriteEnd(a, host);

        int callBack = WriteCallback(a, left);
        int shortExit = a.Position;
        a.Move32(Gpr.Rsi, Gpr.Rax);
        a.ShiftBy(Shift.Right, Gpr.Rsi, ShortExitPlaceBits, wide: false);
        a.Apply(Alu.Add, Gpr.R15, Gpr.Rsi);
        a.Apply(Alu.And, Gpr.Rax, (1 << ShortExitPlaceBits) - 1, wide: false);
        a.Apply(Alu.Add, Gpr.Rax, Gpr.Rdi);
        Label exitOfAll = a.NewLabel();
        a.Jump(exitOfAll);

        int unknown = a.Position;
        a.MoveConstant(Gpr.Rdx, (int)NativeExit.Unknown);
        a.Bind(exitOfAll);
        int exit = a.Position;
        a.Store(StateLayout.Pc, Gpr.Rax, 8);
        a.Store(StateLayout.Word(EngineWord.Site), Gpr.Rcx, 8);
        a.Load(Gpr.Rax, StateLayout.Word(EngineWord.Target), 8, false);
        a.Apply(Alu.Subtract, Gpr.Rax, Gpr.R15);
        a.Store(StateLayout.Instret, Gpr.Rax, 8);
        a.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        a.Move32(Gpr.Rax, Gpr.Rdx);
        WriteEnd(a, host);

        int pageExit = a.Position;
        Label miss = a.NewLabel();
        Label plain = a.NewLabel();
        a.Apply(Alu.Compare, Gpr.Rdx, (int)NativeExit.Relink, wide: false);
        a.JumpIf(Condition.NotEqual, plain);
        a.Push(Gpr.Rcx);
        a.Push(Gpr.Rdx);
        a.Move(Gpr.Rdx, Gpr.Rax);
        WriteLookup(a, miss);
        a.Apply(Alu.Add, Gpr.Rsp, 16);
        a.Jump(Gpr.Rcx);
        a.Bind(miss);
        a.Pop(Gpr.Rdx);
        a.Pop(Gpr.Rcx);
        a.Bind(plain);
        a.Jump(exit);

        (int unreturned, int search) = WriteUnreturned(a, unknown);
        int searchAndNote = WriteNote(a, search);
        int execute = host.IsSystemV ? 0 : WriteForeignCall(a, callback);
        int refillRead = TlbRefill.Write(a, write: false);
        int refillWrite = TlbRefill.Write(a, write: true);
        TlbLookups lookups = TlbLookups.Write(a, tlb, refillRead, refillWrite);
        a.Resolve();
        return new Stubs(enter, exit, shortExit, left, callBack, unknown, pageExit, unreturned, search, searchAndNote, execute, refillRead, refillWrite, lookups);
    }

    /// <summary>
    /// Makes RCX point to the code for the address in RAX and RDX, or jumps to a label with RAX unchanged. See <see cref="JumpTable"/>.
    /// </summary>
    public static void WriteLookup(FloatAssembler a, Label unknown)
    {
        a.Apply(Alu.Xor, Gpr.Rdx, StateLayout.JumpSalt, wide: false);
        a.Apply(Alu.And, Gpr.Rdx, StateLayout.Word(EngineWord.JumpMask), wide: false);
        a.Load(Gpr.Rcx, StateLayout.Word(EngineWord.JumpTable), 8, false);
        a.LoadAddress(Gpr.Rcx, new Mem(Gpr.Rcx, 0, Gpr.Rdx, 3));
        a.Apply(Alu.Compare, Gpr.Rax, new Mem(Gpr.Rcx, JumpTable.AddressOffset));
        a.JumpIf(Condition.NotEqual, unknown);
        a.Load(Gpr.Rdx, StateLayout.Word(EngineWord.LinkKey), 4, false);
        a.Apply(Alu.Compare, Gpr.Rdx, new Mem(Gpr.Rcx, JumpTable.KeyOffset), wide: false);
        a.JumpIf(Condition.NotEqual, unknown);
        a.Load(Gpr.Rcx, new Mem(Gpr.Rcx, JumpTable.CodeOffset), 4, false);
        a.Apply(Alu.Add, Gpr.Rcx, StateLayout.Word(EngineWord.CodeBase));
    }

    private static (int Unreturned, int Search) WriteUnreturned(FloatAssembler a, int unknown)
    {
        int start = a.Position;
        Label drop = a.NewLabel();
        Label nowhere = a.NewLabel();
        // The right address, but in another region than this?
        a.LoadAddress(Gpr.Rcx, new Mem(Gpr.Rdx, 1));
        a.Apply(Alu.Compare, Gpr.Rcx, HostStack.GuestAddress);
        a.JumpIf(Condition.NotEqual, drop);
        a.Apply(Alu.Compare, HostStack.RegionNumber, 0, wide: false);
        a.JumpIf(Condition.Equal, drop);
        a.Apply(Alu.Add, Gpr.Rsp, HostStack.EntryBytes);
        int search = a.Position;
        a.Move(Gpr.Rax, Gpr.Rdx);
        WriteLookup(a, nowhere);
        a.Jump(Gpr.Rcx);
        a.Bind(nowhere);
        a.Jump(unknown);
        a.Bind(drop);
        // It may never match again.
        a.Load(Gpr.Rsp, StateLayout.Word(EngineWord.StackBase), 8, false);
        a.Jump(search);
        return (start, search);
    }

    // All registers of the guest are stored.
    private static int WriteNote(FloatAssembler a, int search)
    {
        int start = a.Position;
        a.Load(Gpr.Rcx, StateLayout.Word(EngineWord.JumpTable), 8, false);
        a.Load(Gpr.Rax, new Mem(Gpr.Rcx, NotedJumps.NextOffset), 4, false);
        a.LoadAddress(Gpr.Rdi, new Mem(Gpr.Rax, NotedJumps.EntryBytes));
        a.Apply(Alu.And, Gpr.Rdi, NotedJumps.NextMask, wide: false);
        a.Store(new Mem(Gpr.Rcx, NotedJumps.NextOffset), Gpr.Rdi, 4);
        a.Store(new Mem(Gpr.Rcx, NotedJumps.TargetOffset, Gpr.Rax), Gpr.Rdx, 8);
        a.Store(new Mem(Gpr.Rcx, NotedJumps.SiteOffset, Gpr.Rax), Gpr.Rsi, 4);
        a.Jump(search);
        return start;
    }

    // With the return addresses of the slow path and of this the stack is aligned.
    private static int WriteCallback(FloatAssembler a, int left)
    {
        int start = a.Position;
        a.Load(Gpr.Rcx, StateLayout.Word(EngineWord.Target), 8, false);
        a.Apply(Alu.Subtract, Gpr.Rcx, Gpr.R15);
        a.Store(StateLayout.Instret, Gpr.Rcx, 8);
        a.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        a.Move(Gpr.Rsi, Gpr.Rax);
        a.Move(Gpr.Rdi, Gpr.Rbp);
        a.Call(StateLayout.Word(EngineWord.Execute));
        a.LoadControl(StateLayout.Word(EngineWord.CleanControl));
        a.Test(Gpr.Rax, Gpr.Rax, wide: false);
        a.JumpIf(Condition.NotEqual, left);
        a.Return();
        return start;
    }

    /// <summary>Writes a function with System V parameters that calls one of Microsoft's convention.</summary>
    private static int WriteForeignCall(FloatAssembler a, nint target)
    {
        int start = a.Position;
        a.Apply(Alu.Subtract, Gpr.Rsp, HostConvention.ShadowBytes);
        a.Move(Gpr.R8, Gpr.Rdx);
        a.Move(Gpr.Rdx, Gpr.Rsi);
        a.Move(Gpr.Rcx, Gpr.Rdi);
        a.MoveConstant(Gpr.Rax, target);
        a.Call(Gpr.Rax);
        a.Apply(Alu.Add, Gpr.Rsp, HostConvention.ShadowBytes);
        a.Return();
        return start;
    }

    private static void WriteEntry(FloatAssembler a, HostConvention host)
    {
        foreach (Gpr register in host.Saved)
            a.Push(register);
        a.Apply(Alu.Subtract, Gpr.Rsp, host.FrameBytes);
        if (host.IsSystemV)
            return;
        for (Xmm register = HostConvention.FirstSavedVector; register <= Xmm.X15; register++)
            a.StoreVector(PlaceOf(register), register);
        a.Move(Gpr.Rdi, Gpr.Rcx);
        a.Move(Gpr.Rsi, Gpr.Rdx);
        a.Move(Gpr.Rdx, Gpr.R8);
    }

    private static void WriteEnd(FloatAssembler a, HostConvention host)
    {
        a.Load(Gpr.Rsp, StateLayout.Word(EngineWord.StackBase), 8, false);
        a.Apply(Alu.Add, Gpr.Rsp, HostStack.EntryBytes);
        if (!host.IsSystemV)
        {
            for (Xmm register = HostConvention.FirstSavedVector; register <= Xmm.X15; register++)
                a.LoadVector(register, PlaceOf(register));
        }
        a.Apply(Alu.Add, Gpr.Rsp, host.FrameBytes);
        foreach (Gpr register in host.Saved.Reverse())
            a.Pop(register);
        a.Return();
    }

    private static Mem PlaceOf(Xmm saved) => new(Gpr.Rsp, 16 * (saved - HostConvention.FirstSavedVector));
}
