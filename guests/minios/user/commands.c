// The shell's commands.
#include "text.h"
#include "user.h"

enum { MAX_WORDS = 16, SECTOR = 512, SECTORS_AT_ONCE = 8, PAGES_PER_MIB = 256, WORDS_PER_PAGE = 512 };

struct command {
    const char *name, *usage;
    void (*run)(int count, char **words);
};

static u64 time_ms(void) { return (u64)user_call(SYS_TIME_MS, 0, 0, 0, 0); }
static bool interrupted(void) { return user_call(SYS_INTERRUPTED, 0, 0, 0, 0) != 0; }

// The number in words[at], or the default; false, with a message, if it is not a number.
static bool number(int count, char **words, int at, u64 otherwise, u64 *value) {
    *value = otherwise;
    if (at >= count || parse_u64(words[at], value))
        return true;
    user_print("%s: %s is not a number\n", words[0], words[at]);
    return false;
}

static void do_burn(int count, char **words) {
    u64 seconds, start = time_ms(), before = user_counter;
    if (!number(count, words, 1, 1, &seconds))
        return;
    while (time_ms() < start + seconds * 1000 && !interrupted()) {
        for (u32 i = 0; i < 10000; i++)
            user_step();
    }
    user_print("burn: %lu steps in %lu ms\n", user_counter - before, time_ms() - start);
}

static void do_count(int count, char **words) {
    u64 steps;
    if (!number(count, words, 1, 1000, &steps))
        return;
    for (u64 i = 0; i < steps; i++)
        user_step();
    user_print("count: user_counter is %lu\n", user_counter);
}

static void do_touch(int count, char **words) {
    u64 mib, done = 0;
    if (!number(count, words, 1, 1, &mib))
        return;
    u64 *memory = NULL;
    for (; done < mib; done++) {
        s64 part = user_call(SYS_MAP, PAGES_PER_MIB, 0, 0, 0);
        if (part < 0)
            break;
        if (memory == NULL)
            memory = (u64 *)part;
        for (u64 page = done * PAGES_PER_MIB; page < (done + 1) * PAGES_PER_MIB; page++)
            memory[page * WORDS_PER_PAGE] = page ^ 0x746f756368;
    }
    u64 wrong = 0;
    for (u64 page = 0; page < done * PAGES_PER_MIB; page++)
        wrong += memory[page * WORDS_PER_PAGE] != (page ^ 0x746f756368);
    user_call(SYS_UNMAP, done * PAGES_PER_MIB, 0, 0, 0);
    if (done < mib)
        user_print("touch: out of memory after %lu MiB\n", done);
    user_print("touch: %lu MiB, %lu pages wrong\n", done, wrong);
}

static void fill(u64 *data, u64 sector) {
    for (u32 i = 0; i < SECTOR / 8; i++)
        data[i] = (sector * 64 + i + 1) * 0x9e3779b97f4a7c15UL;
}

static bool disk_ok(s64 result, const char *what, u64 sector) {
    if (result != 0)
        user_print("disk: cannot %s sector %lu: error %ld\n", what, sector, result);
    return result == 0;
}

static void disk_read(u64 first, u64 sectors) {
    static u64 data[SECTOR / 8];
    for (u64 sector = first; sector < first + sectors; sector++) {
        if (!disk_ok(user_call(SYS_DISK, DISK_READ, sector, (u64)data, 1), "read", sector))
            return;
        user_print("disk: sector %lu crc32 %08x begins %016lx\n", sector, crc32(data, SECTOR), data[0]);
    }
}

static void disk_write(u64 first, u64 sectors) {
    static u64 data[SECTORS_AT_ONCE][SECTOR / 8];
    for (u64 done = 0; done < sectors;) {
        u64 part = sectors - done < SECTORS_AT_ONCE ? sectors - done : SECTORS_AT_ONCE;
        for (u64 i = 0; i < part; i++)
            fill(data[i], first + done + i);
        if (!disk_ok(user_call(SYS_DISK, DISK_WRITE, first + done, (u64)data, part), "write", first + done))
            return;
        done += part;
    }
    if (disk_ok(user_call(SYS_DISK, DISK_FLUSH, 0, 0, 0), "flush after", first + sectors - 1))
        user_print("disk: wrote %lu sectors from %lu\n", sectors, first);
}

static void disk_verify(u64 first, u64 sectors) {
    static u64 data[SECTORS_AT_ONCE][SECTOR / 8], wanted[SECTOR / 8];
    for (u64 done = 0; done < sectors;) {
        u64 part = sectors - done < SECTORS_AT_ONCE ? sectors - done : SECTORS_AT_ONCE;
        if (!disk_ok(user_call(SYS_DISK, DISK_READ, first + done, (u64)data, part), "read", first + done))
            return;
        for (u64 i = 0; i < part; i++) {
            fill(wanted, first + done + i);
            if (memcmp(data[i], wanted, SECTOR) != 0) {
                user_print("disk: sector %lu differs\n", first + done + i);
                return;
            }
        }
        done += part;
    }
    user_print("disk: verified %lu sectors from %lu\n", sectors, first);
}

