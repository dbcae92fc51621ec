// The one user program of minios; what it does depends on its first argument.
#include "text.h"
#include "user.h"

volatile u64 user_counter;

__attribute__((noinline)) void user_step(void) { user_counter++; }

void user_print(const char *format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_text(line, sizeof line, format, arguments);
    va_end(arguments);
    user_call(SYS_WRITE, (u64)line, length, 0, 0);
}

// Counts for so many seconds, in integers and in floating point: both must agree, or a context switch lost registers.
static s64 worker(u64 seconds) {
    u64 end = (u64)user_call(SYS_TIME_MS, 0, 0, 0, 0) + seconds * 1000;
    double sum = 0;
    while ((u64)user_call(SYS_TIME_MS, 0, 0, 0, 0) < end) {
        for (u32 i = 0; i < 10000; i++) {
            user_step();
            sum += 0.5;
        }
    }
    s64 pid = user_call(SYS_PID, 0, 0, 0, 0);
    if (sum * 2 != (double)user_counter) {
        user_print("worker %ld: floating-point registers were lost\n", pid);
        return 1;
    }
    user_print("worker %ld done: counter %lu\n", pid, user_counter);
    return 0;
}

s64 user_main(u64 program, u64 argument) {
    switch (program) {
    case PROGRAM_SHELL: return user_shell();
    case PROGRAM_WORKER: return worker(argument);
    case PROGRAM_FAULT: *(volatile u64 *)argument = 1; return 0;
    default: return 2;
    }
}
