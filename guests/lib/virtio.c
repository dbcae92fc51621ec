#include "virtio.h"
#include "csr.h"
#include "fdt.h"
#include "text.h"

// Register offsets in words (section 4.2.2).
enum {
    MAGIC_VALUE = 0x000 / 4,
    VERSION = 0x004 / 4,
    DEVICE_ID = 0x008 / 4,
    DEVICE_FEATURES = 0x010 / 4,
    DEVICE_FEATURES_SELECT = 0x014 / 4,
    DRIVER_FEATURES = 0x020 / 4,
    DRIVER_FEATURES_SELECT = 0x024 / 4,
    QUEUE_SELECT = 0x030 / 4,
    QUEUE_NUM_MAX = 0x034 / 4,
    QUEUE_NUM = 0x038 / 4,
    QUEUE_READY = 0x044 / 4,
    QUEUE_NOTIFY = 0x050 / 4,
    INTERRUPT_STATUS = 0x060 / 4,
    INTERRUPT_ACK = 0x064 / 4,
    STATUS = 0x070 / 4,
    QUEUE_DESCRIPTORS = 0x080 / 4,
    QUEUE_DRIVER = 0x090 / 4,
    QUEUE_DEVICE = 0x0a0 / 4,
    CONFIG = 0x100 / 4,
};

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { DESCRIPTOR_NEXT = 1, DESCRIPTOR_WRITE = 2 };

bool virtio_find(u32 kind, u32 nth, struct virtio_device *device) {
    struct fdt_node node = {0};
    while (fdt_next_compatible(&node, "virtio,mmio")) {
        u64 address, size;
        if (!fdt_reg(&node, &address, &size))
            continue;
        volatile u32 *registers = (volatile u32 *)address;
        if (registers[MAGIC_VALUE] != 0x74726976 || registers[VERSION] != 2 || registers[DEVICE_ID] != kind)
            continue;
        if (nth-- == 0) {
            device->registers = registers;
            device->irq = fdt_u32(&node, "interrupts", 0);
            return true;
        }
    }
    return false;
}

// Device initialization, section 3.1.1, up to where queues are set up.
bool virtio_begin(const struct virtio_device *device, u32 wanted, u32 *agreed) {
    volatile u32 *r = device->registers;
    r[STATUS] = 0;
    while (r[STATUS] != 0) {
    }
    r[STATUS] = ACKNOWLEDGE;
    r[STATUS] = ACKNOWLEDGE | DRIVER;
    r[DEVICE_FEATURES_SELECT] = 1;
    if ((r[DEVICE_FEATURES] & 1) == 0) // VIRTIO_F_VERSION_1, bit 32
        return false;
    r[DEVICE_FEATURES_SELECT] = 0;
    *agreed = r[DEVICE_FEATURES] & wanted;
    r[DRIVER_FEATURES_SELECT] = 0;
    r[DRIVER_FEATURES] = *agreed;
    r[DRIVER_FEATURES_SELECT] = 1;
    r[DRIVER_FEATURES] = 1;
    r[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    return (r[STATUS] & FEATURES_OK) != 0;
}

static void write_address(volatile u32 *registers, u32 low, const volatile void *address) {
    registers[low] = (u32)(u64)address;
    registers[low + 1] = (u32)((u64)address >> 32);
}

bool virtqueue_open(struct virtqueue *queue, const struct virtio_device *device, u16 number) {
    volatile u32 *r = device->registers;
    memset(queue, 0, sizeof *queue);
    queue->device = device;
    queue->number = number;
    r[QUEUE_SELECT] = number;
    if (r[QUEUE_READY] != 0 || r[QUEUE_NUM_MAX] < QUEUE_SIZE)
        return false;
    r[QUEUE_NUM] = QUEUE_SIZE;
    write_address(r, QUEUE_DESCRIPTORS, queue->descriptors);
    write_address(r, QUEUE_DRIVER, &queue->available);
    write_address(r, QUEUE_DEVICE, &queue->used);
    device_fence();
    r[QUEUE_READY] = 1;
    return true;
}

void virtio_ready(const struct virtio_device *device) {
    device->registers[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

u32 virtio_config_u32(const struct virtio_device *device, u32 offset) { return device->registers[CONFIG + offset / 4]; }

volatile u8 *virtio_config(const struct virtio_device *device) { return (volatile u8 *)&device->registers[CONFIG]; }

void virtqueue_submit(struct virtqueue *queue, u16 first, const struct virtio_buffer *buffers, u16 count) {
    for (u16 i = 0; i < count; i++) {
        struct virtqueue_descriptor *descriptor = &queue->descriptors[first + i];
        descriptor->address = (u64)buffers[i].data;
        descriptor->length = buffers[i].length;
        descriptor->flags = (u16)((buffers[i].device_writes ? DESCRIPTOR_WRITE : 0) | (i + 1 < count ? DESCRIPTOR_NEXT : 0));
        descriptor->next = (u16)(first + i + 1);
    }
    queue->available.ring[queue->available.index % QUEUE_SIZE] = first;
    device_fence();
    *(volatile u16 *)&queue->available.index = (u16)(queue->available.index + 1);
    device_fence();
    queue->device->registers[QUEUE_NOTIFY] = queue->number;
}

bool virtqueue_take(struct virtqueue *queue, u16 *first, u32 *written) {
    if (*(volatile u16 *)&queue->used.index == queue->seen)
        return false;
    device_fence();
    *first = (u16)queue->used.ring[queue->seen % QUEUE_SIZE].id;
    *written = queue->used.ring[queue->seen % QUEUE_SIZE].length;
    queue->seen++;
    return true;
}

void virtio_acknowledge(const struct virtio_device *device) {
    device->registers[INTERRUPT_ACK] = device->registers[INTERRUPT_STATUS];
}
