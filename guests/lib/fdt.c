#include "fdt.h"
#include "text.h"

enum { MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9, MAX_DEPTH = 16 };

static const u8 *header, *structure, *structure_end;
static const char *strings;

u32 read_be32(const u8 *bytes) { return (u32)bytes[0] << 24 | (u32)bytes[1] << 16 | (u32)bytes[2] << 8 | bytes[3]; }

static const u8 *align4(const u8 *at) { return (const u8 *)(((uintptr_t)at + 3) & ~3UL); }

bool fdt_open(const void *tree) {
    if (tree == NULL || read_be32(tree) != MAGIC)
        return false;
    header = tree;
    structure = header + read_be32(header + 8);
    strings = (const char *)header + read_be32(header + 12);
    structure_end = structure + read_be32(header + 36);
    return true;
}

u64 fdt_address(void) { return (u64)header; }
u32 fdt_size(void) { return read_be32(header + 4); }

// Steps over one token; for a property, says where its value is.
static const u8 *step(const u8 *at, u32 *token) {
    *token = read_be32(at);
    at += 4;
    if (*token == BEGIN_NODE)
        return align4(at + strlen((const char *)at) + 1);
    if (*token == PROPERTY)
        return align4(at + 8 + read_be32(at));
    return at;
}

const u8 *fdt_property(const struct fdt_node *node, const char *name, u32 *length) {
    for (const u8 *at = node->body; at < structure_end;) {
        u32 token;
        const u8 *next = step(at, &token);
        if (token != PROPERTY && token != NOP)
            return NULL;
        if (token == PROPERTY && strcmp(strings + read_be32(at + 8), name) == 0) {
            if (length != NULL)
                *length = read_be32(at + 4);
            return at + 12;
        }
        at = next;
    }
    return NULL;
}

u32 fdt_u32(const struct fdt_node *node, const char *name, u32 otherwise) {
    u32 length;
    const u8 *value = fdt_property(node, name, &length);
    return value != NULL && length >= 4 ? read_be32(value) : otherwise;
}

const char *fdt_text(const struct fdt_node *node, const char *name, const char *otherwise) {
    u32 length;
    const u8 *value = fdt_property(node, name, &length);
    return value != NULL && length > 0 && value[length - 1] == 0 ? (const char *)value : otherwise;
}

// The cells of each open level are kept from one call to the next: a walk is always one walk, from the root.
bool fdt_next(struct fdt_node *node) {
    static u32 address_cells[MAX_DEPTH], size_cells[MAX_DEPTH];
    if (header == NULL)
        return false;
    const u8 *at = node->body;
    s64 depth = node->depth;
    if (at == NULL) {
        at = structure;
        depth = -1;
    }
    while (at < structure_end) {
        u32 token;
        const u8 *begin = at;
        at = step(at, &token);
        if (token == END_NODE) {
            depth--;
        } else if (token == END) {
            return false;
        } else if (token == BEGIN_NODE) {
            depth++;
            if (depth >= MAX_DEPTH - 1)
                return false;
            node->name = (const char *)begin + 4;
            node->body = at;
            node->depth = (u32)depth;
            node->address_cells = depth > 0 ? address_cells[depth - 1] : 2;
            node->size_cells = depth > 0 ? size_cells[depth - 1] : 1;
            address_cells[depth] = fdt_u32(node, "#address-cells", 2);
            size_cells[depth] = fdt_u32(node, "#size-cells", 1);
            return true;
        }
    }
    return false;
}

bool fdt_next_compatible(struct fdt_node *node, const char *compatible) {
    while (fdt_next(node)) {
        u32 length;
        const char *list = (const char *)fdt_property(node, "compatible", &length);
        for (const char *at = list; list != NULL && at < list + length; at += strlen(at) + 1) {
            if (strcmp(at, compatible) == 0)
                return true;
        }
    }
    return false;
}

bool fdt_find(struct fdt_node *node, const char *name, u32 depth) {
    size_t length = strlen(name);
    memset(node, 0, sizeof *node);
    while (fdt_next(node)) {
        if (node->depth == depth && strncmp(node->name, name, length) == 0 && (node->name[length] == 0 || node->name[length] == '@'))
            return true;
    }
    return false;
}

static u64 read_cells(const u8 *at, u32 cells) {
    u64 value = 0;
    for (u32 i = 0; i < cells; i++)
        value = value << 32 | read_be32(at + 4 * i);
    return value;
}

bool fdt_reg(const struct fdt_node *node, u64 *address, u64 *size) {
    u32 length;
    const u8 *reg = fdt_property(node, "reg", &length);
    if (reg == NULL || length < 4 * (node->address_cells + node->size_cells))
        return false;
    *address = read_cells(reg, node->address_cells);
    *size = read_cells(reg + 4 * node->address_cells, node->size_cells);
    return true;
}
