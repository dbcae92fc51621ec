#pragma once
// The M-mode test. Each check runs a small function in some privilege mode; its first trap, or its return, ends it.
#include "types.h"

enum mode { MODE_U = 0, MODE_S = 1, MODE_M = 3 };

// The last trap that reached M mode. cause is NO_TRAP if the function returned.
struct trap {
    u64 cause, pc, value, status;
};
#define NO_TRAP (~0UL)
extern struct trap trap;

// Interrupts taken in M mode, by cause, and which entry of the vector table they came through (NO_TRAP: not vectored).
extern u64 interrupts[16];
extern u64 interrupt_entry, interrupt_pc;

// Runs function(argument) in a mode, on its own stack, and returns its result; trap says how it ended. A function in S mode
// that takes a delegated trap through s_trap_entry ends with the trap's cause as its result.
u64 in_mode(enum mode mode, u64 (*function)(u64), u64 argument);
// The same, but starting with this mstatus.
u64 in_mode_with(enum mode mode, u64 (*function)(u64), u64 argument, u64 set_status);

extern u8 m_trap_entry[], m_vectors[], s_trap_entry[], s_vectors[];
extern u64 other_harts;

void check(bool passed, const char *what);
// For what an emulator in wide use gets wrong: a failure prints a note, and does not count.
void note_equal(u64 got, u64 wanted, const char *what);
void check_equal(u64 got, u64 wanted, const char *what);

void test_csrs(void);
void test_traps(void);
void test_delegation(void);
void test_interrupts(void);
void test_protection(void);
void test_paging(void);
void test_harts(u32 harts);

#define CLINT 0x2000000UL
#define MTIME ((volatile u64 *)(CLINT + 0xbff8))
#define MTIMECMP ((volatile u64 *)(CLINT + 0x4000))
#define MSIP ((volatile u32 *)CLINT)
#define NOTHING 0x08000000UL // an address where the board has nothing

#define MSTATUS_MIE (1UL << 3)
#define MSTATUS_MPIE (1UL << 7)
#define MSTATUS_MPP (3UL << 11)
#define MSTATUS_FS (3UL << 13)
#define MSTATUS_MPRV (1UL << 17)
#define MSTATUS_SUM (1UL << 18)
#define MSTATUS_MXR (1UL << 19)
#define MSTATUS_TVM (1UL << 20)
#define MSTATUS_TW (1UL << 21)
#define MSTATUS_TSR (1UL << 22)
