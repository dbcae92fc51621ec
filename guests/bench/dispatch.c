// A bytecode machine: an indirect jump for each of its instructions, and a table of functions.
#include "work.h"

enum { PUSH, ADD, MULTIPLY, XOR, DUPLICATE, SWAP, DECREMENT, JUMP_IF, CALL, END };

static u64 twice(u64 x) { return x * 2 + 1; }
static u64 half(u64 x) { return x / 2; }
static u64 mix(u64 x) { return x ^ (x >> 7); }
static u64 (*const functions[])(u64) = {twice, half, mix, half};

static const u8 program[] = {
    PUSH, 7, ADD, DUPLICATE, MULTIPLY, PUSH, 91, XOR, CALL, 0, CALL, 2, PUSH, 3, ADD, DUPLICATE, PUSH, 13, XOR, ADD, CALL, 1, CALL, 3, SWAP, DECREMENT, SWAP,
    JUMP_IF, 0, END,
};

static __attribute__((noinline)) u64 run(const u8 *code, u64 count) {
    u64 stack[16], *top = stack;
    *top++ = count;
    *top++ = 1;
    for (const u8 *at = code;;) {
        switch (*at++) {
        case PUSH: *top++ = *at++; break;
        case ADD: top--; top[-1] += top[0]; break;
        case MULTIPLY: top--; top[-1] *= top[0]; break;
        case XOR: top--; top[-1] ^= top[0]; break;
        case DUPLICATE: top[0] = top[-1]; top++; break;
        case SWAP: { u64 t = top[-1]; top[-1] = top[-2]; top[-2] = t; break; }
        case DECREMENT: top[-1]--; break;
        case JUMP_IF: at = top[-2] != 0 ? code + *at : at + 1; break;
        case CALL: top[-1] = functions[*at++](top[-1]); break;
        default: return top[-1];
        }
    }
}

u64 work(void) { return run(program, 8000000); }
