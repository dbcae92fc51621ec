namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// The integer instructions that the translator uses, written straight into code memory. Where a method takes <c>wide</c>, true
/// means 64 bits and false 32, which clears the upper half of the destination.
/// </summary>
internal class Assembler : InstructionWriter
{
    private readonly List<int> _labels = [];
    private readonly List<(int Position, int Label)> _fixups = [];

    /// <summary>Forgets all labels: code written so far is complete.</summary>
    public void Reset()
    {
        _labels.Clear();
        _fixups.Clear();
    }

    /// <summary>A label to be bound later.</summary>
    public Label NewLabel()
    {
        _labels.Add(-1);
        return new Label(_labels.Count - 1);
    }

    /// <summary>Binds a label to the present position.</summary>
    public void Bind(Label label) => _labels[label.Number] = Position;

    /// <summary>Where a bound label stands.</summary>
    public int PositionOf(Label label) => _labels[label.Number];

    /// <summary>Fills in all jumps to labels that were bound after them.</summary>
    public void Resolve()
    {
        foreach ((int position, int label) in _fixups)
        {
            Invariant.Require(_labels[label] >= 0, "every label that is used is bound");
            Patch32(position, _labels[label] - position - 4);
        }
        _fixups.Clear();
    }

    public void Move(Gpr to, Gpr from)
    {
        if (to != from)
            Direct(0, NoMap, 0x8B, (int)to, (int)from, wide: true);
    }

    public void Move32(Gpr to, Gpr from) => Direct(0, NoMap, 0x8B, (int)to, (int)from, wide: false);

    /// <summary>Loads a constant in the shortest way; flags are kept.</summary>
    public void MoveConstant(Gpr to, long value)
    {
        if (value is >= 0 and <= uint.MaxValue)
        {
            if ((int)to >= 8)
                Byte(0x41);
            Byte(0xB8 | ((int)to & 7));
            Int32((int)value);
        }
        else if (value is >= int.MinValue and < 0)
        {
            Direct(0, NoMap, 0xC7, 0, (int)to, wide: true);
            Int32((int)value);
        }
        else
        {
            MoveWide(to, value);
        }
    }

    /// <summary>Loads a constant in eight bytes, which are changed later. Returns their position.</summary>
    public int MoveWide(Gpr to, long value)
    {
        Byte(0x48 | ((int)to >> 3));
        Byte(0xB8 | ((int)to & 7));
        Int64(value);
        return Position - sizeof(long);
    }

    /// <summary>Loads 1, 2, 4 or 8 bytes and extends them to 64 bits.</summary>
    public void Load(Gpr to, in Mem from, int size, bool signed)
    {
        switch (size, signed)
        {
            case (8, _): Indirect(0, NoMap, 0x8B, (int)to, in from, wide: true); break;
            case (4, false): Indirect(0, NoMap, 0x8B, (int)to, in from, wide: false); break;
            case (4, true): Indirect(0, NoMap, 0x63, (int)to, in from, wide: true); break;
            case (2, false): Indirect(0, Map0F, 0xB7, (int)to, in from, wide: false); break;
            case (2, true): Indirect(0, Map0F, 0xBF, (int)to, in from, wide: true); break;
            case (1, false): Indirect(0, Map0F, 0xB6, (int)to, in from, wide: false); break;
            default: Indirect(0, Map0F, 0xBE, (int)to, in from, wide: true); break;
        }
    }

    public void Store(in Mem to, Gpr from, int size)
    {
        if (size == 1)
            Indirect(0, NoMap, 0x88, (int)from, in to, wide: false, byteRegister: true);
        else
            Indirect(size == 2 ? 0x66 : 0, NoMap, 0x89, (int)from, in to, wide: size == 8);
    }

