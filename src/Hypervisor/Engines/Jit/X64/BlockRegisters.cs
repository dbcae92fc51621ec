using System.Numerics;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>What a host register that holds a guest register's new value is known to be.</summary>
internal enum ResultKind
{
    /// <summary>All 64 bits.</summary>
    Full,

    /// <summary>All 64 bits, which are a sign-extended word.</summary>
    Word,

    /// <summary>A word: the upper half of the host register is not yet the extended sign, and anything.</summary>
    LazyWord,
}

/// <summary>Where integer registers are at a point of the code, for what is written out of line later.</summary>
/// <param name="Dirty">Registers that differ from memory.</param>
/// <param name="Lazy">Registers whose sign is not extended.</param>
/// <param name="Guests">The guest register of each local host register, a byte each; 0 for none.</param>
/// <param name="Unchecked">Floating-point registers that may hold a NaN other than the canonical one.</param>
/// <param name="Block">The block; none where nothing is to be stored.</param>
/// <param name="At">The operation before which, or in which, it is.</param>
internal readonly record struct RegisterSnapshot(ulong Dirty, uint Lazy, ulong Guests, uint Unchecked, Block? Block, int At);

/// <summary>
/// Where integer registers are while a block is written. Those of <see cref="RegisterMap"/> stay in their host registers; the others
/// live in memory between blocks, and inside a block in the local host registers while they are still needed there: the value that is
/// used last gives way. Sign extension of words waits until somebody looks at the upper half.
/// </summary>
internal sealed class BlockRegisters(FloatAssembler assembler, RegisterMap map)
{
    private readonly int[] _guests = new int[RegisterMap.MostLocals];
    private uint[] _neededAfter = new uint[RegionBuilder.BlockLimit + 1];
    private Block _block = null!;
    private int _at;

    /// <summary>Registers that differ from memory: integer and floating-point.</summary>
    public ulong Dirty { get; private set; }

    /// <summary>Registers that may not leave their local host register now.</summary>
    public uint Pinned { get; set; }

    /// <summary>Says that all registers are in memory, whatever else is known.</summary>
    public bool AllInMemory { get; set; }

    /// <summary>Floating-point registers that may hold a NaN other than the canonical one; see <see cref="NumberChecks"/>.</summary>
    public uint Unchecked { get; set; }

    private uint Lazy { get; set; }

    private uint Words { get; set; }

    /// <summary>The state now.</summary>
    public RegisterSnapshot Snapshot
    {
        get
        {
            ulong guests = 0;
            for (int slot = 0; slot < _guests.Length; slot++)
                guests |= (ulong)_guests[slot] << (8 * slot);
            return new RegisterSnapshot(Dirty, Lazy, guests, Unchecked, _block, _at);
        }
    }

    /// <summary>Starts a block: nothing is in a local register.</summary>
    public void Begin(Block block)
    {
        _block = block;
        Array.Clear(_guests);
        _at = 0;
        Dirty = block.DirtyIn & map.Mapped;
        Lazy = Words = Pinned = 0;
        if (map.Locals > 0)
            FindNeeds();
    }

    /// <summary>Goes on from another point.</summary>
    public void Restore(in RegisterSnapshot snapshot)
    {
        _at = snapshot.At;
        Dirty = snapshot.Dirty;
        Lazy = snapshot.Lazy;
        Words = 0;
        for (int slot = 0; slot < _guests.Length; slot++)
            _guests[slot] = GuestOf(in snapshot, slot);
    }

    /// <summary>The host register of a register, whose upper half may not be valid; or none.</summary>
    public Gpr Host(int register)
    {
        if (register is 0 or >= 32 || AllInMemory)
            return Gpr.None;
        Gpr home = map.Integer(register);
        return home != Gpr.None ? home : Find(register) is >= 0 and int slot ? map.Local(slot) : Gpr.None;
    }

    /// <summary>The host register of a register, with all its bits; or none.</summary>
    public Gpr Full(int register)
    {
        Gpr own = Host(register);
        if (own != Gpr.None && IsLazy(register))
        {
            assembler.SignExtend32(own, own);
            Lazy &= ~(1u << register);
            Words |= 1u << register;
        }
        return own;
    }

    /// <summary>Whether the upper half of the host register is not valid.</summary>
    public bool IsLazy(int register) => register < 32 && !AllInMemory && (Lazy & (1u << register)) != 0;

    /// <summary>Whether the value is known to be a sign-extended word.</summary>
    public bool IsWord(int register) => register < 32 && !AllInMemory && ((Lazy | Words | 1u) & (1u << register)) != 0;

    /// <summary>Before an operation: brings what it reads into local registers if it is read again, and makes room for its result.</summary>
    public void Prepare(int number)
    {
        _at = number;
        if (map.Locals == 0 || (number < _block.Ops.Count && _block.Ops[number].IsDeferred))
            return;
        RegisterUse use = _block.Ops[number].Use;
        uint needed = _neededAfter[number];
        uint reads = (uint)use.Reads;
        uint writes = (uint)use.Writes;
        uint keep = reads | writes | Pinned;
        for (uint set = (reads | writes) & needed; set != 0; set &= set - 1)
        {
            int register = BitOperations.TrailingZeroCount(set);
            if (Host(register) != Gpr.None || !TryFree(number, keep, out int slot))
                continue;
            _guests[slot] = register;
            if ((reads & (1u << register)) != 0)
                assembler.Load(map.Local(slot), StateLayout.Integer(register), 8, false);
        }
    }

