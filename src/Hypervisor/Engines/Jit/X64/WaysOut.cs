using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Writes how code leaves a region: jumps and calls that the dispatcher links when they are first taken, returns through the
/// <see cref="HostStack"/>, all other indirect jumps through <see cref="InlineCaches"/> and the <see cref="JumpTable"/>; and fences, behind which requests may make it leave.
/// </summary>
internal sealed class WaysOut(InlineCaches caches, Emission emission)
{
    /// <summary>From a site of a jump to another page back to the key that its comparison holds: opcode, branch, key.</summary>
    public const int KeyBeforeSite = 1 + 6 + 4;

    private const int OffsetBytes = 4;
    private const int OpcodeBytes = 1;
    private const int MoveBytes = 5;

    // What a call comes back to lies between it and its unlinked way: POP, JMP.
    private const int ComeBackBytes = 1 + 5;

    private Label? _shortLink;
    private Label? _shortExit;

    private FloatAssembler Asm => emission.Assembler;

    private Stubs Stubs => emission.Stubs;

    /// <summary>From the site of a jump or call forward to the reason that its unlinked way gives, behind MOV ECX and an opcode.</summary>
    public static int ReasonBehindSite(bool isCall) => OffsetBytes + (isCall ? ComeBackBytes : 0) + MoveBytes + OpcodeBytes;

    /// <summary>
    /// Stores, then a jump that goes to the code behind it until the dispatcher links it. In another page it holds only while the address means what
    /// it meant when linked.
    /// </summary>
    public void Leave(in RegisterSnapshot state, ulong address)
    {
        emission.Spill(in state);
        Label unlinked = Asm.NewLabel();
        bool samePage = IsSamePage(address);
        if (!samePage)
            CheckKey(unlinked);
        int site = Asm.JumpPatchable(unlinked);
        Asm.Bind(unlinked);
        if (samePage)
            ShortLink(address, site);
        else
            Exit(address, new ExitWord(NativeExit.LinkPage), site);
    }

    /// <summary>Starts a region.</summary>
    public void Begin() => (_shortLink, _shortExit) = (null, null);

    /// <summary>Goes back to the dispatcher from a place in the page, or behind its last instruction; registers are stored.</summary>
    /// <param name="pc">Where the guest is.</param>
    /// <param name="exit">Why.</param>
    /// <param name="unretired">Instructions that were counted and did not execute.</param>
    public void ShortExit(ulong pc, ExitWord exit, int unretired)
    {
        Asm.MoveConstant(Gpr.Rdx, exit.Value);
        Asm.MoveConstant(Gpr.Rax, (int)(pc - emission.Region.VirtualPage) | (unretired << X64.Stubs.ShortExitPlaceBits));
        Asm.Jump(_shortExit ??= Asm.NewLabel());
    }

    /// <summary>Writes what the ways out of a region have in common; all of them are written.</summary>
    public void End()
    {
        if (_shortLink is null && _shortExit is null)
            return;
        if (_shortExit is { } exit)
        {
            Asm.Bind(exit);
            Asm.MoveConstant(Gpr.Rcx, Asm.Position);
        }
        Label common = Asm.NewLabel();
        if (_shortLink is { } link)
        {
            if (_shortExit is not null)
                Asm.Jump(common);
            Asm.Bind(link);
            Asm.MoveConstant(Gpr.Rdx, (int)NativeExit.Link);
        }
        Asm.Bind(common);
        Asm.MoveConstant(Gpr.Rdi, (long)emission.Region.VirtualPage);
        Asm.Jump(Stubs.ShortExit);
    }

    /// <summary>Goes back to the dispatcher.</summary>
    public void Exit(ulong pc, ExitWord exit, int site)
    {
        // The order and length of the first two instructions is known to who links; see ReasonBehindSite.
        Asm.MoveConstant(Gpr.Rcx, site);
        Asm.MoveConstant(Gpr.Rdx, exit.Value);
        Asm.MoveConstant(Gpr.Rax, (long)pc);
        Asm.Jump(exit.Reason == NativeExit.LinkPage ? Stubs.PageExit : Stubs.Exit);
    }

