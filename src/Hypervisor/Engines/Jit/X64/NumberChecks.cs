using System.Numerics;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Results of arithmetic on doubles that may be NaNs other than the canonical one, since nobody has looked yet. Arithmetic does not care which NaN it
/// is given, and what it makes of one is a NaN again: so the last result answers for those that it was computed from, and two results are asked in
/// one comparison. They are asked before anybody sees their bits: a store, a move, the end of the block. What leaves in between asks by itself, out
/// of line (<see cref="Emission.Spill"/>).
/// </summary>
internal sealed class NumberChecks(Emission e)
{
    private readonly uint[] _answersFor = new uint[32];

    // Those that must be asked; the others are answered for.
    private uint _roots;

    /// <summary>Nothing is open: a new block.</summary>
    public void Begin() => _roots = e.Registers.Unchecked = 0;

    /// <summary>Whether an operation reads the bits of a result that nobody has looked at.</summary>
    public bool Concerns(in MicroOp op)
    {
        uint reads = (uint)(op.Use.Reads >> 32) & e.Registers.Unchecked;
        bool anyNumberWillDo = op.FloatSize == 8 && op.Opcode is >= MicroOpcode.FloatAdd and <= MicroOpcode.NegatedMultiplyAdd
            or >= MicroOpcode.FloatEqual and <= MicroOpcode.FloatLessEqual or MicroOpcode.FloatToInteger or MicroOpcode.FloatConvert;
        return reads != 0 && !anyNumberWillDo;
    }

    /// <summary>A register has been computed from two others (or twice the same), and is looked at later.</summary>
    public void Computed(int result, int a, int b)
    {
        uint open = e.Registers.Unchecked;
        uint answersFor = 0;
        foreach (int operand in (ReadOnlySpan<int>)[a, b])
        {
            if ((open & (1u << operand)) != 0)
                answersFor |= (1u << operand) | _answersFor[operand];
        }
        Overwritten(1u << result);
        answersFor &= ~(1u << result);
        _roots = (_roots & ~answersFor) | (1u << result);
        _answersFor[result] = answersFor;
        e.Registers.Unchecked |= 1u << result;
    }

    /// <summary>Registers have other values now: nobody answers any more for those that they answered for.</summary>
    public void Overwritten(uint registers)
    {
        for (uint set = registers & e.Registers.Unchecked; set != 0; set &= set - 1)
        {
            int register = BitOperations.TrailingZeroCount(set);
            e.Registers.Unchecked &= ~(1u << register);
            _roots = (_roots | _answersFor[register]) & ~(1u << register) & e.Registers.Unchecked;
            for (int other = 0; other < 32; other++)
                _answersFor[other] &= ~(1u << register);
        }
    }

    /// <summary>Asks: all are numbers, or the canonical NaN, behind this.</summary>
    public void Resolve()
    {
        if (_roots == 0)
            return;
        (Label someNaN, Label numbers) = e.Canonicalize(e.Registers.Unchecked);
        for (uint set = _roots; set != 0;)
        {
            int first = BitOperations.TrailingZeroCount(set);
            set &= set - 1;
            int second = set == 0 ? first : BitOperations.TrailingZeroCount(set);
            set &= set - 1;
            e.Assembler.CompareQuiet(e.Map.Float(first), e.Map.Float(second), isDouble: true);
            e.Assembler.JumpIf(Condition.Parity, someNaN);
        }
        e.Assembler.Bind(numbers);
        Begin();
    }
}
