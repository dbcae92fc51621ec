# Entry of the small S-mode guests: a0 hart id, a1 device tree, no paging. Calls guest(hart) and powers off when it returns.
    .section .text.start, "ax"
    .globl _start
_start:
    csrw sie, zero
    csrw satp, zero
    la t0, trap_vector
    csrw stvec, t0
    la sp, stack_top
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  mv s0, a0
    mv a0, a1
    call board_read
    mv a0, s0
    call guest
    call power_off

# These guests take no traps: interrupts only end their wfi, because sstatus.SIE stays 0. Any trap is their end.
    .balign 4
trap_vector:
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    la sp, stack_top
    j unexpected_trap

    .section .bss.stack, "aw", @nobits
    .balign 16
    .skip 8192
stack_top:
