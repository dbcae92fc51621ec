// Memory far beyond every cache: one long chain of dependent loads, and independent reads at random places.
#include "work.h"

enum { COUNT = 1 << 23 };
static u64 next[COUNT];

u64 work(void) {
    u64 state = 42, at = 0, sum = 0;
    for (u64 i = 0; i < COUNT; i++)
        next[i] = i;
    // Sattolo's shuffle: a single cycle.
    for (u64 i = COUNT - 1; i > 0; i--) {
        u64 j = random_next(&state) % i;
        u64 t = next[i];
        next[i] = next[j];
        next[j] = t;
    }
    for (int i = 0; i < 2000000; i++)
        at = next[at];
    for (int i = 0; i < 4000000; i++)
        sum += next[random_next(&state) & (COUNT - 1)];
    return at ^ sum;
}
