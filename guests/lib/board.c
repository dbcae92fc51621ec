#include "board.h"
#include "csr.h"
#include "fdt.h"
#include "print.h"
#include "sbi.h"
#include "text.h"

struct board board = {.bootargs = ""};

static bool cpu_has_sstc(const struct fdt_node *cpu) {
    u32 length;
    const char *list = (const char *)fdt_property(cpu, "riscv,isa-extensions", &length);
    for (const char *at = list; list != NULL && at < list + length; at += strlen(at) + 1) {
        if (strcmp(at, "sstc") == 0)
            return true;
    }
    return strstr(fdt_text(cpu, "riscv,isa", ""), "_sstc") != NULL;
}

static void read_harts(void) {
    struct fdt_node node = {0};
    board.has_sstc = true;
    while (fdt_next(&node)) {
        const char *type = fdt_text(&node, "device_type", "");
        if (strcmp(type, "cpu") == 0 && strcmp(fdt_text(&node, "status", "okay"), "okay") == 0) {
            if (board.hart_count == MAX_HARTS)
                break;
            board.has_sstc = board.has_sstc && cpu_has_sstc(&node);
            board.hart_ids[board.hart_count++] = fdt_u32(&node, "reg", 0);
        } else if (board.hart_count > 0 && fdt_property(&node, "interrupt-controller", NULL) != NULL &&
                   strcmp(fdt_text(&node, "compatible", ""), "riscv,cpu-intc") == 0) {
            board.hart_interrupt_controllers[board.hart_count - 1] = fdt_u32(&node, "phandle", 0);
        }
    }
    if (board.hart_count == 0)
        fail("no cpu in the device tree");
}

void board_read(const void *tree) {
    struct fdt_node node;
    u64 size;
    if (!fdt_open(tree))
        fail("no device tree at %p", tree);
    if (fdt_find(&node, "chosen", 1))
        board.bootargs = fdt_text(&node, "bootargs", "");
    if (!fdt_find(&node, "memory", 1) || !fdt_reg(&node, &board.memory_base, &board.memory_size))
        fail("no memory in the device tree");
    if (fdt_find(&node, "cpus", 1))
        board.timebase = fdt_u32(&node, "timebase-frequency", 0);
    if (board.timebase == 0)
        fail("no timebase-frequency in the device tree");
    read_harts();
    char timer[8];
    if (option_text("timer", timer, sizeof timer) && strcmp(timer, "sbi") == 0)
        board.has_sstc = false;
    memset(&node, 0, sizeof node);
    if (fdt_next_compatible(&node, "ns16550a") && fdt_reg(&node, &board.uart, &size))
        board.uart_irq = fdt_u32(&node, "interrupts", 0);
}

bool option_text(const char *name, char *value, size_t size) {
    size_t name_length = strlen(name);
    const char *at = board.bootargs;
    while (*at != 0) {
        while (*at == ' ')
            at++;
        bool match = strncmp(at, name, name_length) == 0 && at[name_length] == '=';
        const char *from = match ? at + name_length + 1 : at;
        bool quoted = false;
        size_t length = 0;
        for (; *from != 0 && (quoted || *from != ' '); from++) {
            if (*from == '"')
                quoted = !quoted;
            else if (match && length + 1 < size)
                value[length++] = *from;
        }
        if (match) {
            value[length] = 0;
            return true;
        }
        at = from;
    }
    return false;
}

u64 option_u64(const char *name, u64 otherwise) {
    char text[32];
    u64 value;
    if (!option_text(name, text, sizeof text))
        return otherwise;
    if (!parse_u64(text, &value))
        fail("%s=%s is not a number", name, text);
    return value;
}

u64 ticks_from_ms(u64 ms) { return ms * board.timebase / 1000; }
u64 time_after_ms(u64 ms) { return time_now() + ticks_from_ms(ms); }

void timer_arm(u64 deadline) {
    if (board.has_sstc)
        csr_write_stimecmp(deadline);
    else
        sbi_set_timer(deadline);
}

void sleep_until(u64 deadline) {
    csr_set(sie, IRQ_TIMER);
    while (time_now() < deadline) {
        timer_arm(deadline);
        wait_for_interrupt();
    }
    timer_arm(NEVER);
}

_Noreturn void power_off(void) { sbi_reset(SBI_SHUTDOWN, SBI_NO_REASON); }

_Noreturn void fail(const char *format, ...) {
    static char line[256];
    va_list arguments;
    va_start(arguments, format);
    format_text(line, sizeof line, format, arguments);
    va_end(arguments);
    print("panic: %s\n", line);
    sbi_reset(SBI_SHUTDOWN, SBI_SYSTEM_FAILURE);
}
