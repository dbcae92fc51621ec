using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>What stands apart from the straight way, written after the blocks.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Entry">Where the straight way jumps to.</param>
/// <param name="Resume">Where a slow path comes back.</param>
/// <param name="State">Where registers are there.</param>
/// <param name="Argument">The packed instruction of a slow path, the engine word of a NaN or the registers with NaNs, else pc.</param>
/// <param name="Unretired">
/// Instructions that were counted and did not execute; of a NaN the vector register; of an access the label behind the look-up.
/// </param>
/// <param name="Group">Operations that are done one by one.</param>
/// <param name="Probe">What did not match.</param>
/// <param name="Accesses">Of the instructions that were counted, those that access memory.</param>
internal readonly record struct Detour(
    DetourKind Kind, Label Entry, Label Resume, RegisterSnapshot State, ulong Argument, int Unretired, OperationRange Group = default,
    PageProbe Probe = default, int Accesses = 0);

/// <summary>Some operations of a block.</summary>
/// <param name="Block">The block.</param>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
/// <param name="Boxed">What <see cref="Emission.Boxed"/> was there.</param>
/// <param name="After">Where registers are behind them.</param>
internal readonly record struct OperationRange(Block Block, int First, int Count, uint Boxed, RegisterSnapshot After);

/// <summary>The kinds of <see cref="Detour"/>.</summary>
internal enum DetourKind
{
    /// <summary>Call the interpreter's meaning and come back.</summary>
    Slow,

    /// <summary>The same for a load that the TLB does not know, unless its second level does.</summary>
    SlowLoad,

    /// <summary>The same for a store.</summary>
    SlowStore,

    /// <summary>Return: requests or budget.</summary>
    Attend,

    /// <summary>Return: the instruction at pc is for the interpreter.</summary>
    Interpret,

    /// <summary>Jump to an address outside the region.</summary>
    Leave,

    /// <summary>A result is a NaN: make it the canonical one.</summary>
    Canonicalize,

    /// <summary>Some of several results are NaNs: make them the canonical one.</summary>
    CanonicalizeAll,

    /// <summary>Look into the TLB, and remember the page in the <see cref="PageCache"/>.</summary>
    Refill,

    /// <summary>The operations of an <see cref="AccessGroup"/> one by one.</summary>
    Individually,
}

/// <summary>What all parts of the emitter share while they write one region.</summary>
internal sealed class Emission
{
    /// <summary>Makes one.</summary>
    public Emission(FloatAssembler assembler, Stubs stubs, TlbSize tlb)
    {
        Assembler = assembler;
        Stubs = stubs;
        Tlb = tlb;
        Numbers = new NumberChecks(this);
    }

    /// <summary>The writer.</summary>
    public FloatAssembler Assembler { get; }

    /// <summary>What is at the start of code memory.</summary>
    public Stubs Stubs { get; }

    /// <summary>Where guest registers live.</summary>
    public RegisterMap Map { get; } = new();

    /// <summary>Where integer registers are at this point.</summary>
    public BlockRegisters Registers { get; private set; } = null!;

    /// <summary>The size of the TLB.</summary>
    public TlbSize Tlb { get; }

    /// <summary>Results that may be NaNs.</summary>
    public NumberChecks Numbers { get; }

    /// <summary>Entries of the page cache.</summary>
    public PageSlots PageSlots { get; } = new();

    /// <summary>Where the code of each block starts.</summary>
    public Label[] Blocks { get; private set; } = [];

    /// <summary>Where that of each block's way in does, if it has one.</summary>
    public Label?[] Entries { get; private set; } = [];

    /// <summary>If set, receives what is where.</summary>
    public List<EmissionMark>? Marks { get; set; }

    /// <summary>What is still to be written.</summary>
    public List<Detour> Detours { get; } = [];

    /// <summary>The region.</summary>
    public Region Region { get; private set; } = null!;

