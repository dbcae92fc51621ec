// minios' own counters, one per line: "counter NAME VALUE".
#include "abi.h"
#include "minios.h"
#include "print.h"
#include "sbi.h"

struct counters counters;

static const char *const calls[SYS_COUNT + 1] = {
    "exit", "write", "read", "yield", "sleep", "spawn", "run", "wait", "pid", "time-ms", "map", "unmap", "disk", "disk-size",
    "show", "power", "crash", "interrupted", "boot-commands", "unknown",
};

void counters_show(void) {
    u64 total = 0;
    print("counter interrupts.software %lu\n", counters.interrupts[1]);
    print("counter interrupts.timer %lu\n", counters.interrupts[5]);
    print("counter interrupts.external %lu\n", counters.interrupts[9]);
    for (u32 cause = 0; cause < 16; cause++) {
        if (counters.exceptions[cause] != 0)
            print("counter exceptions.%u %lu\n", cause, counters.exceptions[cause]);
    }
    for (u32 call = 0; call <= SYS_COUNT; call++) {
        total += counters.calls[call];
        if (counters.calls[call] != 0)
            print("counter calls.%s %lu\n", calls[call], counters.calls[call]);
    }
    print("counter calls %lu\n", total);
    print("counter switches %lu\n", counters.switches);
    print("counter preemptions %lu\n", counters.preemptions);
    print("counter wakeups %lu\n", counters.wakeups);
    print("counter timers-armed %lu\n", counters.timers_armed);
    print("counter ipis-sent %lu\n", counters.ipis);
    print("counter sbi-calls %lu\n", sbi_calls);
    print("counter disk-requests %lu\n", counters.disk_requests);
    print("counter processes %lu\n", counters.processes);
}
