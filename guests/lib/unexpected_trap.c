#include "board.h"

_Noreturn void unexpected_trap(u64 cause, u64 pc, u64 value) {
    fail("unexpected trap: cause=%lx pc=%lx value=%lx", cause, pc, value);
}
