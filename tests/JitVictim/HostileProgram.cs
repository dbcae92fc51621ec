using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Tests.Engines;

namespace Trapline.JitVictim;

/// <summary>
/// Anything at all: random instructions, legal ones more often than not, from random registers, in a random mode, with trap vectors somewhere in the
/// code and perhaps page tables that are random data too.
/// </summary>
internal static class HostileProgram
{
    private const int CodeBytes = 64 << 10;
    private const ulong RamBytes = 1 << 20;

    private static readonly ulong[] Addresses =
    [
        0, 8, 0x1000_0000, 0x7FFF_FFF8, TestHart.Origin, TestHart.Origin + 0xFFC, TestHart.Origin + 0x8000, TestHart.Origin + RamBytes - 8,
        TestHart.Origin + RamBytes, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_8000_0000, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    private static readonly byte[] Opcodes =
    [
        0x03, 0x07, 0x0F, 0x13, 0x17, 0x1B, 0x23, 0x27, 0x2F, 0x33, 0x37, 0x3B, 0x43, 0x47, 0x4B, 0x4F, 0x53, 0x63, 0x63, 0x67, 0x6F, 0x73,
    ];

    /// <summary>Loads a program into a hart.</summary>
    public static void Load(TestHart test, int seed)
    {
        var random = new Random(seed);
        var code = new byte[CodeBytes];
        for (int at = 0; at < code.Length; at += 4)
            BitConverter.TryWriteBytes(code.AsSpan(at), RandomWord(random));
        test.Load(code);
        ref HartState state = ref test.State;
        for (int register = 1; register < 32; register++)
            state.X[register] = random.Next(3) == 0 ? (ulong)random.NextInt64(long.MinValue, long.MaxValue) : Addresses[random.Next(Addresses.Length)] + (ulong)random.Next(64);
        for (int register = 0; register < 32; register++)
            state.F[register] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        state.Mtvec = InCode(random);
        state.Stvec = InCode(random);
        state.Pc = InCode(random);
        state.FpStatus = (byte)random.Next(4);
        state.RoundingMode = (byte)random.Next(8);
        state.Mie = (ulong)random.Next(0x1000);
        test.Hart.Csrs.Write(Csr.Medeleg, (ulong)random.Next(0x1_0000));
        test.Hart.Csrs.Write(Csr.Mideleg, (ulong)random.Next(0x1000));
        test.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        test.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        test.Hart.Csrs.Write(Csr.Mstatus, (ulong)random.NextInt64());
        state.Privilege = (Privilege)(random.Next(3) switch { 0 => 0, 1 => 1, _ => 3 });
        if (random.Next(3) == 0)
            test.Hart.Csrs.Write(Csr.Satp, (8UL << 60) | ((TestHart.Origin >> 12) + (ulong)random.Next(CodeBytes >> 12)));
        test.Hart.Mmu.FlushAll();
    }

    private static ulong InCode(Random random) => TestHart.Origin + ((ulong)random.Next(CodeBytes) & ~3UL);

    private static uint RandomWord(Random random)
    {
        uint word = (uint)random.NextInt64(1L << 32);
        return random.Next(6) switch
        {
            0 => word,
            1 => (word & 0x000F_FF80) | (uint)(random.Next(0x300, 0x350) << 20) | 0x73,
            _ => (word & ~0x7Fu) | Opcodes[random.Next(Opcodes.Length)],
        };
    }
}
