using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Tests.Engines;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Cpu;

public sealed class InterruptTests
{
    private const ulong AllSupervisor = 0x222;

    [SkippableFact]
    public void The_most_urgent_interrupt_is_taken_first()
    {
        HartInterrupt[] order =
        [
            HartInterrupt.MachineExternal, HartInterrupt.MachineSoftware, HartInterrupt.MachineTimer, HartInterrupt.SupervisorExternal,
            HartInterrupt.SupervisorSoftware, HartInterrupt.SupervisorTimer,
        ];
        using var test = new TestHart();
        test.State.Mie = 0xAAA;
        test.State.Privilege = Privilege.User;
        foreach (HartInterrupt interrupt in order)
            test.Hart.SetInterrupt(interrupt, true);
        foreach (HartInterrupt interrupt in order)
        {
            Assert.Equal((int)interrupt, Interrupts.MostUrgent(Interrupts.Deliverable(ref test.State, out Privilege target)));
            Assert.Equal(Privilege.Machine, target);
            test.Hart.SetInterrupt(interrupt, false);
        }
        Assert.Equal(0UL, Interrupts.Deliverable(ref test.State, out _));
    }

    [SkippableTheory]
    [InlineData(Privilege.Machine, false, false)]
    [InlineData(Privilege.Supervisor, false, false)]
    [InlineData(Privilege.Supervisor, true, true)]
    [InlineData(Privilege.User, false, true)]
    public void A_delegated_interrupt_waits_for_its_mode_and_enable_bit(Privilege mode, bool enabled, bool taken)
    {
        using var test = new TestHart();
        test.State.Mideleg = AllSupervisor;
        test.State.Mie = AllSupervisor;
        test.State.Privilege = mode;
        test.State.Mstatus = (enabled ? MstatusBits.Sie : 0) | MstatusBits.Mie;
        test.Hart.SetInterrupt(HartInterrupt.SupervisorExternal, true);
        Assert.Equal(taken ? 1UL << 9 : 0, Interrupts.Deliverable(ref test.State, out Privilege target));
        Assert.Equal(Privilege.Supervisor, target);
        Assert.True(test.Hart.HasWakeup);
    }

    [SkippableFact]
    public void Delivery_saves_the_state_and_goes_to_the_vector()
    {
        using var test = new TestHart();
        test.State.Mideleg = AllSupervisor;
        test.State.Mie = AllSupervisor;
        test.State.Privilege = Privilege.Supervisor;
        test.State.Mstatus = MstatusBits.Sie;
        test.State.Stvec = 0x8000_1001;
        test.State.Pc = 0x8000_0040;
        test.Hart.SetInterrupt(HartInterrupt.SupervisorTimer, true);
        Assert.Equal(Outcome.Trapped, test.Hart.TakeInterrupt());
        Assert.Equal(0x8000_1000UL + (4 * 5), test.State.Pc);
        Assert.Equal((0x8000_0040UL, (1UL << 63) | 5, 0UL), (test.State.Sepc, test.State.Scause, test.State.Stval));
        Assert.Equal(MstatusBits.Spie | MstatusBits.Spp, test.State.Mstatus & (MstatusBits.Sie | MstatusBits.Spie | MstatusBits.Spp));
        Assert.Equal(Outcome.Retired, test.Hart.TakeInterrupt());
    }

    [SkippableFact]
    public void The_external_line_shows_in_mip_but_is_not_caught_by_a_read_modify_write()
    {
        using var test = new TestHart();
        test.Hart.SetInterrupt(HartInterrupt.SupervisorExternal, true);
        var program = new Assembler(TestHart.Origin);
        program.Csr("csrrs", 10, Csr.Mip, 0).I("addi", 11, 0, 2).Csr("csrrs", 12, Csr.Mip, 11).Op("ebreak");
        test.RunToBreak(program);
        Assert.Equal(0x200UL, test.X(10));
        test.Hart.SetInterrupt(HartInterrupt.SupervisorExternal, false);
        Assert.Equal(0x002UL, test.Hart.Csrs.Read(Csr.Mip));
    }

    [SkippableFact]
    public void With_Sstc_the_timer_follows_the_clock_and_cannot_be_written()
    {
        using var test = new TestHart();
        test.Hart.Csrs.Write(Csr.Menvcfg, MenvcfgBits.Stce);
        test.Hart.Csrs.Write(Csr.Stimecmp, 1000);
        test.Clock.Ticks = 999;
        Assert.Equal(0UL, test.Hart.Csrs.Read(Csr.Mip));
        test.Clock.Ticks = 1000;
        Assert.Equal(1UL << 5, test.Hart.Csrs.Read(Csr.Mip));
        test.Hart.Csrs.Write(Csr.Mip, 0);
        Assert.Equal(1UL << 5, test.Hart.Csrs.Read(Csr.Mip));
        test.Hart.Csrs.Write(Csr.Stimecmp, 2000);
        Assert.Equal(0UL, test.Hart.Csrs.Read(Csr.Mip));
        Assert.Equal(2000UL, test.Hart.NextTimer);
    }

    [SkippableFact]
    public async Task An_interrupt_from_another_thread_stops_an_endless_loop()
    {
        using var test = new TestHart();
        var program = new Assembler(TestHart.Origin);
        program.Li(5, TestHart.Origin + 0x100).Csr("csrrw", 0, Csr.Mtvec, 5).Li(5, 1UL << 11).Csr("csrrw", 0, Csr.Mie, 5)
            .Csr("csrrsi", 0, Csr.Mstatus, 8).Label("loop").I("addi", 6, 6, 1).Jal(0, "loop");
        test.Load(program);
        test.Load(new Assembler(0).Csr("csrrs", 10, Csr.Mcause, 0).Li(5, TestHart.Nowhere).Csr("csrrw", 0, Csr.Mtvec, 5).Op("ebreak"), TestHart.Origin + 0x100);
        test.State.Pc = TestHart.Origin;
        test.Hart.Kicked += () => { };
        Task kick = Task.Run(() => test.Hart.SetInterrupt(HartInterrupt.MachineExternal, true));
        Assert.Equal(ExitReason.GuestFault, test.Run(ulong.MaxValue >> 1));
        await kick;
        Assert.Equal((1UL << 63) | 11, test.X(10));
    }
}