static void do_disk(int count, char **words) {
    u64 first, sectors;
    if (!number(count, words, 2, 0, &first) || !number(count, words, 3, 1, &sectors))
        return;
    if (count > 1 && strcmp(words[1], "read") == 0)
        disk_read(first, sectors);
    else if (count > 1 && strcmp(words[1], "write") == 0)
        disk_write(first, sectors);
    else if (count > 1 && strcmp(words[1], "verify") == 0)
        disk_verify(first, sectors);
    else
        user_print("disk: %ld sectors\n", user_call(SYS_DISK_SIZE, 0, 0, 0, 0));
}

static void do_ps(int count, char **words) {
    (void)count, (void)words;
    user_call(SYS_SHOW, SHOW_PROCESSES, 0, 0, 0);
}

static void do_mem(int count, char **words) {
    (void)count, (void)words;
    user_call(SYS_SHOW, SHOW_MEMORY, 0, 0, 0);
}

static void do_counters(int count, char **words) {
    (void)count, (void)words;
    user_call(SYS_SHOW, SHOW_COUNTERS, 0, 0, 0);
}

static void do_spawn(int count, char **words) {
    u64 workers, seconds, started = 0;
    if (!number(count, words, 1, 1, &workers) || !number(count, words, 2, 5, &seconds))
        return;
    while (started < workers && user_call(SYS_SPAWN, PROGRAM_WORKER, seconds, 0, 0) > 0)
        started++;
    user_print("spawn: %lu workers for %lu s\n", started, seconds);
}

static void do_sleep(int count, char **words) {
    u64 ms, start = time_ms();
    if (!number(count, words, 1, 1000, &ms))
        return;
    user_call(SYS_SLEEP, ms, 0, 0, 0);
    user_print("sleep: slept at least %lu ms: %s\n", ms, time_ms() - start >= ms ? "yes" : "no");
}

static void do_uptime(int count, char **words) {
    (void)count, (void)words;
    u64 ms = time_ms();
    user_print("uptime: %lu.%03lu s\n", ms / 1000, ms % 1000);
}

static void do_echo(int count, char **words) {
    for (int i = 1; i < count; i++)
        user_print("%s%s", words[i], i + 1 < count ? " " : "");
    user_print("\n");
}

static void do_poweroff(int count, char **words) {
    (void)count, (void)words;
    user_call(SYS_POWER, 0, 0, 0, 0);
}

static void do_reboot(int count, char **words) {
    (void)count, (void)words;
    user_call(SYS_POWER, 1, 0, 0, 0);
}

static void do_crash(int count, char **words) {
    static const char *const ways[] = {"panic", "hang", "loop-trap", "reset", "null", "stack", "illegal", "wfi"};
    for (u32 way = 0; count > 1 && way < sizeof ways / sizeof ways[0]; way++) {
        if (strcmp(words[1], ways[way]) == 0)
            user_call(SYS_CRASH, way, 0, 0, 0);
    }
    if (count > 1 && strcmp(words[1], "user") == 0) {
        s64 pid = user_call(SYS_RUN, PROGRAM_FAULT, 0x10, 0, 0);
        user_print("crash: process %ld ended with %ld\n", pid, user_call(SYS_WAIT, (u64)pid, 0, 0, 0));
    } else {
        user_print("crash: panic, hang, loop-trap, reset, null, stack, illegal, wfi or user\n");
    }
}

static void do_help(int count, char **words);

static const struct command commands[] = {
    {"help", "this list", do_help},
    {"burn", "[SECONDS] uses the CPU", do_burn},
    {"count", "[N] counts user_counter up N times", do_count},
    {"touch", "[MIB] writes and checks that much memory", do_touch},
    {"disk", "read|write|verify SECTOR [COUNT]; write and verify know each sector's pattern", do_disk},
    {"ps", "processes", do_ps},
    {"spawn", "[N [SECONDS]] starts N workers in the background", do_spawn},
    {"sleep", "[MS] sleeps", do_sleep},
    {"mem", "memory", do_mem},
    {"uptime", "time since boot", do_uptime},
    {"counters", "what the kernel counts", do_counters},
    {"echo", "WORDS", do_echo},
    {"poweroff", "ends the machine", do_poweroff},
    {"reboot", "restarts it", do_reboot},
    {"crash", "panic|hang|loop-trap|reset|null|stack|illegal|wfi|user", do_crash},
};

static void do_help(int count, char **words) {
    (void)count, (void)words;
    for (u32 i = 0; i < sizeof commands / sizeof commands[0]; i++)
        user_print("%-9s %s\n", commands[i].name, commands[i].usage);
}

void user_command(char *line) {
    char *words[MAX_WORDS];
    int count = 0;
    for (char *at = line; *at != 0 && count < MAX_WORDS;) {
        while (*at == ' ')
            *at++ = 0;
        if (*at != 0)
            words[count++] = at;
        while (*at != 0 && *at != ' ')
            at++;
    }
    if (count == 0)
        return;
    for (u32 i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(words[0], commands[i].name) == 0) {
            commands[i].run(count, words);
            return;
        }
    }
    user_print("%s: no such command; try help\n", words[0]);
}
