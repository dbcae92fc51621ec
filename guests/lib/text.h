#pragma once
// Strings, memory and formatting: what a C library would give.
#include "types.h"

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
const char *strstr(const char *text, const char *wanted);

// Reads a decimal or 0x-prefixed number; false if the text is not one.
bool parse_u64(const char *text, u64 *value);

// Formats %d %u %x with l or z, %s %c %p %%, with width, zero padding and left alignment. Returns the length, at most size - 1.
size_t format_text(char *to, size_t size, const char *format, va_list arguments);

u32 crc32(const void *data, size_t size);
