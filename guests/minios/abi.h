#pragma once
// What minios and its user programs agree on: a7 is the call, a0 to a3 its arguments, a0 the result (negative: an error).
enum {
    SYS_EXIT,        // status
    SYS_WRITE,       // text, length
    SYS_READ,        // buffer, size: waits for at least one byte
    SYS_YIELD,
    SYS_SLEEP,       // milliseconds
    SYS_SPAWN,       // program, argument: a detached process; its pid
    SYS_RUN,         // program, argument: a child to wait for; its pid
    SYS_WAIT,        // pid: its exit status
    SYS_PID,
    SYS_TIME_MS,     // since boot
    SYS_MAP,         // pages: grows the heap; the address of the new part
    SYS_UNMAP,       // pages: shrinks it
    SYS_DISK,        // operation, sector, buffer, count of sectors (at most 8)
    SYS_DISK_SIZE,   // in sectors, 0 without a disk
    SYS_SHOW,        // what (below): the kernel prints it
    SYS_POWER,       // 0 off, 1 reboot
    SYS_CRASH,       // how (below)
    SYS_INTERRUPTED, // whether Ctrl-C was typed since the last time
    SYS_BOOT_COMMANDS, // buffer, size: the value of run= in the command line
    SYS_COUNT,
};

enum { SHOW_PROCESSES, SHOW_MEMORY, SHOW_COUNTERS };
enum { DISK_READ, DISK_WRITE, DISK_FLUSH };
enum { PROGRAM_SHELL, PROGRAM_WORKER, PROGRAM_FAULT };
enum { CRASH_PANIC, CRASH_HANG, CRASH_LOOP_TRAP, CRASH_RESET, CRASH_NULL, CRASH_STACK, CRASH_ILLEGAL, CRASH_WFI };

#define USER_BASE 0x1000000000
#define USER_STACK_TOP 0x1080000000
#define USER_HEAP 0x1100000000
