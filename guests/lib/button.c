#include "button.h"
#include "plic.h"
#include "virtio.h"

enum { EVENT_QUEUE = 0, SELECT = 0, SUBSELECT = 1, SIZE = 2, PAYLOAD = 8, SELECT_EVENT_BITS = 0x11 };
enum { EV_KEY = 1, KEY_POWER = 116, KEY_DOWN = 1 }; // as Linux numbers them

static struct virtio_device device;
static struct virtqueue queue;
static volatile struct {
    u16 type, code;
    u32 value;
} events[QUEUE_SIZE];
static bool open;

static void offer(u16 slot) {
    struct virtio_buffer buffer = {(void *)&events[slot], sizeof events[slot], true};
    virtqueue_submit(&queue, slot, &buffer, 1);
}

static bool has_power_key(void) {
    volatile u8 *config = virtio_config(&device);
    config[SELECT] = SELECT_EVENT_BITS;
    config[SUBSELECT] = EV_KEY;
    return config[SIZE] > KEY_POWER / 8 && (config[PAYLOAD + KEY_POWER / 8] & 1 << KEY_POWER % 8) != 0;
}

bool button_open(bool interrupts) {
    u32 features;
    for (u32 nth = 0; !open && virtio_find(VIRTIO_INPUT, nth, &device); nth++)
        open = virtio_begin(&device, 0, &features) && has_power_key() && virtqueue_open(&queue, &device, EVENT_QUEUE);
    if (!open)
        return false;
    if (interrupts)
        plic_enable(device.irq);
    else
        queue.available.flags = 1; // VIRTQ_AVAIL_F_NO_INTERRUPT
    virtio_ready(&device);
    for (u16 slot = 0; slot < QUEUE_SIZE; slot++)
        offer(slot);
    return true;
}

void button_interrupt(u32 irq) {
    if (open && irq == device.irq)
        virtio_acknowledge(&device);
}

bool button_pressed(void) {
    bool pressed = false;
    u16 slot;
    u32 written;
    while (open && virtqueue_take(&queue, &slot, &written)) {
        slot %= QUEUE_SIZE;
        pressed |= events[slot].type == EV_KEY && events[slot].code == KEY_POWER && events[slot].value == KEY_DOWN;
        offer(slot);
    }
    return pressed;
}