    /// <summary>Names the region on the <see cref="HostStack"/>: where its code starts, which is never 0.</summary>
    public int RegionNumber { get; private set; }

    /// <summary>The block being written.</summary>
    public Block Block { get; private set; } = null!;

    /// <summary>What the operation being written has made.</summary>
    public ResultKind Result { get; set; }

    /// <summary>Floating-point registers that hold a boxed single at this point.</summary>
    public uint Boxed { get; set; }

    /// <summary>Whether the block has made sure that the floating-point unit is on and rounds to nearest.</summary>
    public bool FloatReady { get; set; }

    /// <summary>What is written stands out of line.</summary>
    public bool IsOutOfLine { get; set; }

    /// <summary>What is written is seldom executed: small rather than fast.</summary>
    public bool IsSmall => IsOutOfLine || !Region.IsHot;

    /// <summary>Starts a region.</summary>
    public void Begin(Region region)
    {
        Region = region;
        RegionNumber = Assembler.Position;
        Detours.Clear();
        Map.Choose(region);
        PageSlots.Begin(region);
        Registers = new BlockRegisters(Assembler, Map);
        Blocks = [.. region.Blocks.Select(_ => Assembler.NewLabel())];
        Entries = [.. region.Blocks.Select(block => block.IsEntry ? Assembler.NewLabel() : default(Label?))];
    }

    /// <summary>Starts a block.</summary>
    public void Begin(Block block)
    {
        Block = block;
        Registers.Begin(block);
        Result = ResultKind.Full;
        Boxed = 0;
        FloatReady = block.FloatReady;
        Numbers.Begin();
        IsOutOfLine = false;
    }

    /// <summary>Notes what is written next.</summary>
    public void Mark(MarkKind kind, int number, int operation = 0) => Marks?.Add(new EmissionMark(Assembler.Position, kind, number, operation));

    /// <summary>Compares whether the floating-point unit is on, dirty, and rounds to nearest.</summary>
    public void CompareFloatState()
    {
        const int DirtyNearestEven = 3;
        Assembler.Load(Gpr.Rax, StateLayout.FpStatus, 2, false);
        Assembler.Apply(Alu.Compare, Gpr.Rax, DirtyNearestEven, wide: false);
    }

    /// <summary>The host register with an integer register's value: its own, or the scratch register after loading.</summary>
    public Gpr Source(int register, Gpr scratch)
    {
        Gpr own = Registers.Full(register);
        return own != Gpr.None ? own : Load(register, scratch);
    }

    /// <summary>The same where only the lower half matters.</summary>
    public Gpr SourceLow(int register, Gpr scratch)
    {
        Gpr own = Registers.Host(register);
        return own != Gpr.None ? own : Load(register, scratch);
    }

    /// <summary>Loads an integer register into a given host register.</summary>
    public void Fetch(Gpr to, int register) => Assembler.Move(to, Source(register, to));

    /// <summary>The same where only the lower half matters.</summary>
    public void FetchLow(Gpr to, int register) => Assembler.Move(to, SourceLow(register, to));

    /// <summary>The host register to compute an integer register's new value in.</summary>
    public Gpr Target(int register) => Registers.Host(register) is var own && own != Gpr.None ? own : Gpr.Rax;

    /// <summary>The value of an integer register is complete in a host register, as far as its kind says.</summary>
    public void Finish(int register, Gpr value, ResultKind kind = ResultKind.Full)
    {
        if (register == RegisterFile.Discard)
            return;
        Gpr own = Registers.Host(register);
        if (own != Gpr.None)
        {
            Assembler.Move(own, value);
            Result = kind;
            return;
        }
        if (kind == ResultKind.LazyWord)
        {
            Assembler.SignExtend32(Gpr.Rax, value);
            value = Gpr.Rax;
        }
        Assembler.Store(StateLayout.Integer(register), value, 8);
    }

