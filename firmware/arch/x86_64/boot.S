/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start: from a multiboot loader (Multiboot Specification 0.6.96) or from our
 * boot sector, both in 32-bit protected mode with flat segments and interrupts
 * off. Application processors start at the trampoline.
 */
#include "x86.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 2     /* tell about memory */
#define CR0_BITS (0x80000000 | 0x10000 | 0x20 | 0x2 | 0x1)  /* PG WP NE MP PE */
#define CR4_BITS (0x20)                                     /* PAE */
#define EFER_BITS 0x901                                     /* SCE LME NXE */

    .section .multiboot, "a"
    .align 4
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .code32
    .globl _start
_start:
    cli
    cld
    mov %eax, boot_magic
    mov %ebx, boot_information
    mov $__bss_start, %edi
    mov $__bss_end, %ecx
    sub %edi, %ecx
    xor %eax, %eax
    rep stosb

    /* 4 GiB one to one: one PML4 entry, four page directories of 2M pages */
    mov $pml4, %edi
    movl $(pdpt + 7), (%edi)
    mov $pdpt, %edi
    mov $(page_directories + 7), %eax
    mov $4, %ecx
1:  mov %eax, (%edi)
    add $4096, %eax
    add $8, %edi
    loop 1b
    mov $page_directories, %edi
    mov $0x87, %eax
    mov $2048, %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b

    mov $boot_stack, %esp
    lgdt boot_gdtr
    call enter_long_mode
    ljmp $SEL_CODE64, $1f
    .code64
1:  mov $(boot_stack), %rsp
    xor %ebp, %ebp
    call fw_main
2:  hlt
    jmp 2b

    .code32
enter_long_mode:
    mov $CR4_BITS, %eax
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    mov $EFER_BITS, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_BITS, %eax
    mov %eax, %cr0
    mov $SEL_DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    ret

/* Application processors: copied to a page below 1 MiB (smp.c). The first
 * instruction is at the start of the page. */
    .code16
    .globl ap_trampoline, ap_trampoline_end
ap_trampoline:
    cli
    mov %cs, %ax
    mov %ax, %ds
    lgdtl (ap_gdtr - ap_trampoline)
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    ljmpl $SEL_CODE32, $ap_start32
    .align 4
ap_gdtr:
    .word boot_gdt_end - boot_gdt - 1
    .long boot_gdt
ap_trampoline_end:

    .code32
ap_start32:
    mov $SEL_DATA, %eax
    mov %eax, %ds
    mov %eax, %ss
    mov $1, %ebx
    lock xadd %ebx, ap_started
    cmp $(FW_MAX_CPUS - 1), %ebx
    jae 9f
    /* CPU n = EBX + 1; its stack ends at cpu_stacks + (n + 1) * size. */
    lea 2(%ebx), %eax
    imul $FW_STACK_SIZE, %eax
    add $cpu_stacks, %eax
    mov %eax, %esp
    call enter_long_mode
    ljmp $SEL_CODE64, $1f
    .code64
1:  mov %ebx, %edi
    inc %edi
    mov %esp, %esp
    xor %ebp, %ebp
    call ap_main
    .code32
9:  hlt
    jmp 9b

    .data
    .align 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 64-bit code */
    .quad 0x00cf93000000ffff    /* data */
    .quad 0x00cf9b000000ffff    /* 32-bit code */
boot_gdt_end:
boot_gdtr:
    .word boot_gdt_end - boot_gdt - 1
    .long boot_gdt

    .globl ap_started, boot_magic, boot_information
    .align 4
ap_started:
    .long 0
/* What the loader left in EAX and EBX */
boot_magic:
    .long 0
boot_information:
    .long 0

    .bss
    .align 4096
    .globl pml4, pdpt
pml4:
    .skip 4096
pdpt:
    .skip 4096
page_directories:
    .skip 4 * 4096
    .globl cpu_stacks
cpu_stacks:
    .skip FW_STACK_SIZE
    /* CPU 0's stack is the first one. */
boot_stack = cpu_stacks + FW_STACK_SIZE
    .skip (FW_MAX_CPUS - 1) * FW_STACK_SIZE

    .section .note.GNU-stack, "", @progbits
