// Runs a benchmark as a program of the host.
#include <stdio.h>
#include <time.h>
#include "work.h"

int main(void) {
    struct timespec before, after;
    // Once before the clock starts: pages are mapped then, and translators have translated.
    work();
    clock_gettime(CLOCK_MONOTONIC, &before);
    u64 sum = work();
    clock_gettime(CLOCK_MONOTONIC, &after);
    u64 us = (u64)(after.tv_sec - before.tv_sec) * 1000000 + (u64)((after.tv_nsec - before.tv_nsec) / 1000);
    printf("bench: %lu us, sum %lx\n", us, sum);
}
