#pragma once
// Control and status registers (RISC-V privileged specification, chapters 3 and 4) that the guests use.
#include "types.h"

#define csr_read(name) ({ u64 value_; __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory"); value_; })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((u64)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"rK"((u64)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"rK"((u64)(bits)) : "memory")

// stimecmp (Sstc) by number: the assembler knows the name only from a later release on.
#define CSR_STIMECMP 0x14d
#define csr_write_stimecmp(value) __asm__ volatile("csrw 0x14d, %0" ::"r"((u64)(value)) : "memory")

#define SSTATUS_SIE (1UL << 1)
#define SSTATUS_SPIE (1UL << 5)
#define SSTATUS_SPP (1UL << 8)
#define SSTATUS_FS (3UL << 13)
#define SSTATUS_FS_CLEAN (2UL << 13)
#define SSTATUS_FS_DIRTY (3UL << 13)

// sie and sip
#define IRQ_SOFTWARE (1UL << 1)
#define IRQ_TIMER (1UL << 5)
#define IRQ_EXTERNAL (1UL << 9)

#define CAUSE_INTERRUPT (1UL << 63)

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline u64 time_now(void) { return csr_read(time); }
static inline void memory_fence(void) { __asm__ volatile("fence rw, rw" ::: "memory"); }
static inline void device_fence(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }
