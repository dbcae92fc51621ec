#pragma once
// Virtio over MMIO, version 2 (virtio 1.2, section 4.2), with split virtqueues (section 2.7) of eight descriptors.
#include "types.h"

enum { VIRTIO_NET = 1, VIRTIO_BLOCK = 2, VIRTIO_CONSOLE = 3, VIRTIO_ENTROPY = 4, VIRTIO_INPUT = 18 };
enum { QUEUE_SIZE = 8 };

struct virtio_device {
    volatile u32 *registers;
    u32 irq;
};

struct virtqueue_descriptor {
    u64 address;
    u32 length;
    u16 flags, next;
};

// Shared with the device: must lie at its physical address, so in the guest's image, not on a stack.
struct virtqueue {
    struct virtqueue_descriptor descriptors[QUEUE_SIZE];
    struct {
        u16 flags, index, ring[QUEUE_SIZE], used_event;
    } available;
    struct {
        u16 flags, index;
        struct {
            u32 id, length;
        } ring[QUEUE_SIZE];
        u16 available_event;
    } used __attribute__((aligned(16)));
    u16 seen; // used entries taken so far
    u16 number;
    const struct virtio_device *device;
} __attribute__((aligned(64)));

struct virtio_buffer {
    void *data;
    u32 length;
    bool device_writes;
};

// The nth device of this kind on the board.
bool virtio_find(u32 kind, u32 nth, struct virtio_device *device);
// Resets the device and agrees on VERSION_1 and those of the wanted features (bits 0 to 31) that it offers.
bool virtio_begin(const struct virtio_device *device, u32 wanted, u32 *agreed);
bool virtqueue_open(struct virtqueue *queue, const struct virtio_device *device, u16 number);
void virtio_ready(const struct virtio_device *device);
// Configuration space, by offset.
u32 virtio_config_u32(const struct virtio_device *device, u32 offset);
volatile u8 *virtio_config(const struct virtio_device *device);

// Puts one chain of buffers, starting with descriptor `first`, into the queue and notifies the device.
void virtqueue_submit(struct virtqueue *queue, u16 first, const struct virtio_buffer *buffers, u16 count);
// Takes one finished chain: its first descriptor and the bytes the device wrote.
bool virtqueue_take(struct virtqueue *queue, u16 *first, u32 *written);
// Answers the device's interrupt.
void virtio_acknowledge(const struct virtio_device *device);
