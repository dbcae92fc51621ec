// An M-mode image for the reset vector: checks what firmware relies on, says how many checks passed, and powers the board off.
#include "firmware.h"
#include "csr.h"
#include "fdt.h"
#include "print.h"
#include "text.h"

enum { FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555 };

struct trap trap;
u64 interrupts[16], interrupt_entry, interrupt_pc, other_harts;

static u32 passed, failed;

static volatile u8 *const uart = (volatile u8 *)0x10000000;
static volatile u32 *const syscon = (volatile u32 *)0x100000;

static void uart_write(const char *text, size_t length) {
    for (; length > 0; length--) {
        while ((uart[5] & 0x20) == 0) {
        }
        uart[0] = (u8)*text++;
    }
}

void check(bool ok, const char *what) {
    if (ok) {
        passed++;
        return;
    }
    failed++;
    print("firmware: FAILED %s (trap cause=%lx pc=%lx value=%lx)\n", what, trap.cause, trap.pc, trap.value);
}

void check_equal(u64 got, u64 wanted, const char *what) {
    if (got != wanted)
        print("firmware: got %lx, wanted %lx\n", got, wanted);
    check(got == wanted, what);
}

void note_equal(u64 got, u64 wanted, const char *what) {
    if (got == wanted)
        passed++;
    else
        print("firmware: note: not as specified: %s (got %lx, wanted %lx)\n", what, got, wanted);
}

u64 in_mode(enum mode mode, u64 (*function)(u64), u64 argument) { return in_mode_with(mode, function, argument, 0); }

void m_interrupt(u64 cause, u64 entry) {
    interrupts[cause & 15]++;
    interrupt_entry = entry;
    interrupt_pc = csr_read(mepc);
    switch (cause) {
    case 3: MSIP[0] = 0; break;
    case 7: MTIMECMP[0] = NEVER; break;
    default: csr_clear(mie, 1UL << cause); break;
    }
    device_fence();
}

static u32 count_harts(const void *tree) {
    struct fdt_node node = {0};
    u32 harts = 0;
    if (!fdt_open(tree))
        return 1;
    while (fdt_next(&node))
        harts += strcmp(fdt_text(&node, "device_type", ""), "cpu") == 0;
    return harts;
}

_Noreturn void firmware(const void *tree) {
    print_to(uart_write);
    print("firmware: started\n");
    // Everything is allowed to S and U mode by one entry, the last that the tests leave alone.
    csr_write(pmpaddr2, NEVER >> 10);
    csr_write(pmpcfg0, 0x1f0000UL);
    csr_set(mstatus, MSTATUS_FS);
    test_csrs();
    test_traps();
    test_delegation();
    test_interrupts();
    test_paging();
    test_harts(count_harts(tree));
    test_protection();
    if (failed != 0)
        print("firmware: %u checks failed\n", failed);
    else
        print("firmware: %u checks passed\n", passed);
    *syscon = failed != 0 ? FINISHER_FAIL | (failed < 255 ? failed : 255) << 16 : FINISHER_PASS;
    for (;;)
        wait_for_interrupt();
}
