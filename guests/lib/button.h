#pragma once
// The power button: a virtio input device (virtio 1.2, section 5.8) that has the key KEY_POWER.
#include "types.h"

// Finds it and listens. With interrupts they come through the PLIC, which is open; without them the guest looks when it likes.
bool button_open(bool interrupts);
// Answers the interrupt if it is the button's.
void button_interrupt(u32 irq);
// Whether it was pressed since the last call.
bool button_pressed(void);
