// The disk: one request at a time for all processes. The caller blocks; the interrupt wakes everybody who waits for the disk,
// and whose request it was takes the result.
#include "abi.h"
#include "block.h"
#include "minios.h"
#include "print.h"

enum { ERROR_NO_DISK = -10, ERROR_RANGE = -11, ERROR_DEVICE = -12, ERROR_ADDRESS = -2 };

static struct block block;
static bool present;
static struct process *owner;
static bool finished, succeeded;
static u8 data[DISK_SECTORS * SECTOR_SIZE] __attribute__((aligned(512)));

void disk_open(void) { present = block_open(&block); }

u64 disk_size(void) { return present ? block.sectors : 0; }

void disk_interrupt(u32 irq) {
    if (!present || irq != block.irq)
        return;
    block_interrupt();
    if (block_done(&succeeded)) {
        finished = true;
        process_wake(&block);
    }
}

static bool start(struct process *process, u64 operation, u64 sector, u64 buffer, u64 count, s64 *error) {
    static const u32 types[] = {[DISK_READ] = BLOCK_READ, [DISK_WRITE] = BLOCK_WRITE, [DISK_FLUSH] = BLOCK_FLUSH};
    *error = ERROR_NO_DISK;
    if (!present || operation > DISK_FLUSH || (operation == DISK_FLUSH && !block.can_flush))
        return false;
    *error = ERROR_RANGE;
    if (operation != DISK_FLUSH && (count == 0 || count > DISK_SECTORS || sector >= block.sectors || block.sectors - sector < count))
        return false;
    *error = ERROR_ADDRESS;
    if (operation == DISK_WRITE && !copy_in(process, data, buffer, count * SECTOR_SIZE))
        return false;
    owner = process;
    finished = false;
    counters.disk_requests++;
    block_submit(types[operation], sector, data, (u32)count);
    return true;
}

bool disk_call(struct process *process, u64 operation, u64 sector, u64 buffer, u64 count, s64 *result) {
    if (owner == NULL && !start(process, operation, sector, buffer, count, result))
        return true;
    if (owner != process || !finished) {
        process_block(process, &block);
        return false;
    }
    *result = succeeded ? 0 : ERROR_DEVICE;
    if (succeeded && operation == DISK_READ && !copy_out(process, buffer, data, count * SECTOR_SIZE))
        *result = ERROR_ADDRESS;
    owner = NULL;
    process_wake(&block);
    return true;
}

void disk_forget(struct process *process) {
    if (owner == process && finished)
        owner = NULL;
}
