#pragma once
// The compiler's freestanding headers, and short names for what registers and on-disk formats are made of.
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define PAGE_SIZE 4096UL
#define NEVER (~0UL)
