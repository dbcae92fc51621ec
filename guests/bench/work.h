#pragma once
// A benchmark: some work on static data that takes a few tenths of a second natively, and a checksum of what it computed.
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

u64 work(void);

static inline u64 random_next(u64 *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