    /// <summary>The vector register with a floating-point register's bits: its own, or the scratch register after loading.</summary>
    public Xmm Source(int register, Xmm scratch)
    {
        Xmm own = Map.Float(register);
        if (own != Xmm.None)
            return own;
        Assembler.LoadFloat(scratch, StateLayout.Float(register), isDouble: true);
        return scratch;
    }

    /// <summary>The bits of a floating-point register are complete in a vector register.</summary>
    public void Finish(int register, Xmm value)
    {
        Xmm own = Map.Float(register);
        if (own == Xmm.None)
            Assembler.StoreFloat(StateLayout.Float(register), value, isDouble: true);
        else
            Assembler.MoveVector(own, value);
    }

    /// <summary>Stores registers that differ from memory, and computes what is deferred: memory then holds all.</summary>
    public void Spill(in RegisterSnapshot state)
    {
        Registers.Spill(in state);
        WriteCanonical(state.Unchecked);
        ulong dirty = state.Dirty & Map.Mapped;
        for (int register = 0; dirty >> 32 != 0 && register < 32; register++)
        {
            if ((dirty & RegisterUse.Float(register)) != 0)
                Assembler.StoreFloat(StateLayout.Float(register), Map.Float(register), isDouble: true);
        }
        ReadOnlySpan<MicroOp> ops = CollectionsMarshal.AsSpan(state.Block?.Ops);
        Registers.AllInMemory = true;
        for (int k = 0; k < state.At; k++)
        {
            if (ops[k].IsDeferred && ops[k].Until >= state.At)
                IntegerOps.Emit(this, in ops[k]);
        }
        Registers.AllInMemory = false;
    }

    /// <summary>Loads registers that have a host register throughout the region.</summary>
    public void Fill(ulong registers)
    {
        registers &= Map.Mapped;
        for (int register = 1; register < 32; register++)
        {
            if ((registers & RegisterUse.Integer(register)) != 0)
                Assembler.Load(Map.Integer(register), StateLayout.Integer(register), 8, false);
        }
        for (int register = 0; registers >> 32 != 0 && register < 32; register++)
        {
            if ((registers & RegisterUse.Float(register)) != 0)
                Assembler.LoadFloat(Map.Float(register), StateLayout.Float(register), isDouble: true);
        }
    }

    /// <summary>A slow path for an instruction: jump to the entry before anything has changed; it comes back to the resume label.</summary>
    public (Label Entry, Label Resume) SlowPath(in MicroOp op)
    {
        Label entry = Assembler.NewLabel();
        Label resume = Assembler.NewLabel();
        Detours.Add(new Detour(DetourKind.Slow, entry, resume, Registers.Snapshot, Pack(in op), 0));
        return (entry, resume);
    }

    /// <summary>The same for an access; it goes on at a label with the addend in RCX if the second level of the TLB knows it.</summary>
    public (Label Entry, Label Resume) SlowAccess(in MicroOp op, bool write, Label located)
    {
        Label entry = Assembler.NewLabel();
        Label resume = Assembler.NewLabel();
        DetourKind kind = write ? DetourKind.SlowStore : DetourKind.SlowLoad;
        Detours.Add(new Detour(kind, entry, resume, Registers.Snapshot, Pack(in op), located.Number));
        return (entry, resume);
    }

    /// <summary>Where an operation goes whose result is a NaN; comes back with the canonical one.</summary>
    public (Label Entry, Label Resume) Canonicalize(Xmm result, bool isDouble)
    {
        Label entry = Assembler.NewLabel();
        Label resume = Assembler.NewLabel();
        int word = isDouble ? EngineWord.DoubleNaN : EngineWord.SingleNaN;
        Detours.Add(new Detour(DetourKind.Canonicalize, entry, resume, default, (ulong)word, (int)result));
        return (entry, resume);
    }

