#pragma once
// A virtio disk (virtio 1.2, section 5.2). One request at a time: submit, then block_done says when it is finished.
#include "types.h"

enum { SECTOR_SIZE = 512 };
enum { BLOCK_READ = 0, BLOCK_WRITE = 1, BLOCK_FLUSH = 4 };

struct block {
    u64 sectors;
    bool can_flush, read_only;
    u32 irq;
};

bool block_open(struct block *block);
// data must lie at its physical address, and count sectors of it be contiguous.
void block_submit(u32 type, u64 sector, void *data, u32 count);
// Whether the request is finished, and then whether it went well.
bool block_done(bool *ok);
void block_interrupt(void);
// Submits and waits in wfi, for guests that take no interrupts but have opened the PLIC.
bool block_run(u32 type, u64 sector, void *data, u32 count);