    /// <summary>A call to a known address; registers are stored. RAX or a register of the guest holds where it comes back.</summary>
    /// <param name="address">What is called.</param>
    /// <param name="comesBack">The guest address behind the call, in a host register.</param>
    /// <param name="entry">The way into the region there, if there is one.</param>
    /// <param name="next">The guest address behind the call.</param>
    public void Call(ulong address, Gpr comesBack, Label? entry, ulong next)
    {
        Label unlinked = Asm.NewLabel();
        Label comeBack = Asm.NewLabel();
        bool samePage = IsSamePage(address);
        Asm.Push(comesBack);
        if (!samePage)
            CheckKey(unlinked);
        int site = Asm.CallPatchable(unlinked);
        Asm.Bind(comeBack);
        Label behind = entry ?? Asm.NewLabel();
        ComeBack(behind);
        Asm.Bind(unlinked);
        if (samePage)
        {
            ShortLink(address, site);
        }
        else
        {
            Asm.MoveConstant(Gpr.Rcx, site);
            Asm.MoveConstant(Gpr.Rdx, (int)NativeExit.LinkPage);
            Asm.MoveConstant(Gpr.Rax, (long)address);
            Asm.Call(Stubs.PageExit);
            Asm.Jump(comeBack);
        }
        GoOnBehind(entry, behind, next);
    }

    /// <summary>A call to a block of the region: registers stay where they are.</summary>
    public void InnerCall(Gpr comesBack, Label callee, Label behind)
    {
        Asm.LoadAddress(Gpr.Rdx, new Mem(comesBack, 1));
        Asm.Apply(Alu.Subtract, Gpr.Rsp, 8);
        Asm.Push(emission.RegionNumber);
        Asm.Push(Gpr.Rdx);
        Asm.Call(callee);
        Asm.Apply(Alu.Add, Gpr.Rsp, HostStack.EntryBytes - 8);
        Asm.Jump(behind);
    }

    /// <summary>The same for one whose code RAX points to, and which comes back to a guest address.</summary>
    public void InnerCall(ulong next, Label behind)
    {
        Asm.MoveConstant(Gpr.Rdx, (long)next + 1);
        Asm.Apply(Alu.Subtract, Gpr.Rsp, 8);
        Asm.Push(emission.RegionNumber);
        Asm.Push(Gpr.Rdx);
        Asm.Call(Gpr.Rax);
        Asm.Apply(Alu.Add, Gpr.Rsp, HostStack.EntryBytes - 8);
        Asm.Jump(behind);
    }

    /// <summary>A return to the address in RDX that may be that of an inner call; goes on where it is not, and registers are to be stored.</summary>
    public void InnerReturn()
    {
        Label outer = Asm.NewLabel();
        Asm.LoadAddress(Gpr.Rax, new Mem(Gpr.Rdx, 1));
        Asm.Apply(Alu.Compare, Gpr.Rax, HostStack.GuestAddress);
        Asm.JumpIf(Condition.NotEqual, outer);
        Asm.Apply(Alu.Compare, HostStack.RegionNumber, emission.RegionNumber, wide: false);
        Asm.JumpIf(Condition.NotEqual, outer);
        Asm.Return();
        Asm.Bind(outer);
    }

    /// <summary>A call to the address in RDX.</summary>
    /// <param name="pc">Where the guest calls.</param>
    /// <param name="comesBack">The guest address behind the call, in a host register.</param>
    /// <param name="entry">The way into the region there, if there is one.</param>
    /// <param name="next">The guest address behind the call.</param>
    public void CallIndirect(ulong pc, Gpr comesBack, Label? entry, ulong next)
    {
        Asm.Push(comesBack);
        Label behind = entry ?? Asm.NewLabel();
        if (emission.Region.IsHot)
        {
            GoOn(pc, behind);
        }
        else
        {
            Asm.MoveConstant(Gpr.Rsi, (int)pc);
            Asm.Call(Stubs.SearchAndNote);
            ComeBack(behind);
        }
        GoOnBehind(entry, behind, next);
    }

    /// <summary>A jump to the address in RDX.</summary>
    /// <param name="pc">Where the guest jumps.</param>
    public void JumpIndirect(ulong pc)
    {
        if (emission.Region.IsHot)
        {
            GoOn(pc, null);
            return;
        }
        // Of cold code there is so much that its size matters more than how well its jumps are predicted.
        Asm.MoveConstant(Gpr.Rsi, (int)pc);
        Asm.Jump(Stubs.SearchAndNote);
    }