    /// <summary>Where a comparison goes that finds a NaN among registers; comes back when each NaN is the canonical one.</summary>
    public (Label Entry, Label Resume) Canonicalize(uint registers)
    {
        Label entry = Assembler.NewLabel();
        Label resume = Assembler.NewLabel();
        Detours.Add(new Detour(DetourKind.CanonicalizeAll, entry, resume, default, registers, 0));
        return (entry, resume);
    }

    /// <summary>Makes each NaN among doubles in vector registers the canonical one.</summary>
    public void WriteCanonical(uint registers)
    {
        for (int register = 0; registers >> register != 0 && register < 32; register++)
        {
            if ((registers & (1u << register)) == 0)
                continue;
            Xmm own = Map.Float(register);
            Label number = Assembler.NewLabel();
            Assembler.CompareQuiet(own, own, isDouble: true);
            Assembler.JumpIf(Condition.NotParity, number);
            Assembler.LoadFloat(own, StateLayout.Word(EngineWord.DoubleNaN), isDouble: true);
            Assembler.Bind(number);
        }
    }

    /// <summary>Where a probe goes that does not match; comes back to the resume label with the addend in RCX.</summary>
    public (Label Entry, Label Resume) Refill(PageProbe probe)
    {
        Label entry = Assembler.NewLabel();
        Label resume = Assembler.NewLabel();
        Detours.Add(new Detour(DetourKind.Refill, entry, resume, default, 0, 0, Probe: probe));
        return (entry, resume);
    }

    /// <summary>The operations of a group one by one; they come back to the resume label.</summary>
    /// <param name="labels">Where to jump to, and where they come back.</param>
    /// <param name="before">Where registers are before them.</param>
    /// <param name="range">The operations.</param>
    public void Individually((Label Entry, Label Resume) labels, in RegisterSnapshot before, in OperationRange range)
        => Detours.Add(new Detour(DetourKind.Individually, labels.Entry, labels.Resume, before, 0, 0, range));

    /// <summary>A way out to the dispatcher.</summary>
    public Label Detour(DetourKind kind, ulong pc, int unretired, int accesses = 0)
    {
        Label entry = Assembler.NewLabel();
        Detours.Add(new Detour(kind, entry, default, Registers.Snapshot, pc, unretired, Accesses: accesses));
        return entry;
    }

    private Gpr Load(int register, Gpr scratch)
    {
        if (register == 0)
            Assembler.MoveConstant(scratch, 0);
        else
            Assembler.Load(scratch, StateLayout.Integer(register), 8, false);
        return scratch;
    }

    // What the callback needs to know of an instruction; see InstructionPacking.
    private ulong Pack(in MicroOp op)
        => InstructionPacking.Pack(op.Raw, op.PageOffset, op.Length, Block.Instructions - op.Index - 1);
}

/// <summary>An instruction as generated code names it to the callback, in 64 bits.</summary>
internal static class InstructionPacking
{
    /// <summary>Packs.</summary>
    /// <param name="raw">The encoding, expanded.</param>
    /// <param name="pageOffset">Its place in the page.</param>
    /// <param name="length">2 or 4.</param>
    /// <param name="behind">Instructions of the block behind it, which are counted already.</param>
    public static ulong Pack(uint raw, int pageOffset, int length, int behind)
        => raw | ((ulong)pageOffset << 32) | ((ulong)(length >> 2) << 44) | ((ulong)behind << 48);

    /// <summary>The encoding.</summary>
    public static uint Raw(ulong packed) => (uint)packed;

    /// <summary>Its place in the page.</summary>
    public static ushort PageOffset(ulong packed) => (ushort)((packed >> 32) & 0xFFF);

    /// <summary>Its length.</summary>
    public static byte Length(ulong packed) => ((packed >> 44) & 1) != 0 ? (byte)4 : (byte)2;

    /// <summary>Instructions of the block behind it.</summary>
    public static uint Behind(ulong packed) => (uint)(packed >> 48);
}
