#include "sbi.h"
#include "csr.h"

enum {
    LEGACY_PUTCHAR = 0x01,
    LEGACY_GETCHAR = 0x02,
    LEGACY_SHUTDOWN = 0x08,
    BASE = 0x10,
    TIME = 0x54494d45,
    IPI = 0x735049,
    HSM = 0x48534d,
    SRST = 0x53525354,
    DBCN = 0x4442434e,
};

u64 sbi_calls;

struct sbi_result sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2) {
    register u64 a0 __asm__("a0") = arg0;
    register u64 a1 __asm__("a1") = arg1;
    register u64 a2 __asm__("a2") = arg2;
    register u64 a6 __asm__("a6") = function;
    register u64 a7 __asm__("a7") = extension;
    __atomic_fetch_add(&sbi_calls, 1, __ATOMIC_RELAXED);
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return (struct sbi_result){(long)a0, a1};
}

bool sbi_has(u64 extension) { return sbi_call(BASE, 3, extension, 0, 0).value != 0; }

static bool has_debug_console(void) {
    static int known; // 0 not asked yet, 1 yes, 2 no
    if (known == 0)
        known = sbi_has(DBCN) ? 1 : 2;
    return known == 1;
}

void sbi_console_write(const char *text, size_t length) {
    if (has_debug_console()) {
        // Function 0 takes a physical address: the guests map their own memory at its physical address.
        while (length > 0) {
            struct sbi_result result = sbi_call(DBCN, 0, length, (u64)text, 0);
            if (result.error != 0)
                return;
            text += result.value;
            length -= result.value;
        }
        return;
    }
    for (; length > 0; length--)
        sbi_call(LEGACY_PUTCHAR, 0, (u8)*text++, 0, 0);
}

int sbi_console_read(void) {
    if (has_debug_console()) {
        static char byte;
        struct sbi_result result = sbi_call(DBCN, 1, 1, (u64)&byte, 0);
        return result.error == 0 && result.value == 1 ? (u8)byte : -1;
    }
    return (int)sbi_call(LEGACY_GETCHAR, 0, 0, 0, 0).error;
}

void sbi_set_timer(u64 deadline) { sbi_call(TIME, 0, deadline, 0, 0); }

struct sbi_result sbi_send_ipi(u64 hart_mask, u64 hart_base) { return sbi_call(IPI, 0, hart_mask, hart_base, 0); }

struct sbi_result sbi_hart_start(u64 hart, u64 address, u64 opaque) { return sbi_call(HSM, 0, hart, address, opaque); }

_Noreturn void sbi_reset(u32 type, u32 reason) {
    sbi_call(SRST, 0, type, reason, 0);
    sbi_call(LEGACY_SHUTDOWN, 0, 0, 0, 0);
    for (;;)
        wait_for_interrupt();
}
