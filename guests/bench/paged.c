// Reads and updates at random places of 256 MiB; the guest has paging on, with pages of 2 MiB for its memory and 1 GiB for devices.
#include "work.h"

enum { COUNT = 1 << 25 };
static u64 cells[COUNT];

#ifdef __riscv
#include "csr.h"

enum { VALID = 1 << 0, READ = 1 << 1, WRITE = 1 << 2, EXECUTE = 1 << 3, ACCESSED = 1 << 6, DIRTY = 1 << 7, ENTRIES = 512 };
static u64 root[ENTRIES] __attribute__((aligned(4096)));
static u64 ram[ENTRIES] __attribute__((aligned(4096)));

static u64 entry(u64 address, u64 flags) { return address >> 12 << 10 | flags | VALID; }

// The first gigabyte as one page, the third as 512 pages, each at its own address (Sv39).
static void prepare(void) {
    const u64 leaf = READ | WRITE | ACCESSED | DIRTY;
    root[0] = entry(0, leaf);
    root[2] = entry((u64)ram, 0);
    for (u64 k = 0; k < ENTRIES; k++)
        ram[k] = entry((2UL << 30) + (k << 21), leaf | EXECUTE);
    csr_write(satp, 8UL << 60 | (u64)root >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}
#else
static void prepare(void) {}
#endif

u64 work(void) {
    u64 state = 42, sum = 0;
    prepare();
    for (int k = 0; k < 4000000; k++)
        sum += cells[random_next(&state) & (COUNT - 1)];
    for (int k = 0; k < 2000000; k++)
        cells[random_next(&state) & (COUNT - 1)] += sum;
    return sum;
}
