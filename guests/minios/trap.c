// Where traps arrive in C, and what a kernel bug looks like.
#include "button.h"
#include "csr.h"
#include "minios.h"
#include "plic.h"
#include "print.h"
#include "sbi.h"

enum { CAUSE_SOFTWARE = 1, CAUSE_TIMER = 5, CAUSE_EXTERNAL = 9, CAUSE_USER_ECALL = 8 };

static const char *const causes[16] = {
    "misaligned fetch", "fetch access fault", "illegal instruction", "breakpoint", "misaligned load", "load access fault",
    "misaligned store", "store access fault", "ecall from user", "ecall from kernel", "reserved 10", "reserved 11",
    "fetch page fault", "load page fault", "reserved 14", "store page fault",
};

void trap_open(void) {
    csr_write(stvec, trap_entry);
    csr_write(scounteren, 7); // user mode may read cycle, time and instret
    csr_set(sie, IRQ_SOFTWARE | IRQ_TIMER);
}

static void handle_interrupt(u64 cause) {
    counters.interrupts[cause & 15]++;
    switch (cause) {
    case CAUSE_SOFTWARE: csr_clear(sip, IRQ_SOFTWARE); break;
    case CAUSE_TIMER: timer_interrupt(); break;
    case CAUSE_EXTERNAL:
        for (u32 irq = plic_claim(); irq != 0; irq = plic_claim()) {
            console_interrupt(irq);
            disk_interrupt(irq);
            button_interrupt(irq);
            plic_complete(irq);
        }
        if (button_pressed()) {
            print("minios: power button\n");
            power_off();
        }
        break;
    default: fail("interrupt %lu that nobody enabled", cause);
    }
}

static void kill(struct process *process, u64 cause, u64 value) {
    print("minios: process %u (%s) killed: %s, pc=%lx value=%lx\n", process->pid, process->name, causes[cause & 15],
          process->frame.pc, value);
    process_exit(process, -1);
}

_Noreturn void trap_from_user(void) {
    u64 cause = csr_read(scause), value = csr_read(stval);
    kernel_lock();
    struct process *process = self->current;
    process->runtime += time_now() - process->resumed_at;
    if ((cause & CAUSE_INTERRUPT) != 0) {
        handle_interrupt(cause & ~CAUSE_INTERRUPT);
    } else {
        counters.exceptions[cause & 15]++;
        if (cause != CAUSE_USER_ECALL)
            kill(process, cause, value);
        system_call(process);
    }
    if (process->state == RUNNING && slice_is_over()) {
        counters.preemptions++;
        process->state = RUNNABLE;
    }
    if (process->state != RUNNING)
        schedule();
    process->resumed_at = time_now();
    timer_rearm();
    kernel_unlock();
    return_to_user(&process->frame);
}

static _Noreturn void panic(const struct frame *frame, u64 cause) {
    static const char *const names[32] = {
        "", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    };
    static u32 panics;
    if (__atomic_fetch_add(&panics, 1, __ATOMIC_RELAXED) > 0) // the panic itself went wrong, or another hart has one
        sbi_reset(SBI_SHUTDOWN, SBI_SYSTEM_FAILURE);
    print("minios: kernel panic on hart %lu: %s\n", self->id, causes[cause & 15]);
    print("  pc=%lx value=%lx cause=%lx status=%lx\n", frame->pc, csr_read(stval), cause, csr_read(sstatus));
    for (u32 i = 1; i < 32; i++)
        print("  %-3s %016lx%s", names[i], frame->x[i], i % 4 == 0 || i == 31 ? "\n" : "");
    fail("kernel trap: %s at pc=%lx", causes[cause & 15], frame->pc);
}

void trap_from_kernel(struct frame *frame) {
    u64 cause = csr_read(scause);
    if ((cause & CAUSE_INTERRUPT) == 0)
        panic(frame, cause);
    kernel_lock();
    handle_interrupt(cause & ~CAUSE_INTERRUPT);
    kernel_unlock();
}
