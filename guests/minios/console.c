// The console: the UART of the board, a virtio console (console=virtio), or the SBI console (console=sbi). The first two
// raise interrupts for input; the last is polled while somebody reads.
#include "csr.h"
#include "minios.h"
#include "plic.h"
#include "print.h"
#include "sbi.h"
#include "text.h"
#include "virtio.h"

enum { RHR = 0, THR = 0, IER = 1, FCR = 2, LCR = 3, LSR = 5, LSR_DATA = 1, LSR_EMPTY = 32, CTRL_C = 3 };
enum { INPUT_SIZE = 1024, RECEIVE = 0, TRANSMIT = 1, PART = 64 };

const u8 console_channel;
bool console_polled;

static const char *name = "sbi";
static char input[INPUT_SIZE];
static u32 input_head, input_tail;
static bool interrupted;

const char *console_name(void) { return name; }

static void push(char c) {
    if (c == CTRL_C)
        interrupted = true;
    if (input_head - input_tail < INPUT_SIZE)
        input[input_head++ % INPUT_SIZE] = c;
}

u64 console_read(char *to, u64 size) {
    u64 count = 0;
    while (count < size && input_tail != input_head)
        to[count++] = input[input_tail++ % INPUT_SIZE];
    return count;
}

bool console_take_interrupt(void) {
    bool taken = interrupted;
    interrupted = false;
    return taken;
}

// --- NS16550A ---

static volatile u8 *uart(u32 offset) { return (volatile u8 *)(board.uart + offset); }

static void uart_put(char c) {
    while ((*uart(LSR) & LSR_EMPTY) == 0) {
    }
    *uart(THR) = (u8)c;
}

static void uart_write(const char *text, size_t length) {
    for (; length > 0; length--, text++) {
        if (*text == '\n')
            uart_put('\r');
        uart_put(*text);
    }
}

static void uart_open(void) {
    name = "uart";
    *uart(LCR) = 3; // eight bits, no parity
    *uart(FCR) = 1; // FIFO on
    *uart(IER) = 1; // interrupt when data is there
    plic_enable(board.uart_irq);
    print_to(uart_write);
}

// --- virtio console ---

static struct virtio_device device;
static struct virtqueue receive, transmit;
static char received[QUEUE_SIZE][PART], sent[512];

static void offer(u16 slot) {
    struct virtio_buffer buffer = {received[slot], PART, true};
    virtqueue_submit(&receive, slot, &buffer, 1);
}

static void virtio_send(size_t length) {
    struct virtio_buffer buffer = {sent, (u32)length, false};
    u16 first;
    u32 written;
    virtqueue_submit(&transmit, 0, &buffer, 1);
    while (!virtqueue_take(&transmit, &first, &written)) {
    }
}

static void virtio_write(const char *text, size_t length) {
    size_t used = 0;
    for (; length > 0; length--, text++) {
        if (*text == '\n')
            sent[used++] = '\r';
        sent[used++] = *text;
        if (used >= sizeof sent - 2) {
            virtio_send(used);
            used = 0;
        }
    }
    if (used > 0)
        virtio_send(used);
}

static bool virtio_open(void) {
    u32 features;
    if (!virtio_find(VIRTIO_CONSOLE, 0, &device) || !virtio_begin(&device, 0, &features) ||
        !virtqueue_open(&receive, &device, RECEIVE) || !virtqueue_open(&transmit, &device, TRANSMIT))
        return false;
    transmit.available.flags = 1; // no interrupt for what was sent
    virtio_ready(&device);
    for (u16 slot = 0; slot < QUEUE_SIZE; slot++)
        offer(slot);
    plic_enable(device.irq);
    name = "virtio";
    print_to(virtio_write);
    return true;
}

static void virtio_interrupt(void) {
    u16 slot;
    u32 length;
    virtio_acknowledge(&device);
    while (virtqueue_take(&receive, &slot, &length)) {
        for (u32 i = 0; i < length && i < PART; i++)
            push(received[slot % QUEUE_SIZE][i]);
        offer(slot % QUEUE_SIZE);
    }
}

void console_open(void) {
    char wanted[16] = "uart";
    option_text("console", wanted, sizeof wanted);
    if (strcmp(wanted, "virtio") == 0 && !virtio_open())
        fail("console=virtio, but there is no virtio console");
    if (strcmp(wanted, "uart") == 0 && board.uart != 0)
        uart_open();
    console_polled = strcmp(name, "sbi") == 0;
}

void console_interrupt(u32 irq) {
    if (board.uart != 0 && irq == board.uart_irq) {
        while ((*uart(LSR) & LSR_DATA) != 0)
            push((char)*uart(RHR));
    } else if (device.registers != NULL && irq == device.irq) {
        virtio_interrupt();
    } else {
        return;
    }
    process_wake(&console_channel);
}

void console_poll(void) {
    for (int c = sbi_console_read(); c >= 0; c = sbi_console_read())
        push((char)c);
}
