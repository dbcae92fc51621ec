using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.MemoryModel;

/// <summary>Harts on threads of their own over one RAM: atomics, code written by one and executed by another, dirty tracking.</summary>
public sealed class SharedMemoryTests
{
    private const ulong Data = TestHart.Origin + 0x8000;
    private const ulong Shared = TestHart.Origin + 0x4000;
    private const uint FullFence = 0x0FF0_000F;
    private const int Turns = 20_000;
    private const int Patches = 300;

    [SkippableTheory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Atomic_additions_are_all_counted(int harts)
    {
        using var machine = new SharedHarts(harts);
        await machine.Run([.. Enumerable.Range(0, harts).Select(Adder)]);
        ulong all = (ulong)(harts * Turns);
        Assert.Equal(
            (all, (uint)all, all, 0UL, (uint)harts),
            (At<ulong>(0), At<uint>(64), At<ulong>(128), At<ulong>(192), At<uint>(256)));
        Assert.Equal((ulong)Turns, At<ulong>(320));

        T At<T>(ulong offset) where T : unmanaged => machine.Ram.ValueAt<T>(new Gpa(Data + offset));
    }

    // Counters by AMOADD.D, LR.W/SC.W and LR.D/SC.D; what AMOXOR.D changed twice each time; the harts that came to the end; and the
    // greatest number of turns left.
    private static Assembler Adder(int hart)
    {
        var program = new Assembler(TestHart.Origin + ((ulong)hart * 0x1000));
        return program.Li(5, Data).Li(6, Turns).Li(7, 1)
            .Label("loop").R("amoadd.d", 0, 5, 7)
            .I("addi", 9, 5, 64).Label("again").R("lr.w", 8, 9).I("addi", 8, 8, 1).R("sc.w", 10, 9, 8).Branch("bne", 10, 0, "again")
            .I("addi", 9, 5, 128).Label("and again").R("lr.d", 8, 9).I("addi", 8, 8, 1).R("sc.d", 10, 9, 8).Branch("bne", 10, 0, "and again")
            .I("addi", 9, 5, 192).R("amoxor.d", 0, 9, 6).R("amoxor.d", 0, 9, 6)
            .I("addi", 9, 5, 320).R("amomaxu.d", 0, 9, 6)
            .I("addi", 6, 6, -1).Branch("bne", 6, 0, "loop")
            .I("addi", 9, 5, 256).R("amoadd.w", 0, 9, 7).Op("ebreak");
    }

    /// <summary>The harts wait for each other, and with nothing in between they then meet at the counter all the time.</summary>
    [SkippableTheory]
    [InlineData("amoadd.w")]
    [InlineData("amoadd.d")]
    public async Task Additions_one_behind_the_other_are_all_counted(string addition)
    {
        const int Many = 3_000_000;
        using var machine = new SharedHarts(2);
        await machine.Run([.. Enumerable.Range(0, 2).Select(hart => new Assembler(TestHart.Origin + ((ulong)hart * 0x1000))
            .Li(5, Data).Li(6, Many).Li(7, 1).Li(9, 2).I("addi", 10, 5, 64).R("amoadd.d", 0, 10, 7)
            .Label("wait").I("ld", 11, 10, 0).Branch("bne", 11, 9, "wait")
            .Label("loop").R(addition, 8, 5, 7).I("addi", 6, 6, -1).Branch("bne", 6, 0, "loop").Op("ebreak"))]);
        Assert.Equal(2UL * Many, machine.Ram.ValueAt<ulong>(new Gpa(Data)));
    }

    /// <summary>Each hart flips a bit of its own, and finds it as it left it: the operation has no instruction of the host that gives the old value.</summary>
    [SkippableFact]
    public async Task Bits_that_harts_flip_one_behind_the_other_are_not_lost()
    {
        const int Many = 1_000_000;
        using var machine = new SharedHarts(2);
        await machine.Run([.. Enumerable.Range(0, 2).Select(hart => new Assembler(TestHart.Origin + ((ulong)hart * 0x1000))
            .Li(5, Data).Li(6, Many).Li(7, 1UL << hart).Li(9, 2).Li(12, 0).Li(13, 0).Li(14, 1).I("addi", 10, 5, 64).R("amoadd.d", 0, 10, 14)
            .Label("wait").I("ld", 11, 10, 0).Branch("bne", 11, 9, "wait")
            .Label("loop").R("amoxor.d", 8, 5, 7).R("and", 8, 8, 7).R("xor", 8, 8, 13).R("or", 12, 12, 8).R("xor", 13, 13, 7)
            .I("addi", 6, 6, -1).Branch("bne", 6, 0, "loop").I("addi", 10, 5, 128).R("amoor.d", 0, 10, 12).Op("ebreak"))]);
        Assert.Equal((0UL, 0UL), (machine.Ram.ValueAt<ulong>(new Gpa(Data)), machine.Ram.ValueAt<ulong>(new Gpa(Data + 128))));
    }

    [SkippableFact]
    public async Task Code_written_by_one_hart_is_what_another_executes_after_FENCE_I()
    {
        using var machine = new SharedHarts(2);
        uint addi = InstructionWord("addi");
        // The writer: patches "addi x10, x0, n" for n = 1..; FENCE; publishes n; waits for the answer.
        var writer = new Assembler(TestHart.Origin);
        writer.Li(5, Data).Li(6, Shared).Li(7, 1).Li(8, Patches).Li(11, addi)
            .Label("loop").I("slli", 9, 7, 20).R("or", 9, 9, 11).S("sw", 9, 6, 0).Word(FullFence).S("sd", 7, 5, 0)
            .Label("wait").I("ld", 10, 5, 8).Branch("bne", 10, 7, "wait")
            .I("addi", 7, 7, 1).Branch("bne", 7, 8, "loop").Op("ebreak");
        // The runner: waits for n, FENCE.I, calls the code, counts a mistake unless it returns n, answers n.
        var runner = new Assembler(TestHart.Origin + 0x1000);
        runner.Li(5, Data).Li(6, Shared).Li(7, 1).Li(8, Patches).Li(12, 0)
            .Label("loop").I("ld", 9, 5, 0).Branch("bne", 9, 7, "loop")
            .Word(FullFence).Op("fence.i").I("jalr", 1, 6, 0).Branch("beq", 10, 7, "good").I("addi", 12, 12, 1)
            .Label("good").S("sd", 7, 5, 8).I("addi", 7, 7, 1).Branch("bne", 7, 8, "loop").Op("ebreak");
        Assert.True(machine.Ram.TryWrite(new Gpa(Shared), new Assembler(0).Word(addi).I("jalr", 0, 1, 0).Assemble()));
        await machine.Run(writer, runner);
        Assert.Equal(0UL, machine.Harts[1].State.X[12]);
        Assert.Equal((ulong)Patches, machine.Harts[1].State.X[7]);
        Assert.True(machine.Ram.CodeWrites > 0);
    }

    [SkippableFact]
    public async Task Pages_dirtied_while_tracking_starts_and_collects_are_never_missed()
    {
        using var machine = new SharedHarts(2);
        // Writes a growing number into 16 pages, round and round.
        var program = new Assembler(TestHart.Origin);
        program.Li(5, Data).Li(6, 400_000).Li(11, 0xF000)
            .Label("loop").I("addi", 7, 7, 1).I("slli", 8, 7, 12).R("and", 8, 8, 11).R("add", 8, 8, 5).S("sd", 7, 8, 0)
            .Branch("bne", 7, 6, "loop").Op("ebreak");
        GuestRam ram = machine.Ram;
        var copy = new ulong[16];
        Task run = machine.Start(0, program);
        ram.StartDirtyTracking();
        for (int page = 0; page < 16; page++)
            copy[page] = ram.ValueAt<ulong>(new Gpa(Data + ((ulong)page << 12)));
        while (!run.IsCompleted)
            Copy(ram, copy);
        await run;
        machine.Harts[0].ServiceRequests();
        Copy(ram, copy);
        for (int page = 0; page < 16; page++)
            Assert.Equal(ram.ValueAt<ulong>(new Gpa(Data + ((ulong)page << 12))), copy[page]);
    }

    private static void Copy(GuestRam ram, ulong[] copy) => ram.CollectDirtyPages(page =>
    {
        int index = page - 8;
        if (index is >= 0 and < 16)
            copy[index] = Volatile.Read(ref ram.ValueAt<ulong>(ram.PageAddress(page)));
    });

    private static uint InstructionWord(string name)
        => Hypervisor.Isa.Encoding.Immediate(Hypervisor.Isa.InstructionTable.Named(name), 10, 0, 0);
}
