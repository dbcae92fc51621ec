// System calls. A call that must wait blocks the process and leaves pc where it is, so that it runs again when woken.
#include "abi.h"
#include "csr.h"
#include "minios.h"
#include "print.h"
#include "sbi.h"
#include "text.h"

enum { ERROR_BAD_CALL = -1, ERROR_BAD_ADDRESS = -2, ERROR_NO_MEMORY = -3, ERROR_NO_PROCESS = -4, CHUNK = 256 };

static char buffer[CHUNK];

static s64 write_text(struct process *process, u64 from, u64 size) {
    for (u64 done = 0; done < size;) {
        u64 part = size - done < CHUNK - 1 ? size - done : CHUNK - 1;
        if (!copy_in(process, buffer, from + done, part))
            return ERROR_BAD_ADDRESS;
        buffer[part] = 0;
        print("%s", buffer);
        done += part;
    }
    return (s64)size;
}

static bool read_text(struct process *process, u64 to, u64 size, s64 *result) {
    if (console_polled)
        console_poll();
    u64 count = console_read(buffer, size < CHUNK ? size : CHUNK);
    if (count == 0) {
        process_block(process, &console_channel);
        process->deadline = console_polled ? time_after_ms(20) : 0;
        return false;
    }
    process->deadline = 0;
    *result = copy_out(process, to, buffer, count) ? (s64)count : ERROR_BAD_ADDRESS;
    return true;
}

static bool sleep(struct process *process, u64 ms) {
    if (process->deadline == 0)
        process->deadline = time_after_ms(ms);
    if (time_now() < process->deadline) {
        process_block(process, &process->deadline);
        return false;
    }
    process->deadline = 0;
    return true;
}

static bool wait(struct process *process, u32 pid, s64 *result) {
    struct process *child = process_find(pid);
    if (child == NULL || child->parent != process->pid) {
        *result = ERROR_NO_PROCESS;
        return true;
    }
    if (child->state != ZOMBIE) {
        process_block(process, child);
        return false;
    }
    *result = child->exit_status;
    child->state = FREE;
    return true;
}

static s64 map(struct process *process, u64 pages) {
    u64 start = process->heap_end;
    for (u64 i = 0; i < pages; i++) {
        if (process->heap_end >= USER_HEAP + 0x80000000UL || !vm_map_user(process->root, process->heap_end)) {
            while (process->heap_end > start) {
                process->heap_end -= PAGE_SIZE;
                vm_unmap_user(process->root, process->heap_end);
            }
            return ERROR_NO_MEMORY;
        }
        process->heap_end += PAGE_SIZE;
    }
    __asm__ volatile("sfence.vma" ::: "memory");
    return (s64)start;
}

static s64 unmap(struct process *process, u64 pages) {
    for (u64 i = 0; i < pages && process->heap_end > USER_HEAP; i++) {
        process->heap_end -= PAGE_SIZE;
        vm_unmap_user(process->root, process->heap_end);
    }
    return 0;
}

static s64 show(u64 what) {
    switch (what) {
    case SHOW_PROCESSES: processes_show(); return 0;
    case SHOW_MEMORY:
        print("memory: %lu KiB total, %lu KiB free, %lu KiB used\n", pages_total() * 4, pages_free() * 4,
              (pages_total() - pages_free()) * 4);
        return 0;
    case SHOW_COUNTERS: counters_show(); return 0;
    default: return ERROR_BAD_CALL;
    }
}

static s64 boot_commands(struct process *process, u64 to, u64 size) {
    if (!option_text("run", buffer, sizeof buffer))
        return 0;
    u64 length = strlen(buffer) + 1;
    return length > size || !copy_out(process, to, buffer, length) ? ERROR_BAD_ADDRESS : (s64)(length - 1);
}

static s64 create(u64 program, u64 argument, u32 parent) {
    struct process *process = process_create(program, argument, parent);
    return process == NULL ? ERROR_NO_MEMORY : (s64)process->pid;
}

void system_call(struct process *process) {
    u64 *x = process->frame.x, call = x[17];
    s64 result = 0;
    bool done = true;
    counters.calls[call < SYS_COUNT ? call : SYS_COUNT]++;
    switch (call) {
    case SYS_EXIT: process_exit(process, (s64)x[10]);
    case SYS_WRITE: result = write_text(process, x[10], x[11]); break;
    case SYS_READ: done = read_text(process, x[10], x[11], &result); break;
    case SYS_YIELD: self->slice_end = 0; break;
    case SYS_SLEEP: done = sleep(process, x[10]); break;
    case SYS_SPAWN: result = create(x[10], x[11], 0); break;
    case SYS_RUN: result = create(x[10], x[11], process->pid); break;
    case SYS_WAIT: done = wait(process, (u32)x[10], &result); break;
    case SYS_PID: result = process->pid; break;
    case SYS_TIME_MS: result = (s64)(time_now() * 1000 / board.timebase); break;
    case SYS_MAP: result = map(process, x[10]); break;
    case SYS_UNMAP: result = unmap(process, x[10]); break;
    case SYS_DISK: done = disk_call(process, x[10], x[11], x[12], x[13], &result); break;
    case SYS_DISK_SIZE: result = (s64)disk_size(); break;
    case SYS_SHOW: result = show(x[10]); break;
    case SYS_POWER: sbi_reset(x[10] == 0 ? SBI_SHUTDOWN : SBI_COLD_REBOOT, SBI_NO_REASON);
    case SYS_CRASH: crash(x[10]); break;
    case SYS_INTERRUPTED: result = console_take_interrupt(); break;
    case SYS_BOOT_COMMANDS: result = boot_commands(process, x[10], x[11]); break;
    default: result = ERROR_BAD_CALL; break;
    }
    if (done) {
        x[10] = (u64)result;
        process->frame.pc += 4;
    }
}