    /// <summary>Stores a constant, sign-extended from 32 bits if 8 bytes are stored.</summary>
    public void StoreConstant(in Mem to, int value, int size)
    {
        Indirect(size == 2 ? 0x66 : 0, NoMap, size == 1 ? 0xC6 : 0xC7, 0, in to, wide: size == 8);
        if (size == 1)
            Byte(value);
        else if (size == 2)
            Int16(value);
        else
            Int32(value);
    }

    public void Apply(Alu operation, Gpr to, Gpr from, bool wide = true)
        => Direct(0, NoMap, ((int)operation << 3) | 3, (int)to, (int)from, wide);

    public void Apply(Alu operation, Gpr to, in Mem from, bool wide = true)
        => Indirect(0, NoMap, ((int)operation << 3) | 3, (int)to, in from, wide);

    public void Apply(Alu operation, in Mem to, Gpr from, bool wide = true)
        => Indirect(0, NoMap, ((int)operation << 3) | 1, (int)from, in to, wide);

    public void Apply(Alu operation, Gpr to, int value, bool wide = true)
    {
        bool small = value is >= -128 and < 128;
        Direct(0, NoMap, small ? 0x83 : 0x81, (int)operation, (int)to, wide);
        Immediate(value, small);
    }

    public void Apply(Alu operation, in Mem to, int value, bool wide = true)
    {
        bool small = value is >= -128 and < 128;
        Indirect(0, NoMap, small ? 0x83 : 0x81, (int)operation, in to, wide);
        Immediate(value, small);
    }

    public void Test(Gpr a, Gpr b, bool wide = true) => Direct(0, NoMap, 0x85, (int)b, (int)a, wide);

    /// <summary>TEST with a constant of up to 32 bits.</summary>
    public void TestBits(Gpr register, int bits)
    {
        Direct(0, NoMap, 0xF7, 0, (int)register, wide: false);
        Int32(bits);
    }

    public void LoadAddress(Gpr to, in Mem address, bool wide = true) => Indirect(0, NoMap, 0x8D, (int)to, in address, wide);

    /// <summary>The address of a place in code memory.</summary>
    public void LoadAddress(Gpr to, Label label)
    {
        const int RelativeToNext = 5;
        Byte(0x48 | ((int)to >> 3 << 2));
        Byte(0x8D);
        Byte((((int)to & 7) << 3) | RelativeToNext);
        Relative(label);
    }

    /// <summary>Four bytes that are no instruction.</summary>
    public void Data32(int value) => Int32(value);

    public void SignExtend32(Gpr to, Gpr from) => Direct(0, NoMap, 0x63, (int)to, (int)from, wide: true);

    public void SignExtend32(Gpr to, in Mem from) => Indirect(0, NoMap, 0x63, (int)to, in from, wide: true);

    public void SignExtend16(Gpr to, Gpr from) => Direct(0, Map0F, 0xBF, (int)to, (int)from, wide: true);

    public void SignExtend8(Gpr to, Gpr from) => Direct(0, Map0F, 0xBE, (int)to, (int)from, wide: true);

    public void ZeroExtend16(Gpr to, Gpr from) => Direct(0, Map0F, 0xB7, (int)to, (int)from, wide: false);

    public void ZeroExtend8(Gpr to, Gpr from) => Direct(0, Map0F, 0xB6, (int)to, (int)from, wide: false, byteRegister: true);

    public void ShiftBy(Shift operation, Gpr register, int count, bool wide = true)
    {
        Direct(0, NoMap, 0xC1, (int)operation, (int)register, wide);
        Byte(count);
    }

    /// <summary>Shifts or rotates by CL.</summary>
    public void ShiftByCl(Shift operation, Gpr register, bool wide = true) => Direct(0, NoMap, 0xD3, (int)operation, (int)register, wide);

    /// <summary>SHLX, SHRX, SARX: other shifts are not possible.</summary>
    public void ShiftInto(Shift operation, Gpr to, Gpr from, Gpr count, bool wide = true)
        => VexDirect(ShiftPrefix(operation), Map0F38, wide, 0xF7, (int)to, (int)count, (int)from);

    /// <summary>RORX: leaves the flags alone.</summary>
    public void RotateRightInto(Gpr to, Gpr from, int count, bool wide = true)
    {
        VexDirect(0xF2, Map0F3A, wide, 0xF0, (int)to, 0, (int)from);
        Byte(count);
    }

    /// <summary>ANDN: to := not inverted and other.</summary>
    public void AndNot(Gpr to, Gpr inverted, Gpr other) => VexDirect(0, Map0F38, true, 0xF2, (int)to, (int)inverted, (int)other);

    /// <summary>MULX: high and low half of RDX times a register.</summary>
    public void MultiplyInto(Gpr high, Gpr low, Gpr factor) => VexDirect(0xF2, Map0F38, true, 0xF6, (int)high, (int)low, (int)factor);

    public void Multiply(Gpr to, Gpr factor, bool wide = true) => Direct(0, Map0F, 0xAF, (int)to, (int)factor, wide);

    public void Multiply(Gpr to, in Mem factor, bool wide = true) => Indirect(0, Map0F, 0xAF, (int)to, in factor, wide);

    /// <summary>IMUL with one operand: RDX:RAX := RAX times it.</summary>
    public void MultiplySignedHigh(Gpr factor) => Direct(0, NoMap, 0xF7, 5, (int)factor, wide: true);

    public void Divide(Gpr divisor, bool signed, bool wide) => Direct(0, NoMap, 0xF7, signed ? 7 : 6, (int)divisor, wide);

    /// <summary>CQO or CDQ.</summary>
    public void SignExtendAccumulator(bool wide)
    {
        if (wide)
            Byte(0x48);
        Byte(0x99);
    }

    public void Negate(Gpr register, bool wide = true) => Direct(0, NoMap, 0xF7, 3, (int)register, wide);

    public void Not(Gpr register) => Direct(0, NoMap, 0xF7, 2, (int)register, wide: true);

    public void ReverseBytes(Gpr register)
    {
        Byte(0x48 | ((int)register >> 3));
        Byte(0x0F);
        Byte(0xC8 | ((int)register & 7));
    }

    public void CountLeadingZeros(Gpr to, Gpr from, bool wide) => Direct(0xF3, Map0F, 0xBD, (int)to, (int)from, wide);

    public void CountTrailingZeros(Gpr to, Gpr from, bool wide) => Direct(0xF3, Map0F, 0xBC, (int)to, (int)from, wide);

    public void PopulationCount(Gpr to, Gpr from, bool wide) => Direct(0xF3, Map0F, 0xB8, (int)to, (int)from, wide);

    /// <summary>BT (4), BTS (5), BTR (6), BTC (7) with the bit number in a register, taken modulo 64.</summary>
    public void BitOperation(int number, Gpr register, Gpr bit) => Direct(0, Map0F, 0x83 | (number << 3), (int)bit, (int)register, wide: true);

    /// <summary>The same with a constant bit number.</summary>
    public void BitOperation(int number, Gpr register, int bit)
    {
        Direct(0, Map0F, 0xBA, number, (int)register, wide: true);
        Byte(bit);
    }

    public void SetIf(Condition condition, Gpr to) => Direct(0, Map0F, 0x90 | (int)condition, 0, (int)to, wide: false, byteRegister: true);

    public void MoveIf(Condition condition, Gpr to, Gpr from) => Direct(0, Map0F, 0x40 | (int)condition, (int)to, (int)from, wide: true);

    /// <summary>LOCK XADD.</summary>
    public void ExchangeAdd(in Mem memory, Gpr register, bool wide)
    {
        Byte(0xF0);
        Indirect(0, Map0F, 0xC1, (int)register, in memory, wide);
    }

    /// <summary>XCHG, which is locked by itself.</summary>
    public void Exchange(in Mem memory, Gpr register, bool wide) => Indirect(0, NoMap, 0x87, (int)register, in memory, wide);