    /// <summary>In place of an operation that is deferred: what its register held is not needed any more.</summary>
    public void Defer(in MicroOp op)
    {
        uint written = 1u << op.Rd;
        Dirty &= ~(ulong)written;
        Lazy &= ~written;
        Words &= ~written;
        if (Find(op.Rd) is >= 0 and int slot)
            _guests[slot] = 0;
    }

    /// <summary>After an operation: its results are where they belong.</summary>
    public void Complete(ulong writes, ResultKind kind)
    {
        uint integers = (uint)writes;
        Lazy &= ~integers;
        Words &= ~integers;
        Dirty |= writes;
        if (integers == 0)
            return;
        if (Host(BitOperations.TrailingZeroCount(integers)) == Gpr.None)
            Dirty &= ~(ulong)integers;
        else if (kind == ResultKind.LazyWord)
            Lazy |= integers;
        else if (kind == ResultKind.Word)
            Words |= integers;
    }

    /// <summary>At the end of a block: memory holds what is in local registers, and all signs are extended.</summary>
    public void Flush()
    {
        _at = _block.Ops.Count;
        for (uint set = Lazy; set != 0; set &= set - 1)
            Full(BitOperations.TrailingZeroCount(set));
        for (int slot = 0; slot < map.Locals; slot++)
            Clean(slot);
    }

    /// <summary>Forgets what is in local registers.</summary>
    public void DropLocals() => Array.Clear(_guests);

    /// <summary>Makes this state the other one, which the same operations have led to.</summary>
    public void Reconcile(in RegisterSnapshot other)
    {
        for (uint set = Lazy & ~other.Lazy; set != 0; set &= set - 1)
            Full(BitOperations.TrailingZeroCount(set));
        for (int slot = 0; slot < map.Locals; slot++)
            Clean(slot);
        FillLocals(in other);
        Restore(in other);
    }

    /// <summary>Loads the local registers of a state.</summary>
    public void FillLocals(in RegisterSnapshot state)
    {
        for (int slot = 0; slot < map.Locals; slot++)
        {
            if (GuestOf(in state, slot) is not 0 and int register)
                assembler.Load(map.Local(slot), StateLayout.Integer(register), 8, false);
        }
    }

    /// <summary>Stores the integer registers of a state that differ from memory.</summary>
    public void Spill(in RegisterSnapshot state)
    {
        for (uint set = (uint)(state.Dirty & map.Mapped); set != 0; set &= set - 1)
        {
            int register = BitOperations.TrailingZeroCount(set);
            Store(register, map.Integer(register), state.Lazy);
        }
        for (int slot = 0; slot < map.Locals; slot++)
        {
            if (GuestOf(in state, slot) is not 0 and int register && (state.Dirty & RegisterUse.Integer(register)) != 0)
                Store(register, map.Local(slot), state.Lazy);
        }
    }

    private static int GuestOf(in RegisterSnapshot snapshot, int slot) => (int)(snapshot.Guests >> (8 * slot)) & 0xFF;

    private void Store(int register, Gpr host, uint lazy)
    {
        if ((lazy & (1u << register)) != 0)
            assembler.SignExtend32(host, host);
        assembler.Store(StateLayout.Integer(register), host, 8);
    }

    // Which registers are read behind each operation, before they are written again.
    private void FindNeeds()
    {
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(_block.Ops);
        if (_neededAfter.Length < ops.Length)
            _neededAfter = new uint[ops.Length];
        uint needed = (uint)Liveness.LastUse(_block).Reads;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            _neededAfter[k] = needed;
            if (!ops[k].IsDeferred)
                needed = (needed & ~(uint)ops[k].Use.Writes) | (uint)ops[k].Use.Reads;
        }
    }

    private int Find(int register) => Array.IndexOf(_guests, register, 0, map.Locals);

    private bool TryFree(int number, uint keep, out int best)
    {
        best = -1;
        int farthest = -1;
        for (int slot = 0; slot < map.Locals; slot++)
        {
            int register = _guests[slot];
            if (register != 0 && (keep & (1u << register)) != 0)
                continue;
            int distance = register == 0 ? int.MaxValue : NextUse(register, number);
            if (distance > farthest)
            {
                farthest = distance;
                best = slot;
            }
        }
        if (best < 0)
            return false;
        Clean(best);
        if (_guests[best] != 0)
        {
            Words &= ~(1u << _guests[best]);
            _guests[best] = 0;
        }
        return true;
    }

    private int NextUse(int register, int number)
    {
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(_block.Ops);
        ulong bit = RegisterUse.Integer(register);
        if ((_neededAfter[number] & bit) == 0)
            return ops.Length + 1;
        for (int k = number + 1; k < ops.Length; k++)
        {
            if ((ops[k].Use.Reads & bit) != 0 && !ops[k].IsDeferred)
                return k;
        }
        return ops.Length;
    }

    private void Clean(int slot)
    {
        int register = _guests[slot];
        if (register == 0 || (Dirty & RegisterUse.Integer(register)) == 0)
            return;
        Store(register, map.Local(slot), Lazy);
        if (IsLazy(register))
            Words |= 1u << register;
        Lazy &= ~(1u << register);
        Dirty &= ~RegisterUse.Integer(register);
    }
}
