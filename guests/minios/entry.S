# Entry points of minios: boot, the other harts, and traps from user and kernel mode.
#define HART_SCRATCH 0
#define HART_FRAME 8
#define HART_STACK 16
#define HART_TRAP_STACK 24
#define HART_SATP 32
#define HART_INTERRUPTED_SP 40
#define HART_FP_FRAME 48
#define FRAME_PC 256
#define FRAME_F 264
#define FRAME_FCSR 520
#define FRAME_SIZE 528
    .option arch, +f, +d

    .section .text.start, "ax"
    .globl _start
_start:                             # a0 hart id, a1 device tree
    csrw sie, zero
    csrw satp, zero
    csrw sscratch, zero
    la sp, boot_stack_top
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  tail boot

    .text
    .globl secondary_start          # a0 hart id, a1 this hart's struct hart
secondary_start:
    csrw sie, zero
    csrw sscratch, zero
    mv tp, a1
    ld t0, HART_SATP(tp)
    sfence.vma
    csrw satp, t0                   # the kernel is mapped at its physical addresses
    sfence.vma
    ld sp, HART_STACK(tp)
    tail secondary

    .globl run_on_stack             # a0 stack, a1 function that does not return
run_on_stack:
    mv sp, a0
    jr a1

.macro each_register operation, base, from, to
    .set number, \from
    .rept \to - \from + 1
    each_register_one \operation, \base, %number
    .set number, number + 1
    .endr
.endm
.altmacro
.macro each_register_one operation, base, number
    \operation x\number, 8*\number(\base)
.endm
.macro each_float_one operation, base, number
    \operation f\number, FRAME_F+8*\number(\base)
.endm
.macro each_float operation, base
    .set number, 0
    .rept 32
    each_float_one \operation, \base, %number
    .set number, number + 1
    .endr
.endm

    .balign 4
    .globl trap_entry
trap_entry:
    csrrw tp, sscratch, tp
    beqz tp, from_kernel

    # From user mode: registers go to the process's frame.
    sd t0, HART_SCRATCH(tp)
    ld t0, HART_FRAME(tp)
    each_register sd, t0, 1, 3
    each_register sd, t0, 6, 31
    ld t1, HART_SCRATCH(tp)
    sd t1, 8*5(t0)
    csrr t1, sscratch
    sd t1, 8*4(t0)
    csrw sscratch, zero
    csrr t1, sepc
    sd t1, FRAME_PC(t0)
    csrr t1, sstatus                # floating-point registers only if user mode changed them: FS is Dirty (3)
    srli t1, t1, 13
    andi t1, t1, 3
    addi t1, t1, -3
    bnez t1, 1f
    each_float fsd, t0
    csrr t1, fcsr
    sd t1, FRAME_FCSR(t0)
1:  ld sp, HART_STACK(tp)
    j trap_from_user

    # From the kernel: an interrupt in the idle loop, or a bug. Either has its own stack, for the old one may be the bug.
from_kernel:
    csrr tp, sscratch
    csrw sscratch, zero
    sd sp, HART_INTERRUPTED_SP(tp)
    ld sp, HART_TRAP_STACK(tp)
    addi sp, sp, -FRAME_SIZE
    each_register sd, sp, 1, 1
    each_register sd, sp, 3, 31
    ld t0, HART_INTERRUPTED_SP(tp)
    sd t0, 8*2(sp)
    csrr t0, sepc
    sd t0, FRAME_PC(sp)
    mv a0, sp
    call trap_from_kernel
    each_register ld, sp, 1, 1
    each_register ld, sp, 3, 31
    ld sp, 8*2(sp)
    sret

    .globl return_to_user           # a0 frame
return_to_user:
    sd a0, HART_FRAME(tp)
    ld t0, FRAME_PC(a0)
    csrw sepc, t0
    li t0, 0x100                    # SPP = 0: to user mode
    csrc sstatus, t0
    li t0, 0x6020                   # SPIE = 1, and FS on
    csrs sstatus, t0
    ld t0, HART_FP_FRAME(tp)
    beq t0, a0, 1f
    each_float fld, a0
    ld t0, FRAME_FCSR(a0)
    csrw fcsr, t0
    sd a0, HART_FP_FRAME(tp)
1:  li t0, 0x2000                   # FS = Clean
    csrc sstatus, t0
    csrw sscratch, tp
    each_register ld, a0, 1, 9
    each_register ld, a0, 11, 31
    ld a0, 8*10(a0)
    sret

    .section .bss.stack, "aw", @nobits
    .balign 16
    .skip 4096
boot_stack_top:
