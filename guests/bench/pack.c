// Compression: finds repetitions through a hash of three bytes, writes literals and copies, and reads them back.
#include "work.h"

enum { SIZE = 1 << 20, HASHES = 1 << 14 };
static u8 text[SIZE], packed[SIZE * 2], unpacked[SIZE];
static u32 last[HASHES];

static u32 hash(const u8 *p) { return ((p[0] | (u32)p[1] << 8 | (u32)p[2] << 16) * 2654435761u) >> 18; }

static size_t pack(void) {
    size_t out = 0;
    for (size_t at = 0; at < SIZE;) {
        size_t length = 0, from = 0;
        if (at + 3 < SIZE) {
            u32 h = hash(text + at);
            from = last[h];
            last[h] = (u32)at;
            if (from < at && at - from < 65536)
                while (length < 255 && at + length < SIZE && text[from + length] == text[at + length])
                    length++;
        }
        if (length < 4) {
            packed[out++] = 0;
            packed[out++] = text[at++];
        } else {
            packed[out++] = (u8)length;
            packed[out++] = (u8)(at - from);
            packed[out++] = (u8)((at - from) >> 8);
            at += length;
        }
    }
    return out;
}

static void unpack(size_t size) {
    u8 *to = unpacked;
    for (size_t at = 0; at < size;) {
        u8 length = packed[at++];
        if (length == 0) {
            *to++ = packed[at++];
            continue;
        }
        const u8 *from = to - (packed[at] | (size_t)packed[at + 1] << 8);
        at += 2;
        while (length-- > 0)
            *to++ = *from++;
    }
}

u64 work(void) {
    u64 state = 99, sum = 0;
    for (int round = 0; round < 12; round++) {
        for (size_t i = 0; i < SIZE; i++) {
            u64 r = random_next(&state);
            text[i] = i > 300 && (r & 15) != 0 ? text[i - 1 - ((r >> 8) & 3) * 64] : (u8)(r >> 32);
        }
        size_t size = pack();
        unpack(size);
        for (size_t i = 0; i < SIZE; i += 97)
            sum = sum * 33 + unpacked[i];
        sum += size;
    }
    return sum;
}
