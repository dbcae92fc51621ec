// Traps that M mode hands to S mode (privileged specification 3.1.8), sret, and vectored stvec.
#include "csr.h"
#include "firmware.h"

struct s_trap {
    u64 cause, pc, value, entry;
};
struct s_trap s_trap;

static u64 illegal(u64 unused) { (void)unused; __asm__ volatile(".word 0"); return 0; }
static u64 call(u64 unused) { (void)unused; __asm__ volatile("li a7, 1; ecall" ::: "a7"); return 0; }

static u64 become_user(u64 function) {
    csr_clear(sstatus, SSTATUS_SPP);
    csr_write(sepc, function);
    __asm__ volatile("sret");
    return 0;
}

static u64 read_sstatus(u64 unused) { (void)unused; return csr_read(sstatus); }

// Waits in S mode, with interrupts on, for one to come: the delegated handler ends the function.
static u64 enable_and_wait(u64 bit) {
    csr_write(sie, bit);
    csr_set(sstatus, SSTATUS_SIE);
    for (u32 i = 0; i < 1000; i++)
        __asm__ volatile("nop");
    csr_clear(sstatus, SSTATUS_SIE);
    return 0x1234;
}

static u64 write_sip(u64 bits) {
    csr_set(sip, bits);
    return csr_read(sip);
}

static void test_exceptions(void) {
    csr_write(medeleg, 1UL << 2 | 1UL << 8);
    check_equal(csr_read(medeleg), 1UL << 2 | 1UL << 8, "medeleg keeps what it delegates");
    u64 result = in_mode(MODE_U, illegal, 0);
    check_equal(trap.cause, NO_TRAP, "a delegated trap does not reach M");
    check_equal(result, 2, "S takes a delegated illegal instruction from U");
    check_equal(s_trap.pc & ~3UL, (u64)illegal & ~3UL, "sepc of a delegated trap");
    check_equal(trap.status >> 11 & 3, MODE_S, "the S handler runs in S mode");
    check_equal(trap.status & SSTATUS_SPP, 0, "SPP says U");
    check_equal(in_mode(MODE_S, illegal, 0), 2, "S takes its own illegal instruction");
    check((trap.status & SSTATUS_SPP) != 0, "SPP says S");
    check_equal(in_mode(MODE_U, call, 0), 8, "S takes an ecall from U");
    in_mode(MODE_M, illegal, 0);
    check_equal(trap.cause, 2, "a trap in M mode is never delegated");
    in_mode(MODE_S, become_user, (u64)read_sstatus);
    check_equal(s_trap.cause, 2, "sret enters U, where sstatus is out of reach");
    csr_write(medeleg, 0);
    in_mode(MODE_U, illegal, 0);
    check_equal(trap.cause, 2, "without delegation M takes it");
}

static void test_interrupts_to_s(void) {
    csr_write(mideleg, IRQ_SOFTWARE | IRQ_TIMER | IRQ_EXTERNAL);
    check_equal(csr_read(mideleg) & 0x222, 0x222, "mideleg keeps the S interrupts");
    csr_write(stvec, s_vectors + 1);
    csr_set(mip, IRQ_SOFTWARE);
    u64 result = in_mode(MODE_S, enable_and_wait, IRQ_SOFTWARE);
    check_equal(result, 1UL | 1UL << 63, "S takes a software interrupt that M pends");
    check_equal(s_trap.entry, 1, "through entry 1 of its vector table");
    csr_clear(mip, IRQ_SOFTWARE);
    check_equal(in_mode(MODE_S, enable_and_wait, IRQ_SOFTWARE), 0x1234, "and none when it is gone");
    csr_set(mip, IRQ_TIMER);
    check_equal(in_mode(MODE_S, enable_and_wait, IRQ_TIMER), 5UL | 1UL << 63, "S takes a timer interrupt that M pends");
    check_equal(s_trap.entry, 5, "through entry 5");
    csr_clear(mip, IRQ_TIMER);
    in_mode(MODE_S, write_sip, IRQ_SOFTWARE);
    check((csr_read(mip) & IRQ_SOFTWARE) != 0, "S may pend its own software interrupt");
    csr_clear(mip, IRQ_SOFTWARE);
    in_mode(MODE_S, write_sip, IRQ_TIMER);
    check((csr_read(mip) & IRQ_TIMER) == 0, "S may not pend its timer interrupt");
    csr_write(sie, 0);
    csr_write(mideleg, 0);
    csr_write(stvec, s_trap_entry);
}

void test_delegation(void) {
    csr_write(stvec, s_trap_entry);
    test_exceptions();
    test_interrupts_to_s();
}
