// Memory: pages of RAM, and Sv39 page tables (privileged specification, section 4.4).
//
//   0x0                 nothing, so that a null pointer faults
//   devices and RAM     at their physical addresses; the kernel's text read-execute, its constants read-only, the rest read-write
//   KERNEL_STACKS       one stack per hart above an unmapped page, so that an overflow faults
//   USER_BASE…          one process: text (shared), data, stack, heap
//
// A and D are always set beforehand, so it does not matter whether the harts set them or fault (Svadu, Svade).
#include "abi.h"
#include "csr.h"
#include "fdt.h"
#include "minios.h"
#include "print.h"
#include "text.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128, OWNED = 256, LEVELS = 3 };
#define KERNEL_STACKS 0x2000000000UL
#define STACK_STRIDE 0x10000UL
#define USER_END 0x1200000000UL
#define SATP_SV39 (8UL << 60)

extern u8 text_end[], rodata_end[], image_end[], _start[];
extern u8 user_image[], user_image_data[], user_image_end[];

static u64 kernel_root;
static u64 bump, memory_end, free_list, free_count, total_count;

u64 pages_total(void) { return total_count; }
u64 pages_free(void) { return free_count; }

static u64 round_up(u64 address, u64 size) { return (address + size - 1) & ~(size - 1); }

// RAM above the image is handed out in order, and touched only then. Pages that come back go to a list.
u64 page_alloc(void) {
    u64 page = free_list;
    if (page != 0) {
        free_list = *(u64 *)page;
    } else {
        u64 tree = fdt_address() & ~(PAGE_SIZE - 1), tree_end = round_up(fdt_address() + fdt_size(), PAGE_SIZE);
        if (bump >= tree && bump < tree_end)
            bump = tree_end;
        if (bump >= memory_end)
            return 0;
        page = bump;
        bump += PAGE_SIZE;
    }
    free_count--;
    memset((void *)page, 0, PAGE_SIZE);
    return page;
}

void page_free(u64 page) {
    *(u64 *)page = free_list;
    free_list = page;
    free_count++;
}

static u32 index_at(u64 address, u32 level) { return address >> (12 + 9 * level) & 511; }
static u64 address_of(u64 entry) { return entry >> 10 << 12; }
static u64 entry_for(u64 address, u64 flags) { return address >> 12 << 10 | flags | V; }

// The entry for this address at this level; makes the tables above it if asked to.
static u64 *find_entry(u64 root, u64 address, u32 level, bool make) {
    u64 *table = (u64 *)root;
    for (u32 at = LEVELS - 1; at > level; at--) {
        u64 *entry = &table[index_at(address, at)];
        if ((*entry & V) == 0) {
            u64 page = make ? page_alloc() : 0;
            if (page == 0)
                return NULL;
            *entry = entry_for(page, 0);
        }
        table = (u64 *)address_of(*entry);
    }
    return &table[index_at(address, level)];
}

static void map_kernel(u64 address, u64 physical, u64 size, u64 flags) {
    u64 end = round_up(address + size, PAGE_SIZE);
    address &= ~(PAGE_SIZE - 1);
    physical &= ~(PAGE_SIZE - 1);
    while (address < end) {
        u32 level = 0;
        if (((address | physical) & 0x1fffff) == 0 && end - address >= 0x200000)
            level = 1;
        u64 *entry = find_entry(kernel_root, address, level, true);
        if (entry == NULL)
            fail("no memory for the kernel's page tables");
        *entry = entry_for(physical, flags | A | D);
        address += PAGE_SIZE << (9 * level);
        physical += PAGE_SIZE << (9 * level);
    }
}

static void map_devices(const char *compatible) {
    struct fdt_node node = {0};
    u64 address, size;
    while (fdt_next_compatible(&node, compatible)) {
        if (fdt_reg(&node, &address, &size))
            map_kernel(address, address, size, R | W);
    }
}

void vm_open(void) {
    memory_end = board.memory_base + board.memory_size;
    bump = round_up((u64)image_end, PAGE_SIZE);
    if (memory_end < bump + 64 * PAGE_SIZE)
        fail("%lu KiB of memory are too little", board.memory_size >> 10);
    total_count = free_count = (memory_end - bump) / PAGE_SIZE;
    u64 tree = fdt_address();
    if (tree >= bump && tree < memory_end)
        total_count = free_count = total_count - (round_up(tree + fdt_size(), PAGE_SIZE) - (tree & ~(PAGE_SIZE - 1))) / PAGE_SIZE;

    kernel_root = page_alloc();
    map_kernel((u64)_start, (u64)_start, text_end - _start, R | X);
    map_kernel((u64)text_end, (u64)text_end, rodata_end - text_end, R);
    map_kernel((u64)rodata_end, (u64)rodata_end, memory_end - (u64)rodata_end, R | W);
    if (tree < (u64)_start || tree >= memory_end)
        map_kernel(tree, tree, fdt_size(), R);
    map_devices("ns16550a");
    map_devices("sifive,plic-1.0.0");
    map_devices("riscv,plic0");
    map_devices("virtio,mmio");
}

