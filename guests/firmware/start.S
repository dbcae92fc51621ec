# Reset entry, the way into a privilege mode and back, and the trap entries.
    .section .text.start, "ax"
    .globl _start
_start:                             # a0 hart id, a1 device tree
    csrw mie, zero
    csrw satp, zero
    la t0, m_trap_entry
    csrw mtvec, t0
    bnez a0, park
    la sp, stack_top
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  mv a0, a1
    tail firmware

# The other harts: each counts itself every time hart 0 sends it a software interrupt.
park:
    slli t0, a0, 2
    li t1, 0x2000000
    add t1, t1, t0                  # this hart's msip
    li t0, 8
    csrw mie, t0
1:  wfi
    csrr t0, mip
    andi t0, t0, 8
    beqz t0, 1b
    sw zero, 0(t1)
    fence iorw, iorw
    li t2, 1
    la t3, other_harts
    amoadd.d zero, t2, (t3)
    j 1b

    .set MAGIC, 0x74726170
    .text

# u64 in_mode_with(mode a0, function a1, argument a2, status bits to set a3)
    .globl in_mode_with
in_mode_with:
    addi sp, sp, -128
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    csrr t0, mstatus
    sd t0, 104(sp)
    la t0, saved_sp
    sd sp, 0(t0)
    csrw mscratch, sp               # where the trap entry puts what it must save
    li t0, 0x1800                   # MPP
    csrc mstatus, t0
    slli a0, a0, 11
    csrs mstatus, a0
    csrs mstatus, a3
    csrw mepc, a1
    la sp, test_stack_top
    la ra, leave
    mv a0, a2
    mret
leave:
    li a7, MAGIC
    ecall
    j leave

# Traps into M mode: an interrupt is counted, its source quieted, and the interrupted code goes on; an exception ends in_mode.
    .balign 4
    .globl m_trap_entry
m_trap_entry:
    csrrw sp, mscratch, sp
    addi sp, sp, -160
    sd t0, 0(sp)
    li t0, -1
m_trap_common:                      # t0: the entry of the vector table
    sd t1, 8(sp)
    csrr t1, mcause
    bgez t1, m_exception
    sd ra, 16(sp)
    sd t2, 24(sp)
    sd t3, 32(sp)
    sd t4, 40(sp)
    sd t5, 48(sp)
    sd t6, 56(sp)
    sd a0, 64(sp)
    sd a1, 72(sp)
    sd a2, 80(sp)
    sd a3, 88(sp)
    sd a4, 96(sp)
    sd a5, 104(sp)
    sd a6, 112(sp)
    sd a7, 120(sp)
    slli a0, t1, 1
    srli a0, a0, 1
    mv a1, t0
    call m_interrupt
    ld ra, 16(sp)
    ld t2, 24(sp)
    ld t3, 32(sp)
    ld t4, 40(sp)
    ld t5, 48(sp)
    ld t6, 56(sp)
    ld a0, 64(sp)
    ld a1, 72(sp)
    ld a2, 80(sp)
    ld a3, 88(sp)
    ld a4, 96(sp)
    ld a5, 104(sp)
    ld a6, 112(sp)
    ld a7, 120(sp)
    ld t1, 8(sp)
    ld t0, 0(sp)
    addi sp, sp, 160
    csrrw sp, mscratch, sp
    mret

m_exception:
    la t0, trap
    sd t1, 0(t0)
    csrr t2, mepc
    sd t2, 8(t0)
    csrr t2, mtval
    sd t2, 16(t0)
    csrr t2, mstatus
    sd t2, 24(t0)
    addi t1, t1, -8                 # ecall from U (8), S (9) or M (11) with the magic number is a return
    li t2, 4
    bgeu t1, t2, 1f
    li t2, MAGIC
    bne a7, t2, 1f
    li t2, -1
    sd t2, 0(t0)
1:  la t0, saved_sp
    ld sp, 0(t0)
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    ld t0, 104(sp)
    csrw mstatus, t0
    addi sp, sp, 128
    ret

# The vector table: an entry per interrupt, each saying which it was. Entry 0 also takes exceptions.
    .balign 256
    .globl m_vectors
m_vectors:
    .option push
    .option norvc
    .set number, 0
    .rept 16
    j 1f + number * 16
    .set number, number + 1
    .endr
1:  .set number, 0
    .rept 16                        # four instructions of four bytes each
    csrrw sp, mscratch, sp
    addi sp, sp, -160
    sd t0, 0(sp)
    j 2f + number * 8
    .set number, number + 1
    .endr
2:  .set number, 0
    .rept 16
    addi t0, zero, number
    j m_trap_common
    .set number, number + 1
    .endr
    .option pop

# Traps delegated to S mode end the function that runs there; its result is scause, a1 holds the vector table's entry.
    .balign 4
    .globl s_trap_entry
s_trap_entry:
    li t0, -1
s_trap_common:
    la t1, s_trap
    csrr a0, scause
    sd a0, 0(t1)
    csrr t2, sepc
    sd t2, 8(t1)
    csrr t2, stval
    sd t2, 16(t1)
    sd t0, 24(t1)
    j leave

    .balign 256
    .globl s_vectors
s_vectors:
    .option push
    .option norvc
    .set number, 0
    .rept 16
    j 1f + number * 8
    .set number, number + 1
    .endr
1:  .set number, 0
    .rept 16
    addi t0, zero, number
    j s_trap_common
    .set number, number + 1
    .endr
    .option pop

    .section .bss.stacks, "aw", @nobits
    .balign 16
    .globl saved_sp
saved_sp:
    .skip 16
    .skip 8192
stack_top:
    .skip 8192
test_stack_top:
