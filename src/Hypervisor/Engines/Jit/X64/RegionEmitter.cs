using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

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
internal sealed class RegionEmitter(FloatAssembler assembler, Stubs stubs, TlbSize tlb, InlineCaches caches)
{
    /// <summary>An upper bound for the bytes of any region.</summary>
    public const int LargestRegion = 328 << 10;

    private readonly Emission _emission = new(assembler, tlb);
    private readonly TargetTables _tables = new(assembler);
    private Label[] _blocks = [];
    private Label?[] _entries = [];
    private WaysOut? _waysOut;

    /// <summary>If set, receives what is where.</summary>
    public List<EmissionMark>? Marks { get; set; }

    private FloatAssembler Asm => assembler;

    private WaysOut WaysOut => _waysOut ??= new WaysOut(assembler, stubs, caches, _emission);

    /// <summary>Writes a region at the assembler's position.</summary>
    public void Emit(Region region, List<EntryPoint> entries)
    {
        Asm.Reset();
        Marks?.Clear();
        Liveness.Analyze(region);
        AddressTrends.Analyze(region);
        _emission.Begin(region);
        _tables.Begin();
        _blocks = new Label[region.Blocks.Count];
        _entries = new Label?[_blocks.Length];
        for (int number = 0; number < _blocks.Length; number++)
        {
            _blocks[number] = Asm.NewLabel();
            if (region.Blocks[number].IsEntry)
                _entries[number] = Asm.NewLabel();
        }
        for (int number = 0; number < _blocks.Length; number++)
            EmitBlock(number);
        for (int number = 0; number < _blocks.Length; number++)
        {
            if (_entries[number] is { } label)
                entries.Add(EmitEntry(region, number, label));
        }
        EmitDetours();
        Mark(MarkKind.Table, 0);
        _tables.Write(region, _blocks);
        Asm.Resolve();
    }

    private void Mark(MarkKind kind, int number, int operation = 0) => Marks?.Add(new EmissionMark(Asm.Position, kind, number, operation));

    private EntryPoint EmitEntry(Region region, int number, Label label)
    {
        Asm.Bind(label);
        Block block = region.Blocks[number];
        ulong address = region.VirtualPage + (ulong)block.Start;
        var entry = new EntryPoint(address, Asm.Position);
        Mark(MarkKind.Entry, number);
        if (block.FloatReady)
            EmitFloatGuardOfEntry(address);
        _emission.Fill(block.LiveIn);
        // Five bytes, however near: what drops or replaces the region writes another jump over the entry.
        Asm.JumpPatchable(_blocks[number]);
        return entry;
    }

    private void EmitBlock(int number)
    {
        Block block = _emission.Region.Blocks[number];
        Asm.Bind(_blocks[number]);
        _emission.Begin(block);
        Mark(MarkKind.Block, number);
        EmitBudget(block);
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(block.Ops);
        for (int k = 0; k < ops.Length;)
        {
            Mark(MarkKind.Operation, number, k);
            _emission.Registers.Prepare(k);
            if (!ops[k].IsDeferred && AccessGroup.TryFind(ops[k..], _emission, out AccessGroup group))
            {
                EmitGroup(number, ops, k, in group);
                k += group.Count;
            }
            else
            {
                EmitOp(block, k++);
            }
        }
        Mark(MarkKind.End, number);
        EmitEnd(number, block);
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

    private void EmitGroup(int number, Span<MicroOp> ops, int first, in AccessGroup group)
    {
        _emission.Numbers.Resolve();
        if (group.UsesFloat && !_emission.FloatReady)
            EmitFloatGuard(_emission.Block, in ops[first]);
        (Label Entry, Label Resume) individually = (Asm.NewLabel(), Asm.NewLabel());
        BlockRegisters registers = _emission.Registers;
        group.Locate(_emission, individually.Entry);
        RegisterSnapshot before = registers.Snapshot;
        uint boxed = _emission.Boxed;
        Gpr address = registers.Full(group.Base);
        registers.Pinned = 1u << group.Base;
        for (int k = first; k < first + group.Count; k++)
        {
            ref readonly MicroOp op = ref ops[k];
            if (k > first)
            {
                Mark(MarkKind.Operation, number, k);
                registers.Prepare(k);
            }
            if (op.Opcode < MicroOpcode.Load)
            {
                EmitOp(_emission.Block, k);
                continue;
            }
            MemoryOps.EmitAt(_emission, in op, new Mem(address, (int)op.Immediate, Gpr.Rcx));
            Track(in op);
        }
        registers.Pinned = 0;
        var range = new OperationRange(_emission.Block, first, group.Count, boxed, registers.Snapshot);
        _emission.Individually(individually, in before, in range);
        Asm.Bind(individually.Resume);
    }

    // The list grows meanwhile: each operation has its own slow path.
    private void EmitIndividually(in Detour detour)
    {
        OperationRange group = detour.Group;
        _emission.Begin(group.Block);
        _emission.Registers.Restore(detour.State);
        _emission.Boxed = group.Boxed;
        // The group asked, if it uses the unit.
        _emission.FloatReady = true;
        _emission.IsOutOfLine = true;
        for (int k = group.First; k < group.First + group.Count; k++)
        {
            _emission.Registers.Prepare(k);
            EmitOp(group.Block, k);
        }
        _emission.Registers.Reconcile(group.After);
        Asm.Jump(detour.Resume);
    }

    private void EmitOp(Block block, int number)
    {
        ref readonly MicroOp op = ref CollectionsMarshal.AsSpan(block.Ops)[number];
        if (op.IsDeferred)
        {
            _emission.Registers.Defer(in op);
            return;
        }
        if (op.IsFloatOperation && !_emission.FloatReady)
            EmitFloatGuard(block, in op);
        if (_emission.Numbers.Concerns(in op))
            _emission.Numbers.Resolve();
        if (op.IsFloatOperation && op.Opcode is not (MicroOpcode.FloatLoad or MicroOpcode.FloatStore))
            FloatOps.Emit(_emission, in op);
        else if (op.Opcode is >= MicroOpcode.Load and <= MicroOpcode.StoreConditional)
            MemoryOps.Emit(_emission, in op);
        else if (op.Opcode is MicroOpcode.ReadRegister or MicroOpcode.ExchangeRegister)
            RegisterOps.Emit(_emission, in op);
        else if (op.Opcode == MicroOpcode.Interpret)
            EmitInterpret(in op);
        else
            IntegerOps.Emit(_emission, in op);
        Track(in op);
    }

    private void Track(in MicroOp op)
    {
        _emission.Registers.Complete(op.Use.Writes, _emission.Result);
        _emission.Result = ResultKind.Full;
        uint floats = (uint)(op.Use.Writes >> 32);
        bool isSingle = op.Opcode switch
        {
            MicroOpcode.FloatConvert => op.FloatSize == 8,
            MicroOpcode.FloatLoad => op.Size == 4,
            MicroOpcode.Interpret => false,
            _ => op.FloatSize == 4,
        };
        bool isLookedAtLater = op.Opcode is >= MicroOpcode.FloatAdd and <= MicroOpcode.FloatSquareRoot && op.FloatSize == 8;
        if (!isLookedAtLater)
            _emission.Numbers.Overwritten(floats);
        _emission.Boxed = isSingle ? _emission.Boxed | floats : _emission.Boxed & ~floats;
    }

    private void EmitInterpret(in MicroOp op)
    {
        FloatOps.Interpret(_emission, in op);
        // It may have been an instruction of the floating-point unit; the guard is cheap.
        _emission.FloatReady = false;
    }

    // Once in a block: the unit is on and dirty, and frm says nearest-even. Nothing in a block can change that but what is interpreted.
    private void EmitFloatGuard(Block block, in MicroOp op)
    {
        ulong pc = _emission.Region.VirtualPage + op.PageOffset;
        CompareFloatState();
        Asm.JumpIf(Condition.NotEqual, _emission.Detour(DetourKind.Interpret, pc, block.Instructions - op.Index));
        _emission.FloatReady = true;
    }

    private void EmitFloatGuardOfEntry(ulong address)
    {
        Label ready = Asm.NewLabel();
        CompareFloatState();
        Asm.JumpIf(Condition.Equal, ready);
        WaysOut.Exit(address, new ExitWord(NativeExit.Interpret), Asm.Position);
        Asm.Bind(ready);
    }

    private void CompareFloatState()
    {
        const int DirtyNearestEven = 3;
        Asm.Load(Gpr.Rax, StateLayout.FpStatus, 2, false);
        Asm.Apply(Alu.Compare, Gpr.Rax, DirtyNearestEven, wide: false);
    }

    private void EmitEnd(int number, Block block)
    {
        _emission.Numbers.Resolve();
        _emission.Registers.Flush();
        if (block.Exit is not (BlockExit.Branch or BlockExit.JumpIndirect))
            _emission.Registers.DropLocals();
        switch (block.Exit)
        {
            case BlockExit.Branch:
                IntegerOps.Compare(_emission, block.Last.Ra, block.Last.Rb, false, 0);
                Label taken = block.Taken == Block.None
                    ? _emission.Detour(DetourKind.Leave, block.TakenAddress, 0)
                    : _blocks[block.Taken];
                Asm.JumpIf(ConditionOf(block.Comparison), taken);
                GoOn(number, block.Next, block.NextAddress);
                break;
            case BlockExit.Jump:
                EmitJump(number, block);
                break;
            case BlockExit.JumpIndirect:
                EmitIndirect(block);
                break;
            case BlockExit.Fence:
                WaysOut.Fence(block);
                GoOn(number, block.Next, block.NextAddress);
                break;
            case BlockExit.Interpreter:
                Asm.Jump(_emission.Detour(DetourKind.Interpret, block.NextAddress, 0));
                break;
            default:
                GoOn(number, block.Next, block.NextAddress);
                break;
        }
    }

    private void GoOn(int number, int target, ulong address)
    {
        if (target == Block.None)
            WaysOut.Leave(_emission.Registers.Snapshot, address);
        else if (target != number + 1)
            Asm.Jump(_blocks[target]);
    }

    private void EmitJump(int number, Block block)
    {
        Gpr comesBack = Link(block);
        if (!block.IsCall)
        {
            GoOn(number, block.Taken, block.TakenAddress);
            return;
        }
        if (block.Callee != Block.None)
        {
            WaysOut.InnerCall(comesBack, _blocks[block.Callee], _blocks[block.Behind]);
            return;
        }
        _emission.Spill(_emission.Registers.Snapshot);
        WaysOut.Call(block.TakenAddress, comesBack, EntryBehind(block), block.NextAddress);
    }

    // Where the guest comes back, if the instruction says that: the host register that holds it.
    private Gpr Link(Block block)
    {
        if (block.Last.Rd == RegisterFile.Discard)
            return Gpr.None;
        Gpr target = _emission.Target(block.Last.Rd);
        Asm.MoveConstant(target, (long)block.NextAddress);
        _emission.Finish(block.Last.Rd, target);
        _emission.Registers.Complete(RegisterUse.Integer(block.Last.Rd), ResultKind.Full);
        return target;
    }

    private void EmitIndirect(Block block)
    {
        _emission.Fetch(Gpr.Rdx, block.Last.Ra);
        if (block.Last.Immediate != 0)
            Asm.Apply(Alu.Add, Gpr.Rdx, (int)block.Last.Immediate);
        Asm.Apply(Alu.And, Gpr.Rdx, -2);
        _emission.Registers.DropLocals();
        Gpr comesBack = Link(block);
        if (block.IsReturn && _emission.Region.HasInnerCalls)
            WaysOut.InnerReturn();
        if (block.Targets.Length > 0)
            _tables.Try(_emission.Region, block, comesBack, WaysOut, _blocks);
        _emission.Spill(_emission.Registers.Snapshot);
        ulong pc = _emission.Region.VirtualPage + block.Last.PageOffset;
        if (block.IsCall)
            WaysOut.CallIndirect(pc, comesBack, EntryBehind(block), block.NextAddress);
        else if (block.IsReturn)
            WaysOut.Return();
        else
            WaysOut.JumpIndirect(pc);
    }

    private Label? EntryBehind(Block block) => block.Behind == Block.None ? null : _entries[block.Behind];

    private void EmitDetours()
    {
        Label thunk = Asm.NewLabel();
        bool callsBack = false;
        for (int number = 0; number < _emission.Detours.Count; number++)
        {
            Detour detour = _emission.Detours[number];
            Asm.Bind(detour.Entry);
            Mark(MarkKind.Detour, number);
            switch (detour.Kind)
            {
                case DetourKind.Slow or DetourKind.SlowLoad or DetourKind.SlowStore:
                    if (detour.Kind != DetourKind.Slow)
                        WriteRefill(in detour);
                    _emission.Spill(detour.State);
                    Asm.MoveConstant(Gpr.Rax, (long)detour.Argument);
                    Asm.Call(thunk);
                    _emission.Registers.FillLocals(detour.State);
                    Asm.Jump(detour.Resume);
                    callsBack = true;
                    break;
                case DetourKind.Canonicalize:
                    Asm.LoadFloat((Xmm)detour.Unretired, StateLayout.Word((int)detour.Argument), isDouble: true);
                    Asm.Jump(detour.Resume);
                    break;
                case DetourKind.CanonicalizeAll:
                    _emission.WriteCanonical((uint)detour.Argument);
                    Asm.Jump(detour.Resume);
                    break;
                case DetourKind.Refill:
                    detour.Probe.EmitRefill(_emission, detour.Resume);
                    break;
                case DetourKind.Individually:
                    EmitIndividually(in detour);
                    break;
                case DetourKind.Leave:
                    WaysOut.Leave(detour.State, detour.Argument);
                    break;
                default:
                    _emission.Spill(detour.State);
                    if (detour.Unretired != 0)
                        Asm.Apply(Alu.Add, Gpr.R15, detour.Unretired);
                    NativeExit reason = detour.Kind == DetourKind.Attend ? NativeExit.Attend : NativeExit.Interpret;
                    WaysOut.Exit(detour.Argument, new ExitWord(reason, detour.State.Block!.Instructions, detour.Accesses), Asm.Position);
                    break;
            }
        }
        if (callsBack)
            WriteThunk(thunk);
    }

    // Only the look-up was done, whose tag is in RDX.
    private void WriteRefill(in Detour detour)
    {
        Asm.Call(detour.Kind == DetourKind.SlowStore ? stubs.RefillWrite : stubs.RefillRead);
        Asm.JumpIf(Condition.Equal, new Label(detour.Unretired));
    }

    // Common to the slow paths of a region: RAX holds the packed instruction.
    private void WriteThunk(Label thunk)
    {
        Label left = Asm.NewLabel();
        Asm.Bind(thunk);
        Asm.Apply(Alu.Subtract, Gpr.Rsp, 8);
        Asm.Load(Gpr.Rcx, StateLayout.Word(EngineWord.Target), 8, false);
        Asm.Apply(Alu.Subtract, Gpr.Rcx, Gpr.R15);
        Asm.Store(StateLayout.Instret, Gpr.Rcx, 8);
        Asm.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        Asm.Move(Gpr.Rsi, Gpr.Rax);
        Asm.Move(Gpr.Rdi, Gpr.Rbp);
        Asm.MoveConstant(Gpr.Rdx, (long)_emission.Region.VirtualPage);
        Asm.Call(StateLayout.Word(EngineWord.Execute));
        Asm.LoadControl(StateLayout.Word(EngineWord.CleanControl));
        Asm.Apply(Alu.Add, Gpr.Rsp, 8);
        Asm.Test(Gpr.Rax, Gpr.Rax, wide: false);
        Asm.JumpIf(Condition.NotEqual, left);
        _emission.Fill(_emission.Map.Mapped);
        Asm.Return();
        Asm.Bind(left);
        // The return address is not needed any more.
        Asm.Apply(Alu.Add, Gpr.Rsp, 8);
        Asm.Jump(stubs.Left);
    }

    private static Condition ConditionOf(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Condition.Equal,
        Comparison.NotEqual => Condition.NotEqual,
        Comparison.Less => Condition.Less,
        Comparison.GreaterEqual => Condition.GreaterEqual,
        Comparison.LessUnsigned => Condition.Below,
        _ => Condition.AboveEqual,
    };
}
