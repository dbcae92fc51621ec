#include "plic.h"
#include "board.h"
#include "csr.h"
#include "fdt.h"

enum { PRIORITY = 0x0, ENABLE = 0x2000, ENABLE_STRIDE = 0x80, CONTEXT = 0x200000, CONTEXT_STRIDE = 0x1000, EXTERNAL_S = 9, SOURCES = 1024 };

static u64 base;
static u32 context;

static volatile u32 *reg(u64 offset) { return (volatile u32 *)(base + offset); }

bool plic_open(u64 hart) {
    struct fdt_node node = {0};
    u64 size;
    u32 length, phandle = 0;
    if (!fdt_next_compatible(&node, "riscv,plic0")) {
        node = (struct fdt_node){0};
        if (!fdt_next_compatible(&node, "sifive,plic-1.0.0"))
            return false;
    }
    for (u32 i = 0; i < board.hart_count; i++) {
        if (board.hart_ids[i] == hart)
            phandle = board.hart_interrupt_controllers[i];
    }
    const u8 *pairs = fdt_property(&node, "interrupts-extended", &length);
    if (pairs == NULL || !fdt_reg(&node, &base, &size))
        return false;
    for (u32 i = 0; i < length / 8; i++) {
        if (read_be32(pairs + 8 * i) == phandle && read_be32(pairs + 8 * i + 4) == EXTERNAL_S) {
            u32 sources = fdt_u32(&node, "riscv,ndev", 0) + 1;
            context = i;
            for (u32 word = 0; word * 32 < sources && word < SOURCES / 32; word++)
                *reg(ENABLE + context * ENABLE_STRIDE + 4 * word) = 0;
            *reg(CONTEXT + context * CONTEXT_STRIDE) = 0; // threshold
            csr_set(sie, IRQ_EXTERNAL);
            return true;
        }
    }
    base = 0;
    return false;
}

void plic_enable(u32 irq) {
    if (base == 0 || irq == 0 || irq >= SOURCES)
        return;
    *reg(PRIORITY + 4 * irq) = 1;
    *reg(ENABLE + context * ENABLE_STRIDE + irq / 32 * 4) |= 1U << irq % 32;
}

u32 plic_claim(void) { return base == 0 ? 0 : *reg(CONTEXT + context * CONTEXT_STRIDE + 4); }

void plic_complete(u32 irq) { *reg(CONTEXT + context * CONTEXT_STRIDE + 4) = irq; }