    /// <summary>LOCK CMPXCHG: compares with RAX.</summary>
    public void CompareExchange(in Mem memory, Gpr register, bool wide)
    {
        Byte(0xF0);
        Indirect(0, Map0F, 0xB1, (int)register, in memory, wide);
    }

    /// <summary>AND, OR, XOR to memory, locked.</summary>
    public void ApplyLocked(Alu operation, in Mem memory, Gpr register, bool wide)
    {
        Byte(0xF0);
        Apply(operation, in memory, register, wide);
    }

    /// <summary>A full fence: LOCK OR of zero to the top of the stack, faster than MFENCE.</summary>
    public void FullFence()
    {
        Byte(0xF0);
        Apply(Alu.Or, new Mem(Gpr.Rsp, 0), 0, wide: false);
    }

    public void Push(Gpr register)
    {
        if ((int)register >= 8)
            Byte(0x41);
        Byte(0x50 | ((int)register & 7));
    }

    /// <summary>Pushes a constant, extended to 64 bits.</summary>
    public void Push(int value)
    {
        Byte(0x68);
        Int32(value);
    }

    public void Pop(Gpr register)
    {
        if ((int)register >= 8)
            Byte(0x41);
        Byte(0x58 | ((int)register & 7));
    }

    public void Return() => Byte(0xC3);

    public void Jump(Label target)
    {
        if (IsNear(target, 2))
        {
            Byte(0xEB);
            Byte(PositionOf(target) - Position - 1);
            return;
        }
        Byte(0xE9);
        Relative(target);
    }

    /// <summary>A jump whose target is changed later: always five bytes. Returns the position of the offset.</summary>
    public int JumpPatchable(Label target)
    {
        Byte(0xE9);
        int position = Position;
        Relative(target);
        return position;
    }

    /// <summary>A call whose target is changed later. Returns the position of the offset.</summary>
    public int CallPatchable(Label target)
    {
        Call(target);
        return Position - 4;
    }

    public void Jump(int position)
    {
        Byte(0xE9);
        Int32(position - Position - 4);
    }

    public void Jump(Gpr target) => Direct(0, NoMap, 0xFF, 4, (int)target, wide: false);

    public void JumpIf(Condition condition, Label target)
    {
        if (IsNear(target, 2))
        {
            Byte(0x70 | (int)condition);
            Byte(PositionOf(target) - Position - 1);
            return;
        }
        Byte(0x0F);
        Byte(0x80 | (int)condition);
        Relative(target);
    }

    public void JumpIf(Condition condition, int position)
    {
        Byte(0x0F);
        Byte(0x80 | (int)condition);
        Int32(position - Position - 4);
    }

    public void Call(int position)
    {
        Byte(0xE8);
        Int32(position - Position - 4);
    }

    /// <summary>Whether what stands before a site is a call.</summary>
    public bool IsCall(int site) => ByteAt(site - 1) == 0xE8;

    public void Call(Label target)
    {
        Byte(0xE8);
        Relative(target);
    }

    public void Call(Gpr target) => Direct(0, NoMap, 0xFF, 2, (int)target, wide: false);

    public void Call(in Mem target) => Indirect(0, NoMap, 0xFF, 2, in target, wide: false);

    private static int ShiftPrefix(Shift operation) => operation switch
    {
        Shift.Left => 0x66,
        Shift.Right => 0xF2,
        _ => 0xF3,
    };

    private bool IsNear(Label target, int length)
        => PositionOf(target) is >= 0 and var position && position - (Position + length) is >= -128 and < 128;

    private void Relative(Label target)
    {
        int position = PositionOf(target);
        if (position < 0)
            _fixups.Add((Position, target.Number));
        Int32(position < 0 ? 0 : position - Position - 4);
    }

    private void Immediate(int value, bool small)
    {
        if (small)
            Byte(value);
        else
            Int32(value);
    }

    private void Int16(int value)
    {
        Byte(value);
        Byte(value >> 8);
    }
}
