using System.Globalization;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>Guests that do the worst that a program can do harm nobody but themselves, and a defect of ours costs one machine.</summary>
public sealed class HostileGuestTests
{
    private static readonly ulong[] InterestingAddresses =
    [
        0x1000, 0x10_0000, 0x10_1000, 0x200_0000, 0x200_4000, 0x200_bff8, 0xc00_0000, 0xc00_2000, 0xc20_0000, 0x1000_0000,
        0x1000_1000, 0x1000_2000, 0x1000_8000, 0x8000_0000, 0x8000_1000, 0x803f_fff8, 0x8040_0000, 0, ulong.MaxValue - 7,
    ];

    private static readonly byte[] Opcodes =
    [
        0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47, 0x4b, 0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73,
    ];

    /// <summary>More rounds: TRAPLINE_FUZZ_ROUNDS=100000 dotnet test --filter Random_code. The seed of a round is in the message.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Random_code_with_wild_registers_never_harms_the_host(bool machineMode)
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("TRAPLINE_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var r) ? r : 150;
        using var host = TestGuests.NewHost();
        var ends = new Dictionary<GuestEndKind, int>();
        for (var seed = 0; seed < rounds; seed++)
        {
            var end = await RunRandomAsync(host, seed, machineMode);
            Assert.True(end.Kind != GuestEndKind.HypervisorFault, $"seed {seed}: {end}");
            ends[end.Kind] = ends.GetValueOrDefault(end.Kind) + 1;
        }

        // If all were stopped at once, or ran into a wall at once, this would test nothing.
        Assert.True(ends.Count > 1, string.Join(", ", ends));
    }

    [SkippableFact]
    public async Task A_defect_of_ours_is_reported_and_kills_only_its_machine()
    {
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var healthy = new TestConsole();
        await using var other = builder.Build(TestGuests.Guest("minios"), healthy.Console).Value;
        other.Start();
        await healthy.WaitForAsync("minios> ");

        await using var victim = builder.Build(TestGuests.Guest("minios"), new MachineConsole(new ConsoleInput(), new BrokenConsole())).Value;
        victim.Start();
        var end = await victim.WhenEnded.WaitAsync(TestConsole.Patience);

        Assert.Equal(GuestEndKind.HypervisorFault, end.Kind);
        Assert.Contains("DivideByZeroException", end.Message, StringComparison.Ordinal);
        Assert.Contains("hart 0 at pc 0x", end.Report!.Text, StringComparison.Ordinal);
        healthy.Type("echo alive\r");
        await healthy.WaitForAsync("\nalive\n");
    }

    private static async Task<GuestEnd> RunRandomAsync(MachineHost host, int seed, bool machineMode)
    {
        var random = new Random(seed);
        var code = new byte[32 << 10];
        for (var at = 0; at < code.Length; at += 4)
            BitConverter.TryWriteBytes(code.AsSpan(at), RandomWord(random));
        var source = new ImageSource("random", machineMode ? code : Elf(code));
        var config = new MachineConfig
        {
            Engine = EngineUnderTest.Kind,
            Firmware = machineMode ? source : null,
            Kernel = machineMode ? null : source,
            MemoryBytes = 4 << 20,
            Harts = 1 + (seed % 3),
            Disks = [TestGuests.Disk(new MemoryDisk(1 << 16))],
            Net = NetKind.Loopback,
            Console = seed % 2 == 0 ? ConsoleKind.Uart : ConsoleKind.Virtio,
            Clock = seed % 4 == 0 ? ClockKind.Virtual : ClockKind.Real,
            Watchdog = TimeSpan.FromMilliseconds(20),
        };
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(config, new MachineConsole(console.Input, new Sink())).Value;
        foreach (var loop in machine.Loops)
        {
            ref var state = ref loop.Hart.State;
            for (var i = 1; i < 32; i++)
                state.X[i] = InterestingAddresses[random.Next(InterestingAddresses.Length)] + (ulong)(random.Next(3) == 0 ? random.Next(256) : 0);
            state.FpStatus = 1;
            state.Mtvec = 0x8000_0000 + ((ulong)random.Next(code.Length) & ~3UL);
            state.Stvec = 0x8000_0000 + ((ulong)random.Next(code.Length) & ~3UL);
            if (random.Next(3) == 0)
                state.Satp = (8UL << 60) | (0x8_0000UL + (ulong)random.Next(8));
            loop.Hart.Mmu.FlushAll();
        }

        machine.Start();
        console.Type("some input for whoever reads it");
        await Task.WhenAny(machine.WhenEnded, Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System));
        await machine.StopAsync().WaitAsync(TestConsole.Patience);
        return await machine.WhenEnded;
    }

    private static uint RandomWord(Random random)
    {
        var word = (uint)random.NextInt64(1L << 32);
        return random.Next(4) switch
        {
            0 => word, // anything, compressed instructions among it
            1 => (word & 0x000f_ff80) | (uint)(random.Next(0x300, 0x350) << 20) | 0x73, // a CSR instruction
            _ => (word & ~0x7fu) | Opcodes[random.Next(Opcodes.Length)],
        };
    }

    /// <summary>The smallest ELF file around some code at the start of RAM.</summary>
    private static byte[] Elf(byte[] code)
    {
        var file = new byte[0x78 + code.Length];
        ReadOnlySpan<byte> start = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        start.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(16), (ushort)2);
        BitConverter.TryWriteBytes(file.AsSpan(18), (ushort)243);
        BitConverter.TryWriteBytes(file.AsSpan(24), GuestRam.Base.Value);
        BitConverter.TryWriteBytes(file.AsSpan(32), 0x40UL);
        BitConverter.TryWriteBytes(file.AsSpan(54), (ushort)56);
        BitConverter.TryWriteBytes(file.AsSpan(56), (ushort)1);
        BitConverter.TryWriteBytes(file.AsSpan(0x40), 1u);
        foreach (var (at, value) in new[] { (0x48, 0x78UL), (0x50, GuestRam.Base.Value), (0x58, GuestRam.Base.Value), (0x60, (ulong)code.Length), (0x68, (ulong)code.Length) })
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        code.CopyTo(file, 0x78);
        return file;
    }

    private sealed class BrokenConsole : IConsoleOutput
    {
        public void Write(ReadOnlySpan<byte> bytes) => throw new DivideByZeroException("a defect");
    }

    private sealed class Sink : IConsoleOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            // Random bytes are not worth keeping.
        }
    }
}