u64 vm_kernel_satp(void) { return SATP_SV39 | kernel_root >> 12; }

void vm_map_stack(struct hart *hart, u32 index) {
    static u8 trap_stacks[MAX_HARTS][2048] __attribute__((aligned(16)));
    u64 top = KERNEL_STACKS + (index + 1) * STACK_STRIDE;
    for (u32 page = 1; page <= KERNEL_STACK_PAGES; page++)
        map_kernel(top - page * PAGE_SIZE, page_alloc(), PAGE_SIZE, R | W);
    hart->stack_top = top;
    hart->trap_stack_top = (u64)trap_stacks[index] + sizeof trap_stacks[index];
}

void vm_use(u64 root) {
    u64 satp = SATP_SV39 | (root == 0 ? kernel_root : root) >> 12;
    if (satp == self->satp && csr_read(satp) == satp)
        return;
    self->satp = satp;
    __asm__ volatile("sfence.vma" ::: "memory");
    csr_write(satp, satp);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static bool map_user_page(u64 root, u64 address, u64 page, u64 flags) {
    u64 *entry = find_entry(root, address, 0, true);
    if (entry == NULL)
        return false;
    *entry = entry_for(page, flags | U | A | D);
    return true;
}

bool vm_map_user(u64 root, u64 address) {
    u64 page = page_alloc();
    if (page == 0)
        return false;
    if (map_user_page(root, address, page, R | W | OWNED))
        return true;
    page_free(page);
    return false;
}

void vm_unmap_user(u64 root, u64 address) {
    u64 *entry = find_entry(root, address, 0, false);
    if (entry != NULL && (*entry & OWNED) != 0) {
        page_free(address_of(*entry));
        *entry = 0;
    }
    __asm__ volatile("sfence.vma %0" ::"r"(address) : "memory");
}

// The kernel's part of an address space is its top-level entries, which never change after boot.
bool vm_create_user(u64 *root) {
    *root = page_alloc();
    if (*root == 0)
        return false;
    memcpy((void *)*root, (void *)kernel_root, PAGE_SIZE);
    u64 address = USER_BASE;
    bool ok = true;
    for (u64 page = (u64)user_image; ok && page < (u64)user_image_data; page += PAGE_SIZE, address += PAGE_SIZE)
        ok = map_user_page(*root, address, page, R | X);
    for (u64 page = (u64)user_image_data; ok && page < (u64)user_image_end; page += PAGE_SIZE, address += PAGE_SIZE) {
        ok = vm_map_user(*root, address);
        if (ok)
            memcpy((void *)address_of(*find_entry(*root, address, 0, false)), (void *)page, PAGE_SIZE);
    }
    for (u32 page = 1; ok && page <= USER_STACK_PAGES; page++)
        ok = vm_map_user(*root, USER_STACK_TOP - page * PAGE_SIZE);
    if (!ok)
        vm_free_user(*root);
    return ok;
}

static void free_table(u64 table, u32 level) {
    for (u32 i = 0; i < 512; i++) {
        u64 entry = ((u64 *)table)[i];
        if ((entry & V) == 0)
            continue;
        if ((entry & (R | W | X)) == 0 && level > 0)
            free_table(address_of(entry), level - 1);
        else if ((entry & OWNED) != 0)
            page_free(address_of(entry));
    }
    page_free(table);
}

void vm_free_user(u64 root) {
    for (u32 i = index_at(USER_BASE, 2); i < index_at(USER_END, 2); i++) {
        u64 entry = ((u64 *)root)[i];
        if ((entry & V) != 0)
            free_table(address_of(entry), 1);
    }
    page_free(root);
}

// The physical address of one user byte, 0 unless user mode has these rights to it.
static u64 translate(struct process *process, u64 address, u64 rights) {
    if (address < USER_BASE || address >= USER_END)
        return 0;
    u64 *entry = find_entry(process->root, address, 0, false);
    if (entry == NULL || (*entry & (V | U | rights)) != (V | U | rights))
        return 0;
    return address_of(*entry) | (address & (PAGE_SIZE - 1));
}

static bool copy(struct process *process, u8 *kernel, u64 user, u64 size, u64 rights) {
    while (size > 0) {
        u64 part = PAGE_SIZE - (user & (PAGE_SIZE - 1));
        u64 physical = translate(process, user, rights);
        if (physical == 0)
            return false;
        if (part > size)
            part = size;
        if (rights == W)
            memcpy((void *)physical, kernel, part);
        else
            memcpy(kernel, (void *)physical, part);
        kernel += part;
        user += part;
        size -= part;
    }
    return true;
}

bool copy_in(struct process *process, void *to, u64 from, u64 size) { return copy(process, to, from, size, R); }
bool copy_out(struct process *process, u64 to, const void *from, u64 size) { return copy(process, (u8 *)from, to, size, W); }
