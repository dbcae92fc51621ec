// A program that translates: it writes 64 small functions, calls each 100 times, and writes them anew, 2,000 times.
#include "work.h"

enum { FUNCTIONS = 64, CALLS = 100, ROUNDS = 2000, SPACE = 64 };
typedef u64 function(u64);

#ifdef __riscv
static u8 code[FUNCTIONS * SPACE] __attribute__((aligned(4096)));

static u8 *place(void) { return code; }

// Eight times addi a0, a0, value; then ret.
static void write_function(u8 *at, u32 value) {
    u32 *words = (u32 *)at;
    for (int k = 0; k < 8; k++)
        words[k] = (value & 0x7ff) << 20 | 10 << 15 | 10 << 7 | 0x13;
    words[8] = 0x00008067;
}

static void publish(void) { __asm__ volatile("fence.i" ::: "memory"); }
#else
#include <sys/mman.h>

static u8 *place(void) {
    static u8 *code;
    if (!code)
        code = mmap(0, FUNCTIONS * SPACE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code;
}

// mov rax, rdi; eight times add rax, value; ret.
static void write_function(u8 *at, u32 value) {
    static const u8 move[] = {0x48, 0x89, 0xf8};
    __builtin_memcpy(at, move, sizeof move);
    at += sizeof move;
    for (int k = 0; k < 8; k++) {
        *at++ = 0x48;
        *at++ = 0x05;
        u32 immediate = value & 0x7ff;
        __builtin_memcpy(at, &immediate, 4);
        at += 4;
    }
    *at = 0xc3;
}

static void publish(void) {}
#endif

u64 work(void) {
    u8 *at = place();
    u64 sum = 0;
    for (u32 round = 0; round < ROUNDS; round++) {
        for (u32 k = 0; k < FUNCTIONS; k++)
            write_function(at + k * SPACE, round + k);
        publish();
        for (u32 k = 0; k < FUNCTIONS; k++) {
            for (u32 call = 0; call < CALLS; call++)
                sum = ((function *)(at + k * SPACE))(sum);
        }
    }
    return sum;
}
