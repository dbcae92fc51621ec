// The scheduler: one queue for all harts, round robin, slices of 10 ms. It is tickless: a hart's timer is armed only while
// another process waits for a hart, or for the end of a sleep. A hart with nothing to do waits in wfi with no timer at all.
#include "csr.h"
#include "minios.h"
#include "sbi.h"

struct process *process_after(struct process *process);

static struct process *last_picked;

static struct process *find(bool (*wanted)(const struct process *)) {
    struct process *process = last_picked;
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        process = process_after(process);
        if (wanted(process))
            return process;
    }
    return NULL;
}

static bool is_runnable(const struct process *process) { return process->state == RUNNABLE; }

static void interrupt_hart(struct hart *hart) {
    counters.ipis++;
    sbi_send_ipi(1, hart->id);
}

// Wakes an idle hart for it; if there is none, harts that run without a timer must start to share.
void make_runnable(struct process *process) {
    process->state = RUNNABLE;
    process->channel = NULL;
    for (u32 i = 0; i < MAX_HARTS; i++) {
        if (harts[i].idle && &harts[i] != self) {
            harts[i].idle = false;
            interrupt_hart(&harts[i]);
            return;
        }
    }
    for (u32 i = 0; i < MAX_HARTS; i++) {
        if (harts[i].current != NULL && harts[i].armed == NEVER && &harts[i] != self)
            interrupt_hart(&harts[i]);
    }
}

void timer_rearm(void) {
    u64 deadline = NEVER;
    struct process *process = NULL;
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        process = process_after(process);
        if (process->state == BLOCKED && process->deadline != 0 && process->timer_hart == self && process->deadline < deadline)
            deadline = process->deadline;
    }
    if (self->current != NULL && self->slice_end < deadline && find(is_runnable) != NULL)
        deadline = self->slice_end;
    if (deadline != self->armed) {
        self->armed = deadline;
        counters.timers_armed++;
        timer_arm(deadline);
    }
}

void timer_interrupt(void) {
    u64 now = time_now();
    struct process *process = NULL;
    timer_arm(NEVER);
    self->armed = NEVER;
    for (u32 i = 0; i < MAX_PROCESSES; i++) {
        process = process_after(process);
        if (process->state == BLOCKED && process->deadline != 0 && process->timer_hart == self && process->deadline <= now)
            make_runnable(process);
    }
}

bool slice_is_over(void) { return time_now() >= self->slice_end && find(is_runnable) != NULL; }

static _Noreturn void dispatch(struct process *process) {
    last_picked = process;
    process->state = RUNNING;
    process->switches++;
    counters.switches++;
    if (process->last_hart != self || self->fp_frame != &process->frame)
        self->fp_frame = NULL;
    process->last_hart = self;
    self->current = process;
    self->idle = false;
    process->resumed_at = time_now();
    self->slice_end = process->resumed_at + ticks_from_ms(SLICE_MS);
    vm_use(process->root);
    timer_rearm();
    kernel_unlock();
    return_to_user(&process->frame);
}

// With the lock held, and this hart's process (if any) no longer running.
_Noreturn void schedule(void) {
    self->current = NULL;
    for (;;) {
        struct process *process = find(is_runnable);
        if (process != NULL)
            dispatch(process);
        vm_use(0); // a process that another hart ends must not leave us on its page table
        self->idle = true;
        timer_rearm();
        kernel_unlock();
        // An interrupt that comes before the wfi is pending, so it ends the wfi; it is taken when SIE opens.
        wait_for_interrupt();
        csr_set(sstatus, SSTATUS_SIE);
        csr_clear(sstatus, SSTATUS_SIE);
        kernel_lock();
        self->idle = false;
        counters.wakeups++;
    }
}
