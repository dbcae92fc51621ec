// Registers of M mode: what they say, and what may be written to them.
#include "csr.h"
#include "firmware.h"

static u64 read_identity(u64 unused) {
    (void)unused;
    return csr_read(mvendorid) | csr_read(marchid) | csr_read(mimpid) | 1;
}

static u64 write_read_only(u64 value) {
    __asm__ volatile("csrw 0xf14, %0" ::"r"(value)); // mhartid
    return 0;
}

static u64 read_missing(u64 unused) {
    (void)unused;
    u64 value;
    __asm__ volatile("csrr %0, 0x5c0" : "=r"(value));
    return value;
}

static u64 use_float(u64 unused) {
    (void)unused;
    __asm__ volatile("fcvt.d.l ft0, %0" ::"r"(3UL) : "ft0");
    return 0;
}

void test_csrs(void) {
    u64 misa = csr_read(misa);
    check_equal(misa >> 62, 2, "misa says RV64");
    for (const char *letter = "acdfimsu"; *letter != 0; letter++)
        check((misa >> (*letter - 'a') & 1) != 0, "misa lists A, C, D, F, I, M, S and U");
    check_equal(csr_read(mhartid), 0, "mhartid of the first hart");
    in_mode(MODE_M, read_identity, 0);
    check_equal(trap.cause, NO_TRAP, "mvendorid, marchid and mimpid are readable");

    csr_write(mscratch, 0x123456789abcdef0);
    check_equal(csr_read(mscratch), 0x123456789abcdef0, "mscratch keeps 64 bits");
    csr_write(mepc, 0x80000003UL);
    note_equal(csr_read(mepc), 0x80000002, "bit 0 of mepc is always 0");
    csr_write(mcause, 7UL | 1UL << 63);
    check_equal(csr_read(mcause), 7UL | 1UL << 63, "mcause keeps interrupt and code");
    u64 handler = csr_read(mtvec);
    csr_write(mtvec, (u64)m_vectors | 1);
    check_equal(csr_read(mtvec), (u64)m_vectors | 1, "mtvec takes vectored mode");
    csr_write(mtvec, handler);

    in_mode(MODE_M, write_read_only, 1);
    check_equal(trap.cause, 2, "writing mhartid is an illegal instruction");
    in_mode(MODE_M, read_missing, 0);
    check_equal(trap.cause, 2, "reading a register that is not there is an illegal instruction");

    u64 before = csr_read(minstret);
    __asm__ volatile("nop; nop; nop; nop");
    u64 after = csr_read(minstret);
    check(after > before && after - before < 100000, "minstret counts instructions");
    before = csr_read(mcycle);
    __asm__ volatile("nop; nop; nop; nop");
    check(csr_read(mcycle) > before, "mcycle counts");

    csr_clear(mstatus, MSTATUS_FS);
    in_mode(MODE_M, use_float, 0);
    check_equal(trap.cause, 2, "floating point with FS off is an illegal instruction");
    csr_set(mstatus, 1UL << 13); // Initial
    in_mode(MODE_M, use_float, 0);
    check_equal(trap.cause, NO_TRAP, "floating point with FS on works");
    check_equal(trap.status >> 13 & 3, 3, "writing a floating-point register makes FS dirty");
    check(trap.status >> 63 != 0, "SD sums FS up");
    csr_set(mstatus, MSTATUS_FS);
}
