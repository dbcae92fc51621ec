#pragma once
#include "abi.h"
#include "types.h"

// Counts the work that user programs do; a debugger can read it, in whichever process is current.
extern volatile u64 user_counter;
// One unit of work: counts user_counter up by one. A place for a breakpoint.
void user_step(void);

s64 user_call(u64 call, u64 a0, u64 a1, u64 a2, u64 a3);
__attribute__((format(printf, 1, 2))) void user_print(const char *format, ...);
s64 user_shell(void);
// Runs one command line of the shell.
void user_command(char *line);
