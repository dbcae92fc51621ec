#pragma once
// What a guest needs to know of the machine it runs on, all of it from the device tree.
#include "types.h"

enum { MAX_HARTS = 8 };

struct board {
    u64 memory_base, memory_size;
    u64 uart;               // 0: none
    u32 uart_irq;
    u32 timebase;           // ticks of the time register in a second
    bool has_sstc;          // every hart has stimecmp
    u32 hart_count;
    u64 hart_ids[MAX_HARTS];
    u32 hart_interrupt_controllers[MAX_HARTS]; // their phandles, by which the PLIC refers to them
    const char *bootargs;   // never NULL
};

extern struct board board;

// Reads the tree; without a usable one, resets with a system failure.
void board_read(const void *tree);

// name=value in the command line; the value may be quoted. Both return whether the option is there.
bool option_text(const char *name, char *value, size_t size);
u64 option_u64(const char *name, u64 otherwise);

// The time at which so many milliseconds from now have passed.
u64 ticks_from_ms(u64 ms);
u64 time_after_ms(u64 ms);
// Arms this hart's timer (NEVER disarms it): stimecmp where there is Sstc, an SBI call otherwise or with timer=sbi.
void timer_arm(u64 deadline);
// Sleeps in wfi until then; for guests that take no interrupts.
void sleep_until(u64 deadline);

_Noreturn void power_off(void);
// Prints the reason and ends the machine as a panic: SBI system reset with reason "system failure".
_Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...);
