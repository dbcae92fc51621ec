using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Cpu;

public sealed class TrapTests
{
    [SkippableFact]
    public void Programs_of_a_kernel_that_was_booted_directly_may_read_the_time()
    {
        using var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).Csr("csrrs", 10, Csr.Time, 0).Csr("csrrs", 11, Csr.Cycle, 0).Csr("csrrs", 12, Csr.Instret, 0));
        test.Hart.StartSupervisor(TestHart.Origin, 0);
        test.State.Privilege = Privilege.User;
        test.Clock.Ticks = 77;

        Assert.Equal(ExitReason.BudgetUsed, test.Run(3));
        Assert.Equal((77UL, TestHart.Origin + 12), (test.X(10), test.State.Pc));
    }

    [SkippableFact]
    public void A_trap_whose_handler_cannot_be_fetched_ends_the_guest()
    {
        using var test = new TestHart();
        test.State.Mtvec = 0x10;
        test.Load(new Assembler(TestHart.Origin).Word(0));
        Assert.Equal(ExitReason.GuestFault, test.Run());
        Assert.Equal((TrapCause.InstructionAccessFault, 0x10UL), (test.Hart.Exit.Cause, test.State.Pc));
    }

    [SkippableFact]
    public void A_handler_that_faults_on_its_first_instruction_ends_the_guest()
    {
        using var test = new TestHart();
        test.State.Mtvec = TestHart.Origin + 0x100;
        test.Load(new Assembler(TestHart.Origin).I("ld", 5, 0, 0));
        test.Load(new Assembler(0).I("ld", 5, 0, 8), TestHart.Origin + 0x100);
        Assert.Equal(ExitReason.GuestFault, test.Run());
        Assert.Equal((TrapCause.LoadAccessFault, 8UL), (test.Hart.Exit.Cause, test.Hart.Exit.Value));
    }

    [SkippableFact]
    public void A_program_that_traps_again_and_again_but_gets_on_is_not_ended()
    {
        using var test = new TestHart();
        test.State.Mtvec = TestHart.Origin + 0x100;
        test.Load(new Assembler(TestHart.Origin).I("addi", 5, 5, 1).Op("ecall"));
        test.Load(new Assembler(0).Csr("csrrw", 0, Csr.Mepc, 6).Op("mret"), TestHart.Origin + 0x100);
        test.State.X[6] = TestHart.Origin;
        Assert.Equal(ExitReason.BudgetUsed, test.Run(3000));
        Assert.Equal(1000UL, test.X(5));
    }

    [SkippableFact]
    public void In_a_direct_boot_a_supervisor_call_exits_and_is_answered()
    {
        using var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).Op("ecall").I("addi", 12, 10, 1));
        test.Hart.StartSupervisor(TestHart.Origin, 77);
        Assert.Equal(77UL, test.X(11));
        Assert.Equal(ExitReason.SupervisorCall, test.Run());
        Assert.Equal(TestHart.Origin, test.State.Pc);
        test.Hart.CompleteSupervisorCall(-2, 5);
        Assert.Equal(ExitReason.BudgetUsed, test.Run(1));
        Assert.Equal((unchecked((ulong)-1), 5UL), (test.X(12), test.X(11)));
    }

    [SkippableFact]
    public void In_a_direct_boot_traps_that_nobody_handles_are_faults()
    {
        using var test = new TestHart();
        test.Load(new Assembler(TestHart.Origin).Word(0));
        test.Hart.StartSupervisor(TestHart.Origin, 0);
        // Delegated to an empty handler address, where nothing can be fetched.
        Assert.Equal(ExitReason.GuestFault, test.Run());
    }

    [SkippableTheory]
    [InlineData("amoadd.w", 2, TrapCause.StoreAddressMisaligned)]
    [InlineData("amoadd.d", 4, TrapCause.StoreAddressMisaligned)]
    [InlineData("lr.d", 4, TrapCause.LoadAddressMisaligned)]
    [InlineData("sc.w", 1, TrapCause.StoreAddressMisaligned)]
    public void Misaligned_atomics_trap(string name, int offset, TrapCause cause)
    {
        using var test = new TestHart();
        test.State.Mtvec = TestHart.Origin + 0x100;
        test.Load(new Assembler(TestHart.Origin).R(name, 5, 6));
        test.State.X[6] = TestHart.Origin + 0x2000 + (ulong)offset;
        Assert.Equal(ExitReason.BudgetUsed, test.Engine.Run(test.Hart, 0));
        test.Load(new Assembler(0).Jal(0, "here").Label("here"), TestHart.Origin + 0x100);
        test.Run(1);
        Assert.Equal(((ulong)cause, test.X(6)), (test.State.Mcause, test.State.Mtval));
    }

    [SkippableFact]
    public void An_illegal_compressed_instruction_shows_its_sixteen_bits()
    {
        using var test = new TestHart();
        test.State.Mtvec = TestHart.Origin + 0x100;
        // c.fld with the unit off: legal encoding, illegal now.
        test.Load(new Assembler(TestHart.Origin).Half(0x2188).Half(0x0001));
        test.Load(new Assembler(0).I("addi", 5, 0, 1), TestHart.Origin + 0x100);
        test.Run(1);
        Assert.Equal((2UL, 0x2188UL), (test.State.Mcause, test.State.Mtval));
    }

    [SkippableFact]
    public void A_saved_hart_is_restored_with_every_register()
    {
        using var test = new TestHart();
        var random = new Random(3);
        for (int register = 1; register < 32; register++)
            (test.State.X[register], test.State.F[register]) = ((ulong)random.NextInt64(), (ulong)random.NextInt64());
        foreach (Csr csr in (ReadOnlySpan<Csr>)[Csr.Mscratch, Csr.Sscratch, Csr.Mepc, Csr.Sepc, Csr.Mcause, Csr.Scause, Csr.Pmpaddr0, Csr.Medeleg, Csr.Fcsr])
            test.Hart.Csrs.Write(csr, (ulong)random.NextInt64());
        test.Hart.Csrs.Write(Csr.Mstatus, ulong.MaxValue);
        test.State.Instret = 12345;
        HartStateV1 saved = HartStateV1.Save(test.Hart);
        using var other = new TestHart();
        saved.Restore(other.Hart);
        HartStateV1 again = HartStateV1.Save(other.Hart);
        Assert.Equal(saved.Integers, again.Integers);
        Assert.Equal(saved.Floats, again.Floats);
        Assert.Equal(saved.Registers, again.Registers);
        Assert.Equal(saved.PmpAddresses, again.PmpAddresses);
        Assert.Equal(saved.PmpConfiguration, again.PmpConfiguration);
    }

    [SkippableFact]
    public void A_record_that_describes_no_hart_is_refused()
    {
        using var test = new TestHart();
        HartStateV1 saved = HartStateV1.Save(test.Hart);
        ulong[] registers = [.. saved.Registers];
        registers[2] = 2;
        Assert.Throws<InvalidDataException>(() => (saved with { Registers = registers }).Restore(test.Hart));
        Assert.Throws<InvalidDataException>(() => (saved with { Integers = [] }).Restore(test.Hart));
    }

    [SkippableFact]
    public void Translation_for_a_debugger_leaves_the_page_tables_alone()
    {
        using var test = new TestHart();
        const ulong Table = TestHart.Origin + 0x3000;
        // A gigabyte page at virtual 0x40000000 without the A bit, user only.
        test.Ram.ValueAt<ulong>(new Gpa(Table + 8)) = (TestHart.Origin >> 2) | 0x1F;
        test.State.Satp = (8UL << 60) | (Table >> 12);
        test.State.Privilege = Privilege.Supervisor;
        test.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        test.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        Assert.True(test.Hart.Mmu.TryTranslateForDebugger(new Gva(0x4000_1234), out Gpa physical));
        Assert.Equal(TestHart.Origin + 0x1234, physical.Value);
        Assert.False(test.Hart.Mmu.TryTranslateForDebugger(new Gva(0x1234), out _));
        Assert.Equal((TestHart.Origin >> 2) | 0x1F, test.Ram.ValueAt<ulong>(new Gpa(Table + 8)));
    }
}
