// The shell: reads lines from the console, edits them a little, and runs them.
#include "text.h"
#include "user.h"

enum { LINE_SIZE = 256, BACKSPACE = 8, DELETE = 127, CTRL_C = 3, CTRL_U = 21 };

static void erase(u64 count) {
    for (; count > 0; count--)
        user_print("\b \b");
}

static char next_char(void) {
    static char buffer[64];
    static s64 count, taken;
    if (taken == count) {
        count = user_call(SYS_READ, (u64)buffer, sizeof buffer, 0, 0);
        taken = 0;
        if (count < 0)
            user_call(SYS_EXIT, 1, 0, 0, 0);
    }
    return buffer[taken++];
}

static void read_line(char *line) {
    static char previous;
    u64 length = 0;
    for (;;) {
        char c = next_char(), before = previous;
        previous = c;
        if (c == '\n' && before == '\r') // a terminal that sends both
            continue;
        if (c == '\r' || c == '\n') {
            user_print("\n");
            line[length] = 0;
            return;
        }
        if (c == CTRL_C) {
            user_call(SYS_INTERRUPTED, 0, 0, 0, 0);
            user_print("^C\n");
            line[0] = 0;
            return;
        }
        if (c == CTRL_U) {
            erase(length);
            length = 0;
        } else if (c == BACKSPACE || c == DELETE) {
            if (length > 0) {
                erase(1);
                length--;
            }
        } else if (c >= ' ' && length + 1 < LINE_SIZE) {
            line[length++] = c;
            user_print("%c", c);
        }
    }
}

s64 user_shell(void) {
    static char line[LINE_SIZE];
    if (user_call(SYS_BOOT_COMMANDS, (u64)line, sizeof line, 0, 0) > 0) {
        for (char *from = line, *to; *from != 0; from = to) {
            static char one[LINE_SIZE];
            for (to = from; *to != 0 && *to != ';'; to++) {
            }
            memcpy(one, from, (size_t)(to - from));
            one[to - from] = 0;
            user_print("minios> %s\n", one);
            user_command(one);
            if (*to == ';')
                to++;
        }
    }
    for (;;) {
        user_print("minios> ");
        read_line(line);
        user_command(line);
    }
}
