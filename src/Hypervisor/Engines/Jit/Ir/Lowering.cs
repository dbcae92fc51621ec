using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Turns decoded instructions of a block into micro-operations: operands resolved, x0 and known values folded, instructions without effect
/// dropped (they still count as retired).
/// </summary>
internal sealed class Lowering
{
    private const byte NearestEven = 0;
    private const byte TowardZero = 1;
    private const byte Dynamic = 7;

    private readonly long[] _value = new long[32];
    private uint _known;

    /// <summary>Forgets what it knows about registers: a new block.</summary>
    public void Begin() => _known = 0;

    /// <summary>Appends an instruction that does not end a block.</summary>
    public void Append(Block block, in DecodedInstruction i, ulong virtualPage)
    {
        MicroOp op = Describe(in i, block.Instructions);
        block.Instructions++;
        InstructionRow row = InstructionTable.Rows[i.Row];
        if (row.Kind == MeaningKind.Memory)
            block.Accesses++;
        if (row.Name == "lui")
            MakeConstant(ref op, i.Immediate);
        else if (row.Name == "auipc")
            MakeConstant(ref op, (long)(virtualPage + i.PageOffset) + i.Immediate);
        else if (row.Kind == MeaningKind.System)
            SystemInstructions.Fill(ref op, row.Format);
        else
            Fill(ref op, in i, row.Format);
        Fold(ref op);
        op.Use = UseOf(in op, row.Format);
        if (IsPointless(in op))
            return;
        Track(in op);
        // LUI and ADDI: only the last value is seen, since nothing between them can trap.
        if (op.Opcode == MicroOpcode.Constant && block.Ops.Count > 0 && block.Ops[^1].Opcode == MicroOpcode.Constant && block.Ops[^1].Rd == op.Rd)
            block.Ops.RemoveAt(block.Ops.Count - 1);
        if (!MergeZeroExtension(block, ref op))
            block.Ops.Add(op);
    }

    /// <summary>The value that a register is known to have at the end of what was appended.</summary>
    public bool TryGetValue(int register, out long value)
    {
        value = register == 0 ? 0 : _value[register & 31];
        return IsKnown(register);
    }

    /// <summary>The instruction's place and operands, for what ends a block.</summary>
    public static MicroOp Describe(in DecodedInstruction i, int index) => new()
    {
        Opcode = MicroOpcode.Interpret,
        Rd = i.Rd,
        Ra = i.Rs1,
        Rb = i.Rs2,
        Rc = i.Rs3,
        Immediate = i.Immediate,
        Rounding = i.Rounding,
        Raw = i.Raw,
        Length = i.Length,
        PageOffset = i.PageOffset,
        Index = (byte)index,
    };

    private static void Fill(ref MicroOp op, in DecodedInstruction i, Format format)
    {
        Recipe recipe = Recipes.Of(i.Row);
        op.Opcode = recipe.Opcode;
        op.Size = recipe.Size;
        op.FloatSize = recipe.FloatSize;
        op.IsSigned = recipe.IsSigned;
        op.Shift = recipe.Shift;
        op.HasImmediate = format is Format.Immediate or Format.Shift or Format.ShiftWord;
        bool rounds = format is Format.FloatRounded or Format.FloatUnary or Format.FloatFused or Format.FloatToInteger or Format.FloatFromInteger;
        // The unit guard of the block makes sure that frm says nearest-even.
        bool nearest = op.Rounding is NearestEven or Dynamic;
        bool truncates = op.Opcode == MicroOpcode.FloatToInteger && op.Rounding == TowardZero;
        if (rounds && !nearest && !truncates)
            op.Opcode = MicroOpcode.Interpret;
    }

    private static void MakeConstant(ref MicroOp op, long value)
    {
        op.Opcode = MicroOpcode.Constant;
        op.Immediate = value;
        op.HasImmediate = true;
    }

