// Processes: each has its own address space and registers; all run the same program, told apart by its first argument.
#include "abi.h"
#include "csr.h"
#include "minios.h"
#include "print.h"
#include "text.h"

static struct process processes[MAX_PROCESSES];
static u32 last_pid;

static const char *const names[] = {"shell", "worker", "fault"};

static struct process *find_free(void) {
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state == FREE)
            return &processes[i];
    }
    return NULL;
}

struct process *process_create(u64 program, u64 argument, u32 parent) {
    struct process *process = find_free();
    if (process == NULL || program >= sizeof names / sizeof names[0])
        return NULL;
    memset(process, 0, sizeof *process);
    if (!vm_create_user(&process->root))
        return NULL;
    process->pid = ++last_pid;
    process->parent = parent;
    process->name = names[program];
    process->heap_end = USER_HEAP;
    process->frame.pc = USER_BASE;
    process->frame.x[2] = USER_STACK_TOP;
    process->frame.x[10] = program;
    process->frame.x[11] = argument;
    counters.processes++;
    make_runnable(process);
    return process;
}

struct process *process_find(u32 pid) {
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state != FREE && processes[i].pid == pid)
            return &processes[i];
    }
    return NULL;
}

// For the scheduler: the process after this one, in a ring.
struct process *process_after(struct process *process) {
    return process == NULL || process == &processes[MAX_PROCESSES - 1] ? &processes[0] : process + 1;
}

_Noreturn void process_exit(struct process *process, s64 status) {
    vm_use(0);
    vm_free_user(process->root);
    disk_forget(process);
    process->root = 0;
    process->exit_status = status;
    process->state = process->parent != 0 ? ZOMBIE : FREE;
    process_wake(process);
    self->current = NULL;
    if (process->pid == 1) {
        print("minios: the shell ended with status %ld\n", status);
        fail("no shell");
    }
    schedule();
}

void process_block(struct process *process, const void *channel) {
    process->state = BLOCKED;
    process->channel = channel;
    process->timer_hart = self;
}

void process_wake(const void *channel) {
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state == BLOCKED && processes[i].channel == channel)
            make_runnable(&processes[i]);
    }
}

void processes_show(void) {
    static const char *const states[] = {"free", "runnable", "running", "blocked", "zombie"};
    print("PID NAME     STATE    HART   CPU-MS SWITCHES\n");
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        struct process *process = &processes[i];
        if (process->state == FREE)
            continue;
        u64 runtime = process->runtime;
        if (process->state == RUNNING && process != self->current)
            runtime += time_now() - process->resumed_at;
        print("%3u %-8s %-8s %4ld %8lu %8lu\n", process->pid, process->name, states[process->state],
              process->last_hart == NULL ? -1L : (s64)process->last_hart->id, runtime * 1000 / board.timebase, process->switches);
    }
}
