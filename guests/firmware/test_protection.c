// Physical memory protection (3.7): NAPOT and TOR, permissions, MPRV, and a locked entry, which binds M mode too.
#include "csr.h"
#include "firmware.h"

enum { PMP_R = 1, PMP_W = 2, PMP_X = 4, PMP_TOR = 1 << 3, PMP_NAPOT = 3 << 3, PMP_LOCK = 1 << 7 };

#define EVERYTHING 0x1f0000UL // entry 2, as boot set it

static u64 guarded[1024] __attribute__((aligned(8192)));
static u64 above[512] __attribute__((aligned(4096)));

static u64 load(u64 address) { return *(volatile u64 *)address; }
static u64 store(u64 address) { *(volatile u64 *)address = 5; return 0; }
static u64 jump(u64 address) { return ((u64 (*)(void))address)(); }

static void expect(enum mode mode, u64 (*function)(u64), const void *address, u64 cause, const char *what) {
    in_mode(mode, function, (u64)address);
    check_equal(trap.cause, cause, what);
}

static void set(u64 config) {
    csr_write(pmpcfg0, EVERYTHING | config);
    __asm__ volatile("sfence.vma");
}

// U mode's rights apply to M mode's loads and stores while MPRV is 1 and MPP is U.
static u64 load_as_user(u64 address) {
    u64 value;
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, MSTATUS_MPRV);
    __asm__ volatile("ld %0, (%1)" : "=r"(value) : "r"(address) : "memory");
    csr_clear(mstatus, MSTATUS_MPRV);
    return value;
}

void test_protection(void) {
    guarded[0] = 0x0000806700a00513; // li a0, 10; ret
    csr_write(pmpaddr0, (u64)guarded >> 2 | 0x1ff); // 4 KiB NAPOT
    set(PMP_NAPOT);
    expect(MODE_S, load, guarded, 5, "an entry without R keeps S from loading");
    check_equal(trap.value, (u64)guarded, "mtval of a load that PMP refuses");
    expect(MODE_U, store, guarded, 7, "without W, U from storing");
    expect(MODE_U, jump, guarded, 1, "without X, U from fetching");
    expect(MODE_M, load, guarded, NO_TRAP, "M is free");
    expect(MODE_U, load, guarded + 512, NO_TRAP, "the page after a NAPOT region is free");
    in_mode(MODE_M, load_as_user, (u64)guarded);
    check_equal(trap.cause, 5, "MPRV makes M's load a load of U");
    set(PMP_NAPOT | PMP_R);
    expect(MODE_U, load, guarded, NO_TRAP, "R lets U load");
    expect(MODE_U, store, guarded, 7, "but not store");
    set(PMP_NAPOT | PMP_R | PMP_X);
    __asm__ volatile("fence.i");
    check_equal(in_mode(MODE_U, jump, (u64)guarded), 10, "X lets U fetch");

    csr_write(pmpaddr0, (u64)guarded >> 2);
    csr_write(pmpaddr1, ((u64)guarded + 8192) >> 2);
    set((u64)(PMP_TOR | PMP_R) << 8);
    expect(MODE_U, load, guarded + 1023, NO_TRAP, "TOR: R lets U load below the top");
    expect(MODE_U, store, guarded + 1023, 7, "TOR: without W no store");
    expect(MODE_U, store, above, NO_TRAP, "TOR ends at its top");

    // A locked entry stays until reset: the last test.
    csr_write(pmpaddr0, (u64)guarded >> 2 | 0x1ff);
    set(PMP_NAPOT | PMP_R | PMP_LOCK);
    expect(MODE_M, load, guarded, NO_TRAP, "a locked entry with R lets M load");
    expect(MODE_M, store, guarded, 7, "without W it keeps M from storing");
    csr_write(pmpcfg0, EVERYTHING);
    check_equal(csr_read(pmpcfg0) & 0xff, PMP_NAPOT | PMP_R | PMP_LOCK, "a locked entry cannot be rewritten");
    csr_write(pmpaddr0, 0);
    check_equal(csr_read(pmpaddr0), (u64)guarded >> 2 | 0x1ff, "nor its address");
}
