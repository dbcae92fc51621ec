#pragma once
// minios: a teaching kernel for S mode. One lock guards all of it; a hart holds it whenever it is in the kernel and not idle.
// Interrupts stay off in the kernel, but for the moment after wfi in the idle loop, so a kernel trap for any other cause is a
// bug, and ends in a panic. A system call that must wait blocks its process and runs again from the start when woken.
//
//   user code --trap--> entry.S --> trap_from_user --+--> return_to_user      (the same process goes on)
//                                                    +--> schedule --> return_to_user (another one) or idle in wfi
#include "board.h"
#include "types.h"

enum { MAX_PROCESSES = 64, SLICE_MS = 10, USER_STACK_PAGES = 4, KERNEL_STACK_PAGES = 2, DISK_SECTORS = 8 };

// Registers of an interrupted program; entry.S knows the layout.
struct frame {
    u64 x[32]; // x[0] is not used
    u64 pc;
    u64 f[32];
    u64 fcsr;
};

enum process_state { FREE, RUNNABLE, RUNNING, BLOCKED, ZOMBIE };

struct hart;

struct process {
    struct frame frame;
    enum process_state state;
    u32 pid, parent; // parent 0: nobody waits for it
    const char *name;
    u64 root;        // of its page table
    u64 heap_end;
    const void *channel;
    u64 deadline;    // of a sleep, 0 when not sleeping
    struct hart *timer_hart, *last_hart;
    u64 runtime, resumed_at, switches;
    s64 exit_status;
};

// tp points to the running hart's record while in the kernel, sscratch while in user mode. entry.S knows the first members.
struct hart {
    u64 scratch;
    struct frame *frame;
    u64 stack_top, trap_stack_top;
    u64 satp;
    u64 interrupted_sp;
    struct frame *fp_frame; // whose floating-point registers this hart holds
    u64 id;
    struct process *current;
    bool idle;
    u64 armed, slice_end;
};

register struct hart *self __asm__("tp");
extern struct hart harts[MAX_HARTS];
extern u32 harts_online;

struct counters {
    u64 exceptions[16], interrupts[16], calls[32];
    u64 switches, preemptions, wakeups, ipis, disk_requests, processes, timers_armed;
};
extern struct counters counters;

// The lock
void kernel_lock(void);
void kernel_unlock(void);

// entry.S
extern u8 trap_entry[], secondary_start[], idle_interrupt_point[];
_Noreturn void return_to_user(struct frame *frame);
_Noreturn void run_on_stack(u64 stack_top, void (*function)(void));

// vm.c
void vm_open(void);
u64 page_alloc(void); // zeroed; 0 when there is none left
void page_free(u64 page);
u64 pages_total(void), pages_free(void);
u64 vm_kernel_satp(void);
void vm_map_stack(struct hart *hart, u32 index);
void vm_use(u64 root); // 0: the kernel's own
bool vm_create_user(u64 *root);
void vm_free_user(u64 root);
bool vm_map_user(u64 root, u64 address);
void vm_unmap_user(u64 root, u64 address);
bool copy_in(struct process *process, void *to, u64 from, u64 size);
bool copy_out(struct process *process, u64 to, const void *from, u64 size);

// process.c
struct process *process_create(u64 program, u64 argument, u32 parent);
_Noreturn void process_exit(struct process *process, s64 status);
struct process *process_find(u32 pid);
void process_block(struct process *process, const void *channel);
void process_wake(const void *channel);
void processes_show(void);

// schedule.c
_Noreturn void schedule(void);
void make_runnable(struct process *process);
void timer_rearm(void);
void timer_interrupt(void);
bool slice_is_over(void);

// console.c
void console_open(void);
void console_interrupt(u32 irq);
void console_poll(void);
u64 console_read(char *to, u64 size);
bool console_take_interrupt(void); // Ctrl-C
const char *console_name(void);
extern const u8 console_channel;
extern bool console_polled; // an SBI console raises no interrupts

// disk.c
void disk_open(void);
u64 disk_size(void);
void disk_interrupt(u32 irq);
// True when finished, with the result; false when the process has been blocked.
bool disk_call(struct process *process, u64 operation, u64 sector, u64 buffer, u64 count, s64 *result);
void disk_forget(struct process *process);

// syscall.c, counters.c, crash.c, trap.c
void system_call(struct process *process);
void counters_show(void);
void crash(u64 how);
void trap_open(void);
