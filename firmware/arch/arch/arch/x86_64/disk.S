/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot sector of the disk image, for machines that boot from a disk and have
 * no multiboot loader. It loads the image (from sector 1 on) below 640 KiB
 * through INT 13h extensions, moves it to 1 MiB and enters it in protected
 * mode. IMAGE_SECTORS is set by the build.
 */
#define LOAD_SEGMENT 0x1000
#define CHUNK 64

    .code16
    .text
    .globl boot
boot:
    cli
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $0x7c00, %sp
    cld
    ljmp $0, $1f
1:  sti
    mov %dl, drive
    in $0x92, %al
    or $2, %al
    out %al, $0x92
    mov $((IMAGE_SECTORS + CHUNK - 1) / CHUNK), %cx
next:
    push %cx
    mov $packet, %si
    mov $0x42, %ah
    mov drive, %dl
    int $0x13
    jc failed
    addw $(CHUNK * 512 / 16), packet_segment
    addl $CHUNK, packet_lba
    pop %cx
    loop next

    cli
    lgdtl gdtr
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    ljmpl $8, $protected
failed:
    mov $'!', %al
    mov $0x0e, %ah
    int $0x10
1:  hlt
    jmp 1b

    .code32
protected:
    mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $(LOAD_SEGMENT * 16), %esi
    mov $0x100000, %edi
    mov $(IMAGE_SECTORS * 512 / 4), %ecx
    rep movsl
    mov $ENTRY, %eax
    jmp *%eax

    .align 4
drive:
    .byte 0
    .align 4
packet:
    .byte 16, 0
    .word CHUNK
    .word 0
packet_segment:
    .word LOAD_SEGMENT
packet_lba:
    .long 1, 0
    .align 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
gdtr:
    .word gdtr - gdt - 1
    .long gdt
    .org 510
    .word 0xaa55
