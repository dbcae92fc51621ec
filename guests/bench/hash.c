// Integer arithmetic in registers and L1: mixes a small buffer over and over.
#include "work.h"

static u64 words[4096];

u64 work(void) {
    u64 state = 88172645463325252UL, hash = 0;
    for (int i = 0; i < 4096; i++)
        words[i] = random_next(&state);
    for (int round = 0; round < 40000; round++) {
        for (int i = 0; i < 4096; i++) {
            u64 k = words[i] * 0x87c37b91114253d5UL;
            k = (k << 31) | (k >> 33);
            hash ^= k * 0x4cf5ad432745937fUL;
            hash = ((hash << 27) | (hash >> 37)) * 5 + 0x52dce729;
        }
        words[round & 4095] = hash;
    }
    return hash;
}
