// The CLINT's timer and software interrupt, when they are taken, and through which entry of the vector table.
#include "csr.h"
#include "firmware.h"

enum { SOFT = 1 << 3, TIMER = 1 << 7 };

// Both arm the timer themselves, after they have looked at the count: however late they run, the interrupt is still to come.
static u64 spin_until_timer(u64 ticks) {
    u64 before = interrupts[7];
    *MTIMECMP = *MTIME + ticks;
    for (u64 i = 0; i < 500000000 && *(volatile u64 *)&interrupts[7] == before; i++)
        __asm__ volatile("nop");
    return interrupts[7] - before;
}

static u64 idle_until_timer(u64 ticks) {
    u64 before = interrupts[7];
    *MTIMECMP = *MTIME + ticks;
    // MIE stays 0 around wfi: an interrupt between the look and the wfi would otherwise leave the wfi without an end.
    csr_clear(mstatus, MSTATUS_MIE);
    while (*(volatile u64 *)&interrupts[7] == before) {
        wait_for_interrupt();
        csr_set(mstatus, MSTATUS_MIE);
        csr_clear(mstatus, MSTATUS_MIE);
    }
    return interrupts[7] - before;
}

static u64 do_nothing(u64 unused) { return unused; }

static void test_timer(void) {
    u64 before = *MTIME;
    for (u32 i = 0; i < 100000 && *MTIME == before; i++)
        __asm__ volatile("nop");
    check(*MTIME > before, "mtime counts");
    check(csr_read(time) >= before, "the time register follows mtime");
    *MTIMECMP = NEVER;
    check_equal(csr_read(mip) & TIMER, 0, "no timer interrupt is pending");
    *MTIMECMP = 0;
    device_fence();
    check((csr_read(mip) & TIMER) != 0, "mtimecmp in the past pends the timer interrupt");
    in_mode(MODE_M, do_nothing, 0);
    check_equal(interrupts[7], 0, "which is not taken while mie forbids it");
    csr_set(mie, TIMER);
    in_mode(MODE_M, do_nothing, 0);
    check_equal(interrupts[7], 0, "nor in M mode while MIE is 0");
    wait_for_interrupt();
    check(true, "wfi ends at a pending interrupt, even with MIE 0");
    in_mode(MODE_S, do_nothing, 0);
    check_equal(interrupts[7], 1, "but at once in S mode, whatever MIE is");
    check_equal(in_mode_with(MODE_M, spin_until_timer, 1000, MSTATUS_MPIE), 1, "a timer interrupt comes while M spins");
    check_equal(interrupt_entry, NO_TRAP, "through the one entry of direct mode");
    check_equal(in_mode_with(MODE_M, idle_until_timer, 10000, MSTATUS_MPIE), 1, "a timer interrupt ends wfi in M");
    check_equal(in_mode(MODE_U, spin_until_timer, 1000), 1, "a timer interrupt comes while U spins");
}

static void test_software(void) {
    csr_set(mie, SOFT);
    MSIP[0] = 1;
    device_fence();
    check((csr_read(mip) & SOFT) != 0, "msip pends the software interrupt");
    in_mode_with(MODE_M, do_nothing, 0, MSTATUS_MPIE);
    check_equal(interrupts[3], 1, "which M takes");
    check_equal(csr_read(mip) & SOFT, 0, "and clears by msip");
    csr_write(mtvec, (u64)m_vectors | 1);
    MSIP[0] = 1;
    in_mode_with(MODE_M, do_nothing, 0, MSTATUS_MPIE);
    check_equal(interrupts[3], 2, "a software interrupt in vectored mode");
    check_equal(interrupt_entry, 3, "comes through entry 3");
    *MTIMECMP = 0;
    in_mode(MODE_S, do_nothing, 0);
    check_equal(interrupt_entry, 7, "a timer interrupt through entry 7");
    // Both at once: software comes first (3.1.9).
    u64 before = interrupts[3] + interrupts[7];
    *MTIMECMP = 0;
    MSIP[0] = 1;
    device_fence();
    in_mode(MODE_S, do_nothing, 0);
    check_equal(interrupts[3] + interrupts[7] - before, 2, "two interrupts at once are both taken");
    check_equal(interrupt_entry, 7, "the timer after the software interrupt");
    csr_write(mtvec, (u64)m_trap_entry);
    csr_write(mie, 0);
}

static u64 arm_stimecmp(u64 deadline) {
    csr_write_stimecmp(deadline);
    return csr_read(sip);
}

static u64 write_menvcfg(u64 value) {
    __asm__ volatile("csrs 0x30a, %0" ::"r"(value));
    u64 now;
    __asm__ volatile("csrr %0, 0x30a" : "=r"(now));
    return now;
}

// Sstc: only where menvcfg has STCE.
static void test_supervisor_timer(void) {
    u64 stce = 1UL << 63;
    u64 now = in_mode(MODE_M, write_menvcfg, stce);
    if (trap.cause != NO_TRAP || (now & stce) == 0)
        return;
    u64 pending = in_mode(MODE_S, arm_stimecmp, 0);
    check_equal(trap.cause, NO_TRAP, "S may write stimecmp");
    check((pending & IRQ_TIMER) != 0 || (csr_read(mip) & IRQ_TIMER) != 0, "stimecmp in the past pends the S timer interrupt");
    in_mode(MODE_S, arm_stimecmp, NEVER);
    check_equal(csr_read(mip) & IRQ_TIMER, 0, "stimecmp in the future takes it back");
}

void test_interrupts(void) {
    test_timer();
    test_software();
    test_supervisor_timer();
}
