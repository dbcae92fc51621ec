#pragma once
// Calls into the supervisor binary interface, SBI 2.0. Everything an S-mode guest cannot do itself.
#include "types.h"

struct sbi_result {
    long error;
    u64 value;
};

enum { SBI_SHUTDOWN = 0, SBI_COLD_REBOOT = 1, SBI_WARM_REBOOT = 2 };
enum { SBI_NO_REASON = 0, SBI_SYSTEM_FAILURE = 1 };

// How many SBI calls this guest has made.
extern u64 sbi_calls;

struct sbi_result sbi_call(u64 extension, u64 function, u64 a0, u64 a1, u64 a2);
bool sbi_has(u64 extension);

// Debug console (chapter 12); console_putchar of the legacy extensions (chapter 5) where there is none.
void sbi_console_write(const char *text, size_t length);
// One character, or -1 when none waits.
int sbi_console_read(void);

void sbi_set_timer(u64 deadline);
struct sbi_result sbi_send_ipi(u64 hart_mask, u64 hart_base);
struct sbi_result sbi_hart_start(u64 hart, u64 address, u64 opaque);

// System reset (chapter 10), or the legacy shutdown.
_Noreturn void sbi_reset(u32 type, u32 reason);