    private void Fold(ref MicroOp op)
    {
        if (op.Opcode is < MicroOpcode.Add or > MicroOpcode.SetLessUnsigned)
            return;
        if (!op.HasImmediate && IsKnown(op.Rb) && _value[op.Rb] is >= int.MinValue and <= int.MaxValue)
        {
            op.Immediate = _value[op.Rb];
            op.HasImmediate = true;
        }
        if (!op.HasImmediate || !IsKnown(op.Ra))
            return;
        long a = _value[op.Ra];
        long b = op.Immediate;
        long? result = op.Opcode switch
        {
            MicroOpcode.Add => a + b,
            MicroOpcode.Subtract => a - b,
            MicroOpcode.AddWord => (int)(a + b),
            MicroOpcode.SubtractWord => (int)(a - b),
            MicroOpcode.And => a & b,
            MicroOpcode.Or => a | b,
            MicroOpcode.Xor => a ^ b,
            MicroOpcode.ShiftLeft => a << (int)(b & 63),
            MicroOpcode.ShiftRight => (long)((ulong)a >> (int)(b & 63)),
            MicroOpcode.ShiftRightArithmetic => a >> (int)(b & 63),
            MicroOpcode.ShiftLeftWord => (int)a << (int)(b & 31),
            _ => null,
        };
        if (result is { } value)
            MakeConstant(ref op, value);
    }

    private bool IsKnown(int register) => register == 0 || (register < 32 && (_known & (1u << register)) != 0);

    private void Track(in MicroOp op)
    {
        _known &= ~(uint)op.Use.Writes;
        if (op.Opcode == MicroOpcode.Constant && op.Rd < 32)
        {
            _known |= 1u << op.Rd;
            _value[op.Rd] = op.Immediate;
        }
    }

    // SLLI by 32 and SRLI by 32: what compilers emit to clear the upper half.
    private static bool MergeZeroExtension(Block block, ref MicroOp op)
    {
        if (op.Opcode != MicroOpcode.ShiftRight || !op.HasImmediate || op.Immediate != 32 || op.Ra != op.Rd || block.Ops.Count == 0)
            return false;
        MicroOp before = block.Ops[^1];
        if (before.Opcode != MicroOpcode.ShiftLeft || !before.HasImmediate || before.Immediate != 32 || before.Rd != op.Ra)
            return false;
        op.Opcode = MicroOpcode.ZeroExtendWord;
        op.Ra = before.Ra;
        op.Use = before.Use;
        block.Ops[^1] = op;
        return true;
    }

    private static bool IsPointless(in MicroOp op)
    {
        if (op.Opcode == MicroOpcode.Add && op.HasImmediate && op.Immediate == 0 && op.Rd == op.Ra)
            return true;
        return op.Rd == RegisterFile.Discard && op.Opcode < MicroOpcode.Load;
    }

    private static RegisterUse UseOf(in MicroOp op, Format format)
    {
        if (op.Opcode == MicroOpcode.Constant)
            return new RegisterUse(0, RegisterUse.Integer(op.Rd));
        ulong a = RegisterUse.Integer(op.Ra);
        ulong b = op.HasImmediate ? 0 : RegisterUse.Integer(op.Rb);
        ulong d = RegisterUse.Integer(op.Rd);
        ulong fa = RegisterUse.Float(op.Ra);
        ulong fb = RegisterUse.Float(op.Rb);
        ulong fd = op.Rd < 32 ? RegisterUse.Float(op.Rd) : 0;
        return format switch
        {
            Format.Register => new RegisterUse(a | b, d),
            Format.Unary or Format.Immediate or Format.Shift or Format.ShiftWord or Format.Load or Format.LoadReserved => new RegisterUse(a, d),
            Format.Store => new RegisterUse(a | RegisterUse.Integer(op.Rb), 0),
            Format.Csr => new RegisterUse(a, d),
            Format.CsrImmediate => new RegisterUse(0, d),
            Format.Atomic => new RegisterUse(a | RegisterUse.Integer(op.Rb), d),
            Format.FloatLoad => new RegisterUse(a, fd),
            Format.FloatStore => new RegisterUse(a | fb, 0),
            Format.FloatRegister or Format.FloatRounded => new RegisterUse(fa | fb, fd),
            Format.FloatUnary => new RegisterUse(fa, fd),
            Format.FloatFused => new RegisterUse(fa | fb | RegisterUse.Float(op.Rc), fd),
            Format.FloatCompare => new RegisterUse(fa | fb, d),
            Format.FloatToInteger or Format.FloatMoveToInteger => new RegisterUse(fa, d),
            Format.FloatFromInteger or Format.FloatMoveFromInteger => new RegisterUse(a, fd),
            _ => throw new InvariantViolatedException($"operands of format {format} are known"),
        };
    }
}
