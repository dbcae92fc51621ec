#include "text.h"

void *memcpy(void *to, const void *from, size_t size) {
    u8 *t = to;
    const u8 *f = from;
    if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0) {
        for (; size >= 8; size -= 8, t += 8, f += 8)
            *(u64 *)t = *(const u64 *)f;
    }
    while (size-- > 0)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t size) {
    u8 *t = to;
    u64 word = 0x0101010101010101UL * (u8)value;
    for (; size > 0 && ((uintptr_t)t & 7) != 0; size--)
        *t++ = (u8)value;
    for (; size >= 8; size -= 8, t += 8)
        *(u64 *)t = word;
    while (size-- > 0)
        *t++ = (u8)value;
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    u8 *t = to;
    const u8 *f = from;
    if (t <= f)
        return memcpy(to, from, size);
    while (size-- > 0)
        t[size] = f[size];
    return to;
}

int memcmp(const void *left, const void *right, size_t size) {
    const u8 *l = left, *r = right;
    for (; size > 0; size--, l++, r++) {
        if (*l != *r)
            return *l - *r;
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

int strcmp(const char *left, const char *right) {
    for (; *left != 0 && *left == *right; left++, right++) {
    }
    return (u8)*left - (u8)*right;
}

int strncmp(const char *left, const char *right, size_t size) {
    for (; size > 0; size--, left++, right++) {
        if (*left != *right || *left == 0)
            return (u8)*left - (u8)*right;
    }
    return 0;
}

const char *strstr(const char *text, const char *wanted) {
    size_t length = strlen(wanted);
    for (; *text != 0; text++) {
        if (strncmp(text, wanted, length) == 0)
            return text;
    }
    return length == 0 ? text : NULL;
}

bool parse_u64(const char *text, u64 *value) {
    u64 base = 10, result = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (*text == 0)
        return false;
    for (; *text != 0; text++) {
        u64 digit = *text >= '0' && *text <= '9' ? (u64)(*text - '0')
            : (*text | 32) >= 'a' && (*text | 32) <= 'f' ? (u64)((*text | 32) - 'a' + 10) : 99;
        if (digit >= base)
            return false;
        result = result * base + digit;
    }
    *value = result;
    return true;
}

struct sink {
    char *to;
    size_t size, used;
};

static void put(struct sink *sink, char c) {
    if (sink->used + 1 < sink->size)
        sink->to[sink->used++] = c;
}

static void put_padded(struct sink *sink, const char *text, size_t length, size_t width, char pad, bool left) {
    for (size_t i = length; !left && i < width; i++)
        put(sink, pad);
    for (size_t i = 0; i < length; i++)
        put(sink, text[i]);
    for (size_t i = length; left && i < width; i++)
        put(sink, ' ');
}

static size_t digits(char *to, u64 value, u64 base) {
    char reversed[24];
    size_t count = 0, length = 0;
    do {
        reversed[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        to[length++] = reversed[--count];
    return length;
}

static size_t signed_digits(char *to, s64 value) {
    if (value >= 0)
        return digits(to, (u64)value, 10);
    to[0] = '-';
    return 1 + digits(to + 1, -(u64)value, 10);
}

size_t format_text(char *to, size_t size, const char *format, va_list arguments) {
    struct sink sink = {to, size, 0};
    for (; *format != 0; format++) {
        if (*format != '%') {
            put(&sink, *format);
            continue;
        }
        format++;
        bool left = *format == '-', wide = false;
        if (left)
            format++;
        char pad = *format == '0' ? '0' : ' ';
        size_t width = 0, length;
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (size_t)(*format - '0');
        for (; *format == 'l' || *format == 'z'; format++)
            wide = true;
        char number[24];
        const char *text = number;
        switch (*format) {
        case 'd': length = signed_digits(number, wide ? va_arg(arguments, s64) : va_arg(arguments, int)); break;
        case 'u': length = digits(number, wide ? va_arg(arguments, u64) : va_arg(arguments, u32), 10); break;
        case 'x': length = digits(number, wide ? va_arg(arguments, u64) : va_arg(arguments, u32), 16); break;
        case 'p':
            number[0] = '0';
            number[1] = 'x';
            length = 2 + digits(number + 2, va_arg(arguments, u64), 16);
            break;
        case 'c': number[0] = (char)va_arg(arguments, int); length = 1; break;
        case 's': text = va_arg(arguments, const char *); length = strlen(text); break;
        default: number[0] = *format; length = 1; break;
        }
        put_padded(&sink, text, length, width, pad, left);
        if (*format == 0)
            break;
    }
    if (size > 0)
        to[sink.used] = 0;
    return sink.used;
}

// CRC-32 as in IEEE 802.3, four bits at a time: a small table, and quick enough in an interpreter.
u32 crc32(const void *data, size_t size) {
    static const u32 table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const u8 *bytes = data;
    u32 crc = ~0U;
    for (; size > 0; size--) {
        crc ^= *bytes++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
