#include "print.h"
#include "sbi.h"
#include "text.h"

static console_sink *current = sbi_console_write;

void print_to(console_sink *sink) { current = sink; }

void print(const char *format, ...) {
    // Not on the stack: the sink may hand the text to a device, and a stack need not lie at its physical address.
    static char lines[8][512];
    static u32 turn;
    char *line = lines[__atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % 8];
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_text(line, sizeof lines[0], format, arguments);
    va_end(arguments);
    current(line, length);
}
