#pragma once
// Reads the flattened device tree that a boot hart finds in a1 (Devicetree specification, chapter 5).
#include "types.h"

struct fdt_node {
    const u8 *body;      // the properties and children
    const char *name;    // with the unit address
    u32 address_cells;   // how this node's own reg is written: the parent's #address-cells and #size-cells
    u32 size_cells;
    u32 depth;           // 0 is the root
};

// False if there is no tree at this address.
bool fdt_open(const void *tree);
u64 fdt_address(void);
u32 fdt_size(void);

// Steps through all nodes in order; start with a zeroed node.
bool fdt_next(struct fdt_node *node);
// The next node after this one whose compatible list has this entry.
bool fdt_next_compatible(struct fdt_node *node, const char *compatible);
// The first node of this name, with or without its unit address, at this depth.
bool fdt_find(struct fdt_node *node, const char *name, u32 depth);

// A property's bytes and length, or NULL.
const u8 *fdt_property(const struct fdt_node *node, const char *name, u32 *length);
u32 fdt_u32(const struct fdt_node *node, const char *name, u32 otherwise);
const char *fdt_text(const struct fdt_node *node, const char *name, const char *otherwise);
// The first address range of reg.
bool fdt_reg(const struct fdt_node *node, u64 *address, u64 *size);

u32 read_be32(const u8 *bytes);
