// Runs a benchmark as an S-mode guest without paging.
#include "print.h"

u64 work(void);

static u64 ticks(void) {
    u64 now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

void guest(u64 hart) {
    (void)hart;
    // FS := initial.
    __asm__ volatile("csrs sstatus, %0" : : "r"(1UL << 13));
    // Once before the clock starts: pages are mapped then, and translators have translated.
    work();
    u64 before = ticks();
    u64 sum = work();
    // The board's clock runs at 10 MHz.
    print("bench: %lu us, sum %lx\n", (ticks() - before) / 10, sum);
}
