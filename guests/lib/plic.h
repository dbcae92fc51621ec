#pragma once
// The platform-level interrupt controller (RISC-V PLIC specification 1.0.0), seen from one hart's S-mode context.
#include "types.h"

// Finds the controller and this hart's context in the device tree, and closes every interrupt source for it.
bool plic_open(u64 hart);
void plic_enable(u32 irq);
// The context that plic_open found takes part in the calls below. 0: nothing pending.
u32 plic_claim(void);
void plic_complete(u32 irq);
