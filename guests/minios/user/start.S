# A user program begins at USER_BASE with the program's number in a0 and its argument in a1.
    .section .user.start, "ax"
    .globl user_start
user_start:
    call user_main
    li a7, 0                        # SYS_EXIT
    ecall

    .text
    .globl user_call                # user_call(call, a0, a1, a2, a3)
user_call:
    mv a7, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    mv a3, a4
    ecall
    ret
