// Every way in which a guest can end badly, on request. The kernel's lock is held, and interrupts are off.
#include "abi.h"
#include "csr.h"
#include "minios.h"
#include "print.h"
#include "sbi.h"

static u64 __attribute__((noinline)) overflow(u64 depth) {
    volatile u64 space[64];
    space[depth % 64] = depth;
    return depth == NEVER ? 0 : overflow(depth + 1) + space[depth % 64];
}

void crash(u64 how) {
    switch (how) {
    case CRASH_PANIC: fail("requested");
    case CRASH_HANG:
        print("minios: hanging\n");
        for (;;)
            __asm__ volatile("");
    case CRASH_LOOP_TRAP: // the trap handler's first fetch traps, to the same address, for ever
        print("minios: looping in traps\n");
        csr_write(stvec, 0x100);
        __asm__ volatile("ebreak");
        break;
    case CRASH_RESET:
        print("minios: resetting\n");
        sbi_reset(SBI_COLD_REBOOT, SBI_SYSTEM_FAILURE);
    case CRASH_NULL: {
        volatile u64 *null = NULL;
        __asm__("" : "+r"(null));
        *null = 1;
        break;
    }
    case CRASH_STACK: print("minios: overflow returned %lu\n", overflow(0)); break;
    case CRASH_ILLEGAL: __asm__ volatile(".word 0"); break;
    case CRASH_WFI:
        print("minios: waiting for nothing\n");
        csr_write(sie, 0);
        for (;;)
            wait_for_interrupt();
    default: break;
    }
}
