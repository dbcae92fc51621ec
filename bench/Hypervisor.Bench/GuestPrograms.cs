using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Bench;

/// <summary>A bare-metal program that runs a loop and powers the machine off.</summary>
/// <param name="Name">What it does.</param>
/// <param name="InstructionsPerTurn">Instructions of one turn of the loop.</param>
/// <param name="Build">Makes the image for a number of turns.</param>
internal sealed record GuestProgram(string Name, int InstructionsPerTurn, Func<uint, byte[]> Build);

/// <summary>The programs that are measured.</summary>
internal static class GuestPrograms
{
    private const int Data = 5;
    private const int Turns = 6;
    private const int Mask = 7;

    public static IReadOnlyList<GuestProgram> All { get; } =
    [
        // Loads, stores and arithmetic over 64 KiB.
        new("integer loop with memory access", 12, turns => Program(turns,
        [
            R("and", 10, 9, Mask), R("add", 10, 10, Data), I("ld", 11, 10, 0), R("add", 12, 12, 11), R("xor", 13, 12, 9), I("slli", 14, 13, 3),
            S("sd", 14, 10, 8), I("lw", 15, 10, 8), R("sub", 12, 12, 15), I("addi", 9, 9, 16), I("addi", Turns, Turns, -1), B("bne", Turns, 0, -44),
        ])),
        new("register arithmetic", 8, turns => Program(turns,
        [
            R("add", 12, 12, 9), R("xor", 13, 12, 9), I("srli", 14, 13, 7), R("add", 15, 14, 12), R("or", 16, 15, 13), I("addi", 9, 9, 1),
            I("addi", Turns, Turns, -1), B("bne", Turns, 0, -28),
        ])),
        new("calls and returns", 8, turns => Program(turns,
        [
            Encoding.Jump(InstructionTable.Named("jal"), 1, 16), I("addi", Turns, Turns, -1), B("bne", Turns, 0, -8),
            Encoding.Jump(InstructionTable.Named("jal"), 0, 24),
            I("addi", 12, 12, 1), R("xor", 13, 12, 9), R("add", 9, 9, 13), I("addi", 14, 14, 3), I("jalr", 0, 1, 0),
        ])),
    ];

    /// <summary>Reads a privileged CSR in every turn: an exit, its emulation and an entry.</summary>
    public static GuestProgram Exits { get; } = new("exits", 3, turns => Program(turns,
    [
        Encoding.Csr(InstructionTable.Named("csrrs"), 10, Cpu.Csr.Sstatus, 0), I("addi", Turns, Turns, -1), B("bne", Turns, 0, -8),
    ]));

    // Li of the turns needs 32 bits; the loop follows at once; then the power-off register is written.
    private static byte[] Program(uint turns, uint[] loop)
    {
        var words = new List<uint>();
        Load(words, Turns, turns);
        words.Add(I("addi", Data, 0, 1));
        words.Add(I("slli", Data, Data, 31));
        words.Add(Upper(10, 0x10_0000));
        words.Add(R("add", Data, Data, 10));
        Load(words, Mask, 0xFFF0);
        words.AddRange(loop);
        words.Add(Upper(10, 0x10_0000));
        Load(words, 11, 0x5555);
        words.Add(S("sw", 11, 10, 0));
        words.Add(Encoding.Jump(InstructionTable.Named("jal"), 0, 0));
        return [.. words.SelectMany(BitConverter.GetBytes)];
    }

    private static void Load(List<uint> words, int register, uint value)
    {
        int low = (int)value << 20 >> 20;
        words.Add(Upper(register, (int)(value - (uint)low)));
        words.Add(I("addiw", register, register, low));
    }

    private static uint R(string name, int rd, int rs1, int rs2) => Encoding.Registers(InstructionTable.Named(name), rd, rs1, rs2);

    private static uint I(string name, int rd, int rs1, int immediate) => Encoding.Immediate(InstructionTable.Named(name), rd, rs1, immediate & 0xFFF);

    private static uint S(string name, int rs2, int rs1, int immediate) => Encoding.Store(InstructionTable.Named(name), rs2, rs1, immediate);

    private static uint B(string name, int rs1, int rs2, int offset) => Encoding.Branch(InstructionTable.Named(name), rs1, rs2, offset);

    private static uint Upper(int rd, int immediate) => Encoding.Upper(InstructionTable.Named("lui"), rd, immediate);
}
