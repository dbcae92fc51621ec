// Sv39 as M mode sees it: page faults in S and U mode, SUM, MXR, the A and D bits, MPRV.
#include "csr.h"
#include "firmware.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

#define WINDOW 0x4000000000UL - 0x40000000UL // the last gigabyte of the lower half, mapped in 4 KiB pages

static u64 root[512] __attribute__((aligned(4096)));
static u64 middle[512] __attribute__((aligned(4096)));
static u64 leaves[512] __attribute__((aligned(4096)));
static u64 page[512] __attribute__((aligned(4096)));

static u64 entry(const void *physical, u64 flags) { return (u64)physical >> 12 << 10 | flags; }

static u64 load(u64 address) { return *(volatile u64 *)address; }
static u64 store(u64 address) { *(volatile u64 *)address = 77; return 0; }
static u64 jump(u64 address) { return ((u64 (*)(void))address)(); }

static void map(u64 flags) {
    leaves[0] = entry(page, flags | V);
    __asm__ volatile("sfence.vma");
}

static void expect(enum mode mode, u64 (*function)(u64), u64 set_status, u64 cause, const char *what) {
    in_mode_with(mode, function, WINDOW, set_status);
    check_equal(trap.cause, cause, what);
}

static u64 load_as_supervisor(u64 address) {
    u64 value;
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, 1UL << 11 | MSTATUS_MPRV);
    __asm__ volatile("ld %0, (%1)" : "=r"(value) : "r"(address) : "memory");
    csr_clear(mstatus, MSTATUS_MPRV);
    return value;
}

void test_paging(void) {
    // The image for S mode in one gigabyte page; for U mode only what the window shows.
    root[2] = entry((void *)0x80000000, V | R | W | X | A | D);
    root[255] = entry(middle, V);
    middle[0] = entry(leaves, V);
    page[0] = 0x0000806700a00513; // li a0, 10; ret
    csr_write(satp, 8UL << 60 | (u64)root >> 12);
    check_equal(csr_read(satp), 8UL << 60 | (u64)root >> 12, "satp takes Sv39");
    __asm__ volatile("sfence.vma; fence.i");

    expect(MODE_S, load, 0, 13, "load from an entry that is not valid");
    check_equal(trap.value, WINDOW, "mtval of a page fault");
    expect(MODE_S, store, 0, 15, "store to an entry that is not valid");
    expect(MODE_S, jump, 0, 12, "fetch from an entry that is not valid");
    in_mode(MODE_S, load, 0x4000000000);
    check_equal(trap.cause, 13, "an address that is not sign-extended");

    map(R | A | D);
    expect(MODE_S, load, 0, NO_TRAP, "load from a readable page");
    expect(MODE_S, store, 0, 15, "store to a page that is not writable");
    expect(MODE_S, jump, 0, 12, "fetch from a page that is not executable");
    map(X | A | D);
    expect(MODE_S, load, 0, 13, "load from a page that is only executable");
    expect(MODE_S, load, MSTATUS_MXR, NO_TRAP, "MXR makes executable pages readable");
    check_equal(in_mode(MODE_S, jump, WINDOW), 10, "fetch from an executable page");
    map(R | W | U | A | D);
    expect(MODE_S, load, 0, 13, "S may not load from a user page");
    expect(MODE_S, load, MSTATUS_SUM, NO_TRAP, "unless SUM says so");
    map(R | W | X | U | A | D);
    expect(MODE_S, jump, MSTATUS_SUM, 12, "and may never run one");
    map(W | A | D);
    expect(MODE_S, load, 0, 13, "writable without readable is reserved");

    // Svade faults, Svadu sets the bits: one of the two.
    map(R | W);
    in_mode(MODE_S, store, WINDOW);
    check(trap.cause == 15 || (trap.cause == NO_TRAP && (leaves[0] & (A | D)) == (A | D)), "a store sees to A and D");
    map(R | W | A | D);
    expect(MODE_S, store, 0, NO_TRAP, "store to a writable page");
    check_equal(page[0], 77, "reaches memory");
    check_equal(in_mode(MODE_M, load_as_supervisor, WINDOW), 77, "MPRV translates M's loads as S's");
    leaves[0] = 0;
    __asm__ volatile("sfence.vma");
    expect(MODE_S, load, 0, 13, "sfence.vma forgets what was mapped");
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma");
}
