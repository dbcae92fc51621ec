using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines;

public sealed class EngineTests
{
    [SkippableFact]
    public void A_loop_sums_what_it_loads_and_stores_the_sum()
    {
        using var test = new TestHart();
        var program = new Assembler(TestHart.Origin);
        program.Li(5, TestHart.Origin + 0x8000).Li(6, 100).Li(7, 0)
            .Label("fill").S("sd", 6, 5, 0).I("ld", 8, 5, 0).R("add", 7, 7, 8).I("addi", 5, 5, 8).I("addi", 6, 6, -1).Branch("bne", 6, 0, "fill")
            .S("sd", 7, 5, 0).I("ld", 10, 5, 0).Op("ebreak");
        test.RunToBreak(program);
        Assert.Equal(5050UL, test.X(10));
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_budget_is_kept_exactly(ulong slice)
    {
        using var test = new TestHart();
        var program = new Assembler(TestHart.Origin);
        program.Li(5, 0).Label("loop").I("addi", 5, 5, 1).R("xor", 6, 6, 5).Branch("bne", 5, 0, "loop");
        test.Load(program);
        for (ulong k = 1; k <= 50; k++)
        {
            Assert.Equal(ExitReason.BudgetUsed, test.Engine.Run(test.Hart, slice));
            Assert.Equal(k * slice, test.Hart.Retired);
        }
        // One instruction to start with, then three to a turn.
        Assert.Equal(((50 * slice) - 1 + 2) / 3, test.X(5));
    }

    [SkippableFact]
    public void Retired_instructions_are_counted_exactly_across_traps_and_counter_reads()
    {
        using var test = new TestHart();
        test.State.Mtvec = TestHart.Origin + 0x100;
        // Four instructions, a load that faults in the middle of its block, a handler of three; then the counter.
        test.Load(new Assembler(TestHart.Origin).I("addi", 5, 0, 1).I("addi", 5, 5, 1).I("ld", 6, 0, 0).I("addi", 5, 5, 1)
            .Csr("csrrs", 10, Csr.Minstret, 0).Csr("csrrw", 0, Csr.Minstret, 5).Csr("csrrs", 11, Csr.Minstret, 0));
        test.Load(new Assembler(0).Csr("csrrs", 7, Csr.Mepc, 0).I("addi", 7, 7, 4).Csr("csrrw", 0, Csr.Mepc, 7).Op("mret"), TestHart.Origin + 0x100);
        test.Run(10);
        Assert.Equal((7UL, 3UL), (test.X(10), test.X(11)));
        Assert.Equal(10UL, test.Hart.Retired);
    }

    [SkippableTheory]
    [InlineData("lb", 1, 0x80UL, 0xFFFF_FFFF_FFFF_FF80UL)]
    [InlineData("lbu", 1, 0x80UL, 0x80UL)]
    [InlineData("lw", 4, 0x8000_0000UL, 0xFFFF_FFFF_8000_0000UL)]
    [InlineData("lwu", 4, 0x8000_0000UL, 0x8000_0000UL)]
    [InlineData("ld", 8, 0x8000_0000_0000_0001UL, 0x8000_0000_0000_0001UL)]
    public void A_load_from_a_device_exits_and_is_completed(string name, int size, ulong value, ulong expected)
    {
        using var test = new TestHart();
        test.Bus.Map(new Gpa(0x1000_0000), 0x100, new NullDevice());
        test.Load(new Assembler(TestHart.Origin).I(name, 10, 5, 8).I("addi", 11, 10, 0));
        test.State.X[5] = 0x1000_0000;
        Assert.Equal(ExitReason.DeviceRead, test.Run());
        Assert.Equal((0x1000_0008UL, size, 0UL), (test.Hart.Exit.Address.Value, (int)test.Hart.Exit.Size, test.Hart.Retired));
        test.Hart.CompleteDeviceRead(value);
        Assert.Equal(ExitReason.BudgetUsed, test.Run(1));
        Assert.Equal((expected, 2UL), (test.X(11), test.Hart.Retired));
    }

    [SkippableFact]
    public void A_store_to_a_device_exits_with_its_bytes_and_a_misaligned_one_is_a_fault()
    {
        using var test = new TestHart();
        test.Bus.Map(new Gpa(0x1000_0000), 0x100, new NullDevice());
        test.State.Mtvec = TestHart.Origin + 0x100;
        test.Load(new Assembler(TestHart.Origin).S("sh", 6, 5, 2).S("sw", 6, 5, 2));
        test.Load(new Assembler(0).I("addi", 7, 0, 1), TestHart.Origin + 0x100);
        (test.State.X[5], test.State.X[6]) = (0x1000_0000, 0x1234_5678);
        Assert.Equal(ExitReason.DeviceWrite, test.Run());
        Assert.Equal((0x1000_0002UL, (byte)2, 0x5678UL), (test.Hart.Exit.Address.Value, test.Hart.Exit.Size, test.Hart.Exit.Value));
        test.Hart.CompleteDeviceWrite();
        test.Run(1);
        Assert.Equal((7UL, 0x1000_0002UL), (test.State.Mcause, test.State.Mtval));
    }

    [SkippableFact]
    public void An_instruction_across_two_pages_follows_the_mapping_of_the_second()
    {
        using var test = new TestHart();
        // lui a0 in the last two bytes of a page; its upper half comes from the next.
        test.Load(new Assembler(0).Word(0x1234_5537).Op("ebreak"), TestHart.Origin + 0xFFE);
        test.State.Pc = TestHart.Origin + 0xFFE;
        test.Run(1);
        Assert.Equal((0x1234_5000UL, TestHart.Origin + 0x1002), (test.X(10), test.State.Pc));
        Assert.True(test.Ram.TryWrite(new Gpa(TestHart.Origin + 0x1000), [0x78, 0x56]));
        test.State.Pc = TestHart.Origin + 0xFFE;
        test.Run(1);
        Assert.Equal(0x5678_5000UL, test.X(10));
    }

    [SkippableFact]
    public async Task A_request_from_another_thread_ends_an_endless_loop()
    {
        using var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).Label("loop").I("addi", 5, 5, 1).Jal(0, "loop"));
        Task request = Task.Run(test.Hart.RequestExit);
        Assert.Equal(ExitReason.Requested, test.Run(ulong.MaxValue >> 1));
        await request;
    }

    private sealed class NullDevice : IMmioDevice
    {
        public ulong Read(ulong offset, int size) => 0;

        public void Write(ulong offset, int size, ulong value)
        {
        }
    }
}
