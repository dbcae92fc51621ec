#pragma once
// printf to wherever the console is: the SBI console until a guest sets another sink.
#include "types.h"

typedef void console_sink(const char *text, size_t length);

void print_to(console_sink *sink);
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
