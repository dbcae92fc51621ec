#include "block.h"
#include "csr.h"
#include "plic.h"
#include "virtio.h"

enum { FEATURE_READ_ONLY = 1 << 5, FEATURE_FLUSH = 1 << 9, STATUS_OK = 0, STATUS_PENDING = 0xff };

static struct virtio_device device;
static struct virtqueue queue;
static struct {
    u32 type, reserved;
    u64 sector;
} request;
static volatile u8 status;

bool block_open(struct block *block) {
    u32 features;
    if (!virtio_find(VIRTIO_BLOCK, 0, &device) || !virtio_begin(&device, FEATURE_READ_ONLY | FEATURE_FLUSH, &features) ||
        !virtqueue_open(&queue, &device, 0))
        return false;
    virtio_ready(&device);
    block->sectors = virtio_config_u32(&device, 0) | (u64)virtio_config_u32(&device, 4) << 32;
    block->can_flush = (features & FEATURE_FLUSH) != 0;
    block->read_only = (features & FEATURE_READ_ONLY) != 0;
    block->irq = device.irq;
    plic_enable(device.irq);
    return true;
}

void block_submit(u32 type, u64 sector, void *data, u32 count) {
    request.type = type;
    request.reserved = 0;
    request.sector = sector;
    status = STATUS_PENDING;
    struct virtio_buffer buffers[3] = {{&request, sizeof request, false}};
    u16 used = 1;
    if (type != BLOCK_FLUSH)
        buffers[used++] = (struct virtio_buffer){data, count * SECTOR_SIZE, type == BLOCK_READ};
    buffers[used++] = (struct virtio_buffer){(void *)&status, 1, true};
    virtqueue_submit(&queue, 0, buffers, used);
}

bool block_done(bool *ok) {
    u16 first;
    u32 written;
    if (!virtqueue_take(&queue, &first, &written))
        return false;
    *ok = status == STATUS_OK;
    return true;
}

void block_interrupt(void) { virtio_acknowledge(&device); }

bool block_run(u32 type, u64 sector, void *data, u32 count) {
    bool ok = false;
    block_submit(type, sector, data, count);
    while (!block_done(&ok)) {
        wait_for_interrupt();
        u32 irq = plic_claim();
        if (irq == device.irq)
            block_interrupt();
        if (irq != 0)
            plic_complete(irq);
    }
    // An interrupt for what has been taken already would end the next wfi: harmless, the loop above looks again.
    return ok;
}
