using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Tests.Isa;

/// <summary>A small assembler for test programs: every encoding comes from the instruction table.</summary>
internal sealed class Assembler(ulong origin)
{
    private readonly List<byte> _bytes = [];
    private readonly List<(int Position, string Name, int Rs1OrRd, int Rs2, string Label)> _fixups = [];
    private readonly Dictionary<string, int> _labels = [];

    /// <summary>The address of the next instruction.</summary>
    public ulong Here => origin + (ulong)_bytes.Count;

    /// <summary>Names the next address.</summary>
    public Assembler Label(string name)
    {
        _labels.Add(name, _bytes.Count);
        return this;
    }

    public ulong AddressOf(string label) => origin + (ulong)_labels[label];

    public Assembler Word(uint word)
    {
        for (int shift = 0; shift < 32; shift += 8)
            _bytes.Add((byte)(word >> shift));
        return this;
    }

    public Assembler Half(ushort half)
    {
        _bytes.Add((byte)half);
        _bytes.Add((byte)(half >> 8));
        return this;
    }

    public Assembler Data(ulong value)
    {
        Word((uint)value);
        return Word((uint)(value >> 32));
    }

    public Assembler Align(int bytes)
    {
        while (_bytes.Count % bytes != 0)
            _bytes.Add(0);
        return this;
    }

    /// <summary>Three registers, as far as the instruction has them.</summary>
    public Assembler R(string name, int rd, int rs1, int rs2 = 0) => Word(Encoding.Registers(InstructionTable.Named(name), rd, rs1, rs2));

    /// <summary>A register and an immediate; loads and JALR too.</summary>
    public Assembler I(string name, int rd, int rs1, int immediate) => Word(Encoding.Immediate(InstructionTable.Named(name), rd, rs1, immediate & 0xFFF));

    public Assembler S(string name, int rs2, int rs1, int immediate) => Word(Encoding.Store(InstructionTable.Named(name), rs2, rs1, immediate));

    public Assembler Lui(int rd, int immediate) => Word(Encoding.Upper(InstructionTable.Named("lui"), rd, immediate));

    public Assembler Csr(string name, int rd, Csr csr, int operand) => Word(Encoding.Csr(InstructionTable.Named(name), rd, csr, operand));

    /// <summary>A floating-point instruction with a rounding mode; rs2 and rs3 where it has them.</summary>
    public Assembler F(string name, int rd, int rs1, int rs2, int rounding, int rs3 = 0)
        => Word(Encoding.Registers(InstructionTable.Named(name), rd, rs1, rs2) | ((uint)rounding << 12) | ((uint)rs3 << 27));

    public Assembler Op(string name) => Word(InstructionTable.Named(name).Match);

    public Assembler Branch(string name, int rs1, int rs2, string label)
    {
        _fixups.Add((_bytes.Count, name, rs1, rs2, label));
        return Word(0);
    }

    public Assembler Jal(int rd, string label)
    {
        _fixups.Add((_bytes.Count, "jal", rd, 0, label));
        return Word(0);
    }

    /// <summary>Loads any constant.</summary>
    public Assembler Li(int rd, ulong value)
    {
        if ((long)value is >= -2048 and < 2048)
            return I("addi", rd, 0, (int)value);
        if ((long)value is >= int.MinValue and <= int.MaxValue)
        {
            int low = (int)value << 20 >> 20;
            Lui(rd, (int)value - low);
            return I("addiw", rd, rd, low);
        }
        // 44 bits at the top, then 12 and again until all are in.
        long rest = (long)value << 52 >> 52;
        Li(rd, (ulong)(((long)value - rest) >> 12));
        I("slli", rd, rd, 12);
        return I("addi", rd, rd, (int)rest);
    }

    /// <summary>Loads the address of a label that is already placed or comes later, in a fixed 8 bytes (below 2 GiB apart).</summary>
    public byte[] Assemble()
    {
        byte[] bytes = [.. _bytes];
        foreach ((int position, string name, int first, int second, string label) in _fixups)
        {
            int offset = _labels[label] - position;
            InstructionOf(name, first, second, offset).CopyTo(bytes, position);
        }
        return bytes;
    }

    private static byte[] InstructionOf(string name, int first, int second, int offset) => BitConverter.GetBytes(
        name == "jal"
            ? Encoding.Jump(InstructionTable.Named("jal"), first, offset)
            : Encoding.Branch(InstructionTable.Named(name), first, second, offset));
}
