using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>A way into a region.</summary>
/// <param name="Address">The guest address.</param>
/// <param name="Position">Where its code starts.</param>
internal readonly record struct EntryPoint(ulong Address, int Position);

/// <summary>
/// Writes the code of a region:
/// <code>
///   entry:  load registers        block:  budget -= n; below zero? -> out       detours: slow paths (call the interpreter, come back)
///           jump to its block              requests? -> out (behind a fence)              ways out: store registers, jump to the next
///                                          operations, branch or jump                     region, or to the dispatcher
/// </code>
/// </summary>
internal sealed class RegionEmitter
{
    /// <summary>An upper bound for the bytes of any region.</summary>
    public const int LargestRegion = 328 << 10;

    private readonly Emission _emission;
    private readonly TargetTables _tables;
    private readonly WaysOut _waysOut;
    private readonly BlockOperations _operations;
    private readonly BlockEnds _ends;
    private readonly OutOfLine _outOfLine;

    /// <summary>Makes one.</summary>
    public RegionEmitter(FloatAssembler assembler, Stubs stubs, TlbSize tlb, InlineCaches caches)
    {
        _emission = new Emission(assembler, stubs, tlb);
        _tables = new TargetTables(assembler);
        _waysOut = new WaysOut(caches, _emission);
        _operations = new BlockOperations(_emission);
        _ends = new BlockEnds(_emission, _waysOut, _tables);
        _outOfLine = new OutOfLine(_emission, _waysOut, _operations);
    }

    /// <summary>If set, receives what is where.</summary>
    public List<EmissionMark>? Marks
    {
        get => _emission.Marks;
        set => _emission.Marks = value;
    }

    private FloatAssembler Asm => _emission.Assembler;

    /// <summary>Writes a region at the assembler's position.</summary>
    public void Emit(Region region, List<EntryPoint> entries)
    {
        Asm.Reset();
        Marks?.Clear();
        Liveness.Analyze(region);
        AddressTrends.Analyze(region);
        _emission.Begin(region);
        _tables.Begin();
        _waysOut.Begin();
        for (int number = 0; number < region.Blocks.Count; number++)
            EmitBlock(number);
        for (int number = 0; number < region.Blocks.Count; number++)
        {
            if (_emission.Entries[number] is { } label)
                entries.Add(EmitEntry(region, number, label));
        }
        _outOfLine.Emit();
        _emission.Mark(MarkKind.Table, 0);
        _tables.Write(region, _emission.Blocks);
        Asm.Resolve();
    }

    private EntryPoint EmitEntry(Region region, int number, Label label)
    {
        Asm.Bind(label);
        Block block = region.Blocks[number];
        ulong address = region.VirtualPage + (ulong)block.Start;
        var entry = new EntryPoint(address, Asm.Position);
        _emission.Mark(MarkKind.Entry, number);
        if (block.FloatReady)
            EmitFloatGuardOfEntry(address);
        _emission.Fill(block.LiveIn);
        // Five bytes, however near: what drops or replaces the region writes another jump over the entry.
        Asm.JumpPatchable(_emission.Blocks[number]);
        return entry;
    }

    private void EmitBlock(int number)
    {
        Block block = _emission.Region.Blocks[number];
        Asm.Bind(_emission.Blocks[number]);
        _emission.Begin(block);
        _emission.Mark(MarkKind.Block, number);
        EmitBudget(block);
        _operations.Emit(number, block);
        _emission.Mark(MarkKind.End, number);
        _ends.Emit(number, block);
    }

    private void EmitFloatGuardOfEntry(ulong address)
    {
        Label ready = Asm.NewLabel();
        _emission.CompareFloatState();
        Asm.JumpIf(Condition.Equal, ready);
        _waysOut.Exit(address, new ExitWord(NativeExit.Interpret), Asm.Position);
        Asm.Bind(ready);
    }

    private void EmitBudget(Block block)
    {
        ulong address = _emission.Region.VirtualPage + (ulong)block.Start;
        bool isLast = block.Ahead == block.Instructions;
        if (block.ChecksBudget && (block.Ahead > 0 || block.FollowsFence))
        {
            Label attend = _emission.Detour(DetourKind.Attend, address, isLast ? block.Instructions : 0, block.Accesses);
            Asm.Apply(isLast ? Alu.Subtract : Alu.Compare, Gpr.R15, block.Ahead);
            Asm.JumpIf(Condition.Less, attend);
            if (block.FollowsFence)
            {
                Asm.Apply(Alu.Compare, StateLayout.Requests, 0, wide: false);
                Asm.JumpIf(Condition.NotEqual, attend);
            }
            if (isLast)
                return;
        }
        if (block.Instructions > 0)
            Asm.Apply(Alu.Subtract, Gpr.R15, block.Instructions);
    }
}
