// Exceptions into M mode from every mode, mret, and what S and U mode may not do.
#include "csr.h"
#include "firmware.h"

static u64 illegal_word(u64 unused) { (void)unused; __asm__ volatile(".word 0"); return 0; }
static u64 illegal_half(u64 unused) { (void)unused; __asm__ volatile(".half 0; .half 1"); return 0; }
static u64 breakpoint(u64 unused) { (void)unused; __asm__ volatile(".option push; .option norvc; ebreak; .option pop"); return 0; }
static u64 call(u64 unused) { (void)unused; __asm__ volatile("li a7, 1; ecall" ::: "a7"); return 0; }
static u64 load(u64 address) { return *(volatile u64 *)address; }
static u64 store(u64 address) { *(volatile u64 *)address = 1; return 0; }
static u64 jump(u64 address) { ((void (*)(void))address)(); return 0; }
static u64 give_back(u64 value) { return value ^ 1; }
static u64 read_mstatus(u64 unused) { (void)unused; return csr_read(mstatus); }
static u64 read_sstatus(u64 unused) { (void)unused; return csr_read(sstatus); }
static u64 read_satp(u64 unused) { (void)unused; return csr_read(satp); }
static u64 fence_vma(u64 unused) { (void)unused; __asm__ volatile("sfence.vma"); return 0; }
static u64 sret(u64 unused) { (void)unused; __asm__ volatile("sret"); return 0; }
static u64 mret(u64 unused) { (void)unused; __asm__ volatile("mret"); return 0; }
static u64 wfi(u64 unused) { (void)unused; __asm__ volatile("wfi"); return 0; }
static u64 read_time(u64 unused) { (void)unused; return csr_read(time) | 1; }
static u64 read_instret(u64 unused) { (void)unused; return csr_read(instret) | 1; }

static void expect(enum mode mode, u64 (*function)(u64), u64 argument, u64 cause, const char *what) {
    in_mode(mode, function, argument);
    check_equal(trap.cause, cause, what);
}

static void test_exceptions(void) {
    expect(MODE_M, illegal_word, 0, 2, "a zero word is illegal");
    check(trap.value == 0, "mtval of a zero word");
    expect(MODE_U, illegal_half, 0, 2, "a zero halfword is illegal");
    expect(MODE_M, breakpoint, 0, 3, "ebreak");
    expect(MODE_U, call, 0, 8, "ecall from U");
    expect(MODE_S, call, 0, 9, "ecall from S");
    expect(MODE_M, call, 0, 11, "ecall from M");
    check_equal(trap.status & MSTATUS_MPP, MSTATUS_MPP, "MPP says M after a trap from M");
    expect(MODE_M, load, NOTHING, 5, "load where nothing is");
    check_equal(trap.value, NOTHING, "mtval of a load access fault");
    expect(MODE_M, store, NOTHING, 7, "store where nothing is");
    expect(MODE_M, jump, NOTHING, 1, "fetch where nothing is");
    check_equal(trap.pc, NOTHING, "mepc of a fetch access fault");

    static u64 words[3] __attribute__((aligned(4096))) = {0x1122334455667788, 0x99aabbccddeeff00, 0};
    u64 value = in_mode(MODE_U, load, (u64)words + 3);
    check_equal(trap.cause, NO_TRAP, "a misaligned load works");
    check_equal(value, 0xeeff001122334455, "a misaligned load's value");
    in_mode(MODE_U, store, (u64)words + 13);
    check_equal(words[1], 0x000001ccddeeff00, "a misaligned store, first word");
}

static void test_returns(void) {
    for (enum mode mode = MODE_U; mode <= MODE_M; mode = mode == MODE_S ? MODE_M : mode + 1) {
        check_equal(in_mode(mode, give_back, 6), 7, "mret enters a mode and ecall leaves it");
        check_equal(trap.status >> 11 & 3, mode, "MPP says where the trap came from");
    }
    // mret takes MIE from MPIE and sets MPIE; MPP falls to U; MPRV is cleared on the way to a less privileged mode.
    in_mode_with(MODE_M, read_mstatus, 0, MSTATUS_MPIE);
    check((trap.status & MSTATUS_MPIE) != 0, "MIE was MPIE when mret was done");
    u64 inside = in_mode_with(MODE_M, read_mstatus, 0, MSTATUS_MPIE);
    check((inside & MSTATUS_MIE) != 0, "mret takes MIE from MPIE");
    check_equal(inside & MSTATUS_MPP, 0, "mret leaves U in MPP");
    in_mode_with(MODE_S, read_sstatus, 0, MSTATUS_MPRV);
    note_equal(trap.status & MSTATUS_MPRV, 0, "mret to S clears MPRV");
}

static void test_privilege(void) {
    expect(MODE_U, read_sstatus, 0, 2, "U may not read sstatus");
    expect(MODE_S, read_mstatus, 0, 2, "S may not read mstatus");
    expect(MODE_S, mret, 0, 2, "S may not mret");
    expect(MODE_U, sret, 0, 2, "U may not sret");
    expect(MODE_U, fence_vma, 0, 2, "U may not sfence.vma");
    expect(MODE_S, read_satp, 0, NO_TRAP, "S may read satp");
    in_mode_with(MODE_S, read_satp, 0, MSTATUS_TVM);
    check_equal(trap.cause, 2, "TVM keeps S from satp");
    in_mode_with(MODE_S, fence_vma, 0, MSTATUS_TVM);
    check_equal(trap.cause, 2, "TVM keeps S from sfence.vma");
    in_mode_with(MODE_S, sret, 0, MSTATUS_TSR);
    check_equal(trap.cause, 2, "TSR keeps S from sret");
    in_mode_with(MODE_S, wfi, 0, MSTATUS_TW);
    check_equal(trap.cause, 2, "TW keeps S from wfi");

    csr_write(mcounteren, 0);
    csr_write(scounteren, 0);
    expect(MODE_S, read_time, 0, 2, "mcounteren keeps S from time");
    csr_write(mcounteren, 7);
    expect(MODE_S, read_time, 0, NO_TRAP, "mcounteren lets S read time");
    expect(MODE_U, read_instret, 0, 2, "scounteren keeps U from instret");
    csr_write(scounteren, 7);
    expect(MODE_U, read_instret, 0, NO_TRAP, "both let U read instret");
}

void test_traps(void) {
    test_exceptions();
    test_returns();
    test_privilege();
}