    // A jump of its own is predicted better than one that all share.
    private void GoOn(ulong pc, Label? behind)
    {
        Label ask = Asm.NewLabel();
        Label unknown = Asm.NewLabel();
        bool hasCache = caches.TryAdd(pc, out int cache);
        if (hasCache)
            TryCache(cache, ask, behind);
        Asm.Move(Gpr.Rax, Gpr.Rdx);
        X64.Stubs.WriteLookup(Asm, unknown);
        if (behind is { } call)
        {
            Asm.Call(Gpr.Rcx);
            ComeBack(call);
        }
        else
        {
            Asm.Jump(Gpr.Rcx);
        }
        if (hasCache)
        {
            Asm.Bind(ask);
            Asm.Move(Gpr.Rax, Gpr.Rdx);
            Asm.MoveConstant(Gpr.Rcx, cache);
            Asm.MoveConstant(Gpr.Rdx, (int)NativeExit.Cache);
            Asm.Jump(Stubs.Exit);
        }
        Asm.Bind(unknown);
        Asm.Jump(Stubs.Unknown);
    }

    // See InlineCaches. What does not match goes on behind it, or asks.
    private void TryCache(int cache, Label ask, Label? behind)
    {
        Label other = Asm.NewLabel();
        int target = Asm.MoveWide(Gpr.Rax, InlineCaches.NoTarget);
        Asm.Apply(Alu.Compare, Gpr.Rdx, Gpr.Rax);
        Asm.JumpIf(Condition.NotEqual, other);
        Asm.Apply(Alu.Compare, StateLayout.Word(EngineWord.LinkKey), InlineCaches.NoKey, wide: false);
        int key = Asm.Position - OffsetBytes;
        Asm.JumpIf(Condition.NotEqual, other);
        int site = behind is null ? Asm.JumpPatchable(other) : Asm.CallPatchable(other);
        if (behind is { } call)
            ComeBack(call);
        caches.Place(cache, target, key, site);
        Asm.Bind(other);
        Asm.Load(Gpr.Rcx, StateLayout.Word(EngineWord.JumpTable), 8, false);
        Asm.Apply(Alu.Subtract, new Mem(Gpr.Rcx, JumpTable.PatienceOffset + (cache * sizeof(int))), 1, wide: false);
        Asm.JumpIf(Condition.Less, ask);
    }

    /// <summary>A return to the address in RDX.</summary>
    public void Return()
    {
        Asm.Apply(Alu.Compare, Gpr.Rdx, HostStack.GuestAddress);
        Asm.JumpIf(Condition.NotEqual, Stubs.Unreturned);
        Asm.Return();
    }

    /// <summary>
    /// FENCE and FENCE.I. What comes next looks for requests, one of which is to compare code with memory; if that is not in the region, it is done here.
    /// </summary>
    public void Fence(Block block)
    {
        Asm.FullFence();
        if (block.SynchronizesCode)
        {
            Label unchanged = Asm.NewLabel();
            Asm.Load(Gpr.Rax, StateLayout.Word(EngineWord.CodeWrites), 8, false);
            Asm.Load(Gpr.Rax, new Mem(Gpr.Rax, 0), 8, false);
            Asm.Apply(Alu.Compare, Gpr.Rax, StateLayout.Word(EngineWord.CodeWritesSeen));
            Asm.JumpIf(Condition.Equal, unchanged);
            Asm.MoveConstant(Gpr.Rax, (int)HartRequests.SyncCode);
            Asm.ApplyLocked(Alu.Or, StateLayout.Requests, Gpr.Rax, wide: false);
            Asm.Bind(unchanged);
        }
        if (block.Next != Block.None)
            return;
        Asm.Apply(Alu.Compare, StateLayout.Requests, 0, wide: false);
        Asm.JumpIf(Condition.NotEqual, emission.Detour(DetourKind.Attend, block.NextAddress, 0));
    }

    private void ShortLink(ulong address, int site)
    {
        Asm.MoveConstant(Gpr.Rcx, site);
        Asm.MoveConstant(Gpr.Rax, (int)(address & Page.OffsetMask));
        Asm.Jump(_shortLink ??= Asm.NewLabel());
    }

    private bool IsSamePage(ulong address) => (address & ~Page.OffsetMask) == emission.Region.VirtualPage;

    // The immediate is one that no key equals, and that takes four bytes.
    private void CheckKey(Label otherwise)
    {
        Asm.Apply(Alu.Compare, StateLayout.Word(EngineWord.LinkKey), int.MinValue, wide: false);
        Asm.JumpIf(Condition.NotEqual, otherwise);
    }

    // Its length is known to who links; see ReasonBehindSite.
    private void ComeBack(Label behind)
    {
        Asm.Pop(Gpr.Rdx);
        Asm.JumpPatchable(behind);
    }

    private void GoOnBehind(Label? entry, Label behind, ulong next)
    {
        if (entry is not null)
            return;
        Asm.Bind(behind);
        Leave(default, next);
    }
}
