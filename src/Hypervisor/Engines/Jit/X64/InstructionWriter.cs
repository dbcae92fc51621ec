using System.Runtime.CompilerServices;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Writes the parts of x86-64 instructions: prefixes, opcode, ModRM, SIB, displacement (AMD64 Architecture Programmer's Manual,
/// volume 3, chapter 1). Positions are offsets from the start of code memory.
/// </summary>
internal unsafe class InstructionWriter
{
    protected const int NoMap = 0;
    protected const int Map0F = 1;
    protected const int Map0F38 = 2;
    protected const int Map0F3A = 3;

    private byte* _start;

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; set; }

    /// <summary>Sets where code memory starts.</summary>
    public void Attach(byte* start, int position)
    {
        _start = start;
        Position = position;
    }

    /// <summary>Changes four bytes that were already written.</summary>
    // SAFETY: the caller leaves room for what it emits; see TranslationCache.
    public void Patch32(int position, int value) => Unsafe.WriteUnaligned(_start + position, value);

    // SAFETY: as in Patch32.
    protected byte ByteAt(int position) => _start[position];

    protected void Byte(int value) => _start[Position++] = (byte)value;

    protected void Int32(int value)
    {
        // SAFETY: as in Patch32.
        Unsafe.WriteUnaligned(_start + Position, value);
        Position += 4;
    }

    protected void Int64(long value)
    {
        // SAFETY: as in Patch32.
        Unsafe.WriteUnaligned(_start + Position, value);
        Position += 8;
    }

    /// <summary>An instruction whose r/m operand is a register.</summary>
    protected void Direct(int prefix, int map, int opcode, int reg, int rm, bool wide, bool byteRegister = false)
    {
        if (prefix != 0)
            Byte(prefix);
        int rex = (wide ? 8 : 0) | (reg >> 3 << 2) | (rm >> 3);
        // Without a REX prefix, byte registers 4 to 7 would be AH to BH.
        if (rex != 0 || (byteRegister && (reg >= 4 || rm >= 4)))
            Byte(0x40 | rex);
        Opcode(map, opcode);
        Byte(0xC0 | ((reg & 7) << 3) | (rm & 7));
    }

    /// <summary>An instruction whose r/m operand is in memory.</summary>
    protected void Indirect(int prefix, int map, int opcode, int reg, in Mem m, bool wide, bool byteRegister = false)
    {
        if (prefix != 0)
            Byte(prefix);
        int index = m.Index == Gpr.None ? 0 : (int)m.Index;
        int rex = (wide ? 8 : 0) | (reg >> 3 << 2) | (index >> 3 << 1) | ((int)m.Base >> 3);
        if (rex != 0 || (byteRegister && reg >= 4))
            Byte(0x40 | rex);
        Opcode(map, opcode);
        MemoryOperand(reg, in m);
    }

    /// <summary>A VEX instruction whose r/m operand is a register.</summary>
    protected void VexDirect(int prefix, int map, bool wide, int opcode, int reg, int second, int rm)
    {
        VexPrefix(prefix, map, wide, reg, second, 0, rm);
        Byte(opcode);
        Byte(0xC0 | ((reg & 7) << 3) | (rm & 7));
    }

    /// <summary>A VEX instruction whose r/m operand is in memory.</summary>
    protected void VexIndirect(int prefix, int map, bool wide, int opcode, int reg, int second, in Mem m)
    {
        VexPrefix(prefix, map, wide, reg, second, m.Index == Gpr.None ? 0 : (int)m.Index, (int)m.Base);
        Byte(opcode);
        MemoryOperand(reg, in m);
    }

    private void Opcode(int map, int opcode)
    {
        if (map != NoMap)
            Byte(0x0F);
        if (map == Map0F38)
            Byte(0x38);
        else if (map == Map0F3A)
            Byte(0x3A);
        Byte(opcode);
    }

    private void VexPrefix(int prefix, int map, bool wide, int reg, int second, int index, int rm)
    {
        int pp = prefix switch { 0x66 => 1, 0xF3 => 2, 0xF2 => 3, _ => 0 };
        int notR = (reg >> 3 ^ 1) << 7;
        int tail = ((~second & 15) << 3) | pp;
        if (map == Map0F && !wide && index < 8 && rm < 8)
        {
            Byte(0xC5);
            Byte(notR | tail);
            return;
        }
        Byte(0xC4);
        Byte(notR | ((index >> 3 ^ 1) << 6) | ((rm >> 3 ^ 1) << 5) | map);
        Byte((wide ? 0x80 : 0) | tail);
    }

    private void MemoryOperand(int reg, in Mem m)
    {
        int field = (reg & 7) << 3;
        int low = (int)m.Base & 7;
        bool sib = m.Index != Gpr.None || low == 4;
        int mode = m.Displacement == 0 && low != 5 ? 0 : m.Displacement is >= -128 and < 128 ? 0x40 : 0x80;
        Byte(mode | field | (sib ? 4 : low));
        if (sib)
            Byte((m.ScaleShift << 6) | ((m.Index == Gpr.None ? 4 : (int)m.Index & 7) << 3) | low);
        if (mode == 0x40)
            Byte(m.Displacement);
        else if (mode == 0x80)
            Int32(m.Displacement);
    }
}
