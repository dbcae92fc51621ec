using System.Buffers.Binary;
using System.Globalization;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Machine;

namespace Trapline.Machine.Bench;

/// <summary>
/// What it costs a guest to ask for something: from its instruction out of the engine, through the handling, to its next instruction, on a whole
/// machine with its clock, counters and scheduler. The difference between a long and a short run, divided by the turns.
/// </summary>
internal static class Exits
{
    private const int ShortRun = 100 << 12;
    private const int LongRun = 1100 << 12;
    private const int Rounds = 5;
    private const int A0 = 10, A1 = 11, A6 = 16, A7 = 17, Turns = 6, Uart = 5;

    public static async Task MeasureAsync()
    {
        using var host = new MachineHost();
        foreach (var (name, turn) in new (string, uint[])[]
        {
            ("SBI call", [InstructionTable.Named("ecall").Match]),
            ("UART register read", [Encoding.Immediate(InstructionTable.Named("lbu"), A0, Uart, 5)]),
            ("emulated CSR read", [Encoding.Csr(InstructionTable.Named("csrrs"), A0, Hypervisor.Cpu.Csr.Sstatus, 0)]),
        })
        {
            foreach (var engine in new[] { EngineKind.Auto, EngineKind.Interpreter })
            {
                var times = new List<double>();
                for (var round = 0; round < Rounds; round++)
                {
                    var start = await SecondsAsync(host, engine, turn, ShortRun);
                    times.Add((await SecondsAsync(host, engine, turn, LongRun) - start) / (LongRun - ShortRun) * 1e9);
                }

                times.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, {engine}: {times[Rounds / 2]:F0} ns (median), {times[0]:F0} ns (least), {times[^1]:F0} ns (most)"));
            }
        }
    }

    private static async Task<double> SecondsAsync(MachineHost host, EngineKind engine, uint[] turn, int turns)
    {
        var config = new MachineConfig { Kernel = new ImageSource("exits", Kernel(turn, turns)), MemoryBytes = 8 << 20, Engine = engine };
        await using var machine = new MachineBuilder(host).Build(config, new MachineConsole(new ConsoleInput(), new Silence())).Value;
        var started = TimeProvider.System.GetTimestamp();
        machine.Start();
        var end = await machine.WhenEnded;
        return end.Kind == GuestEndKind.PowerOff
            ? TimeProvider.System.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"the guest ended otherwise: {end}");
    }

    /// <summary>A kernel with the header of a Linux image, that repeats a turn and powers off. Calls ask for the SBI's version.</summary>
    private static byte[] Kernel(uint[] turn, int turns)
    {
        const int HeaderBytes = 64;
        uint[] words =
        [
            Encoding.Upper(InstructionTable.Named("lui"), Uart, 0x1000_0000),
            Encoding.Upper(InstructionTable.Named("lui"), Turns, turns & ~0xFFF),
            Immediate("addi", A7, 0, 0x10),
            Immediate("addi", A6, 0, 0),
            .. turn,
            Immediate("addi", Turns, Turns, -1),
            Encoding.Branch(InstructionTable.Named("bne"), Turns, 0, -4 * (turn.Length + 1)),
            Encoding.Upper(InstructionTable.Named("lui"), A7, 0x5352_5000),
            Immediate("addi", A7, A7, 0x354),
            Immediate("addi", A0, 0, 0),
            Immediate("addi", A1, 0, 0),
            InstructionTable.Named("ecall").Match,
        ];
        var image = new byte[HeaderBytes + (words.Length * 4)];
        BinaryPrimitives.WriteUInt32LittleEndian(image, Encoding.Jump(InstructionTable.Named("jal"), 0, HeaderBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(8), 0x20_0000);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(16), (ulong)image.Length);
        "RISCV"u8.CopyTo(image.AsSpan(48));
        "RSC\u0005"u8.CopyTo(image.AsSpan(56));
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(HeaderBytes + (i * 4)), words[i]);
        return image;
    }

    private static uint Immediate(string name, int rd, int rs1, int immediate) =>
        Encoding.Immediate(InstructionTable.Named(name), rd, rs1, immediate & 0xFFF);

    private sealed class Silence : IConsoleOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            // The guest prints nothing.
        }
    }
}
