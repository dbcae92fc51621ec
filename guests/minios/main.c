// Boot: the first hart reads the device tree, opens memory, console, disk and interrupts, starts the other harts, and creates
// the shell. Every hart then ends in the scheduler.
#include "abi.h"
#include "button.h"
#include "csr.h"
#include "minios.h"
#include "plic.h"
#include "print.h"
#include "sbi.h"

struct hart harts[MAX_HARTS];
u32 harts_online;

static volatile u32 lock_word;

void kernel_lock(void) {
    while (__atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE) != 0) {
        while (lock_word != 0)
            __asm__ volatile(".word 0x0100000f"); // pause
    }
}

void kernel_unlock(void) { __atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE); }

static void enter(void) {
    self->armed = NEVER;
    timer_arm(NEVER);
    trap_open();
}

_Noreturn void secondary(void) {
    enter();
    kernel_lock();
    __atomic_fetch_add(&harts_online, 1, __ATOMIC_RELAXED);
    schedule();
}

static void start_others(u64 boot_hart) {
    u32 index = 1, started = 1;
    for (u32 i = 0; i < board.hart_count; i++) {
        if (board.hart_ids[i] == boot_hart)
            continue;
        struct hart *hart = &harts[index];
        hart->id = board.hart_ids[i];
        hart->satp = vm_kernel_satp();
        vm_map_stack(hart, index);
        index++;
        struct sbi_result result = sbi_hart_start(hart->id, (u64)secondary_start, (u64)hart);
        if (result.error == 0)
            started++;
        else
            print("minios: hart %lu does not start: SBI error %ld\n", hart->id, result.error);
    }
    u64 limit = time_after_ms(5000);
    while (__atomic_load_n(&harts_online, __ATOMIC_RELAXED) < started && time_now() < limit)
        __asm__ volatile(".word 0x0100000f");
}

static void boot_on_stack(void) {
    char timer[] = "stimecmp";
    enter();
    if (!plic_open(self->id))
        fail("no interrupt controller with an S-mode context for hart %lu", self->id);
    console_open();
    disk_open();
    button_open(true);
    harts_online = 1;
    start_others(self->id);
    print("minios: %u harts, %lu MiB, console %s, timer %s, disk %lu sectors\n", harts_online, board.memory_size >> 20,
          console_name(), board.has_sstc ? timer : "SBI", disk_size());
    kernel_lock();
    process_create(PROGRAM_SHELL, 0, 0);
    print("minios: ready\n");
    schedule();
}

_Noreturn void boot(u64 hart, const void *tree) {
    self = &harts[0];
    self->id = hart;
    static u8 early_trap_stack[2048] __attribute__((aligned(16)));
    self->trap_stack_top = (u64)early_trap_stack + sizeof early_trap_stack;
    csr_write(stvec, trap_entry);
    board_read(tree);
    vm_open();
    vm_map_stack(self, 0);
    vm_use(0);
    run_on_stack(self->stack_top, boot_on_stack);
}
