/* SPDX-License-Identifier: GPL-2.0-or-later */
/* APIC-register virtualization on the APIC-access page */
#include "apicv.h"

#define BIT(offset) (1ull << ((offset) >> 4))
#define BITS_8(offset) (0xffull << ((offset) >> 4))

GUEST(reg_read, "mov (%rdi), %esi");
GUEST(reg_write, "mov %esi, (%rdi)");
GUEST(reg_write8, "mov %sil, (%rdi)");

/* Offsets up to 3FFH by bits 9:4 */
static const uint64_t reads =
    BIT(0x020) | BIT(0x030) | BIT(0x080) | BIT(0x0b0) | BIT(0x0d0) |
    BIT(0x0e0) | BIT(0x0f0) | BITS_8(0x100) | BITS_8(0x180) | BITS_8(0x200) |
    BIT(0x280) | BIT(0x300) | BIT(0x310) | BIT(0x320) | BIT(0x330) |
    BIT(0x340) | BIT(0x350) | BIT(0x360) | BIT(0x370) | BIT(0x380) |
    BIT(0x3e0);
static const uint64_t writes =
    BIT(0x020) | BIT(0x080) | BIT(0x0b0) | BIT(0x0d0) | BIT(0x0e0) |
    BIT(0x0f0) | BIT(0x280) | BIT(0x300) | BIT(0x310) | BIT(0x320) |
    BIT(0x330) | BIT(0x340) | BIT(0x350) | BIT(0x360) | BIT(0x370) |
    BIT(0x380) | BIT(0x3e0);

static bool register_virtualization(void)
{
    return apicv_tpr_shadow() && apicv_access()
        && vmx_set(CTL_PROC2, PROC2_APIC_REG);
}

static bool in(uint64_t set, unsigned offset)
{
    return offset < 0x400 && (set >> (offset >> 4) & 1);
}

FW_CASE(register_reads, "vmx.apicv.register-reads",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "Reads of the APIC's registers read the virtual-APIC page")
{
    unsigned offset;

    APICV_NEED(register_virtualization());
    for (offset = 0; offset < 0x400 && !fw_case_ended(); offset += 0x10) {
        if (in(reads, offset)) {
            *apicv_register(offset) = 0x55aa0000 + offset;
            EXPECT_VIRTUALIZED(reg_read, offset);
            FW_EQUAL(guest_regs.rsi, 0x55aa0000 + offset);
        }
    }
}

FW_CASE(register_reads_exit, "vmx.apicv.register-reads-exit",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "Reads of all other offsets exit")
{
    unsigned offset;

    APICV_NEED(register_virtualization());
    for (offset = 0; offset < 0x1000 && !fw_case_ended(); offset += 0x10) {
        if (!in(reads, offset)) {
            EXPECT_ACCESS_EXIT(reg_read, ACCESS_READ, offset);
        }
        EXPECT_ACCESS_EXIT(reg_read, ACCESS_READ, offset + 4);
    }
}

static bool exits_after_write(unsigned offset)
{
    return offset != APIC_TPR && offset != APIC_ICR_HI;
}

FW_CASE(register_writes, "vmx.apicv.register-writes",
        "SDM 3C, 30.4.3.2, 30.4.3.3 APIC-Write VM Exits",
        "Writes of the APIC's registers reach the page; most exit after that")
{
    unsigned offset;

    APICV_NEED(register_virtualization());
    for (offset = 0; offset < 0x400 && !fw_case_ended(); offset += 0x10) {
        if (!in(writes, offset)) {
            continue;
        }
        guest_regs.rdi = apicv_access_page() + offset;
        guest_regs.rsi = 0x12345678;
        if (exits_after_write(offset)) {
            EXPECT_TRAP_EXIT(reg_write, EXIT_APIC_WRITE, offset);
            FW_EQUAL(*apicv_register(offset), 0x12345678);
        } else {
            RUNS(reg_write);
        }
    }
}

FW_CASE(register_writes_exit, "vmx.apicv.register-writes-exit",
        "SDM 3C, 30.4.3.1",
        "Writes of all other offsets exit and write nothing")
{
    unsigned offset;

    APICV_NEED(register_virtualization());
    guest_regs.rsi = 0xff;
    for (offset = 0; offset < 0x1000 && !fw_case_ended(); offset += 0x10) {
        if (!in(writes, offset)) {
            EXPECT_ACCESS_EXIT(reg_write, ACCESS_WRITE, offset);
            FW_EQUAL(*apicv_register(offset), 0);
        }
    }
}

FW_CASE(register_icr_high, "vmx.apicv.register-icr-high",
        "SDM 3C, 30.4.3.2 APIC-Write Emulation",
        "A write of offset 310H keeps bits 31:24 only, without an exit")
{
    APICV_NEED(register_virtualization());
    guest_regs.rsi = 0x12345678;
    EXPECT_VIRTUALIZED(reg_write, APIC_ICR_HI);
    FW_EQUAL(*apicv_register(APIC_ICR_HI), 0x12000000);
}

FW_CASE(register_byte, "vmx.apicv.register-byte-write",
        "SDM 3C, 30.4.3.2 APIC-Write Emulation",
        "A write of one byte leaves the others on the page")
{
    APICV_NEED(register_virtualization());
    *apicv_register(APIC_SVR) = 0x11223344;
    guest_regs.rdi = apicv_access_page() + APIC_SVR;
    guest_regs.rsi = 0x99;
    EXPECT_TRAP_EXIT(reg_write8, EXIT_APIC_WRITE, APIC_SVR);
    FW_EQUAL(*apicv_register(APIC_SVR), 0x11223399);
}
