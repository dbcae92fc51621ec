// Calls and returns: the Takeuchi function, and Ackermann's on small arguments.
#include "work.h"

static __attribute__((noinline)) int tak(int x, int y, int z) {
    return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

static __attribute__((noinline)) u64 fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

u64 work(void) {
    u64 sum = 0;
    for (int i = 0; i < 300; i++)
        sum += (u64)tak(18 + (i & 1), 12, 6);
    return sum + fib(38);
}
