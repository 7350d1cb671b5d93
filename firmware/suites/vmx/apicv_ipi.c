/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPI virtualization; QEMU's processors offer it where they are told to */
#include "apicv.h"

#define PROC3_IPI_VIRT (1ull << 4)
#define MSR_X2APIC_ICR 0x830
#define TARGET 2
#define VECTOR 0x61
#define REAL_VECTOR 0xd3
#define TABLE_PAGE 25

GUEST(ipi_wrmsr, "wrmsr; nop");
GUEST(ipi_store, "mov %esi, (%rdi); nop");

static uint64_t *table(void)
{
    return scratch(TABLE_PAGE);
}

/* A table whose entry TARGET is valid; the notification comes back to this
 * processor as an interrupt that exits. */
static bool ipi_virtualization(bool page)
{
    uint64_t ndst = x86_apic_id();

    if (!apicv_delivery(page) || !vmx_set(CTL_PROC, PROC_TERTIARY)
        || !vmx_set(CTL_EXIT, EXIT_ACK_INTR)
        || !(rdmsr(MSR_VMX_PROC3) & PROC3_IPI_VIRT)) {
        return false;
    }
    vmwrite(VMCS_TERTIARY_PROC_CTLS, PROC3_IPI_VIRT);
    vmwrite(VMCS_PID_POINTER_TABLE, (uint64_t)table());
    vmwrite(VMCS_LAST_PID_POINTER_INDEX, TARGET);
    table()[TARGET] = (uint64_t)apicv_descriptor() | 1;
    apicv_descriptor()[PID_CONTROL] = ndst << 32 | REAL_VECTOR << 16;
    return true;
}

static void send(uint32_t target, uint32_t icr)
{
    guest_regs.rcx = MSR_X2APIC_ICR;
    guest_regs.rax = icr;
    guest_regs.rdx = target;
}

static void expect_posted(const char *file, int line, bool on)
{
    if (apicv_descriptor()[VECTOR / 64] != 1ull << VECTOR % 64) {
        fw_fail(file, line, "posted request", "PIR word is 0x%lx",
                apicv_descriptor()[VECTOR / 64]);
    }
    if ((apicv_descriptor()[PID_CONTROL] & PID_ON) != on) {
        fw_fail(file, line, "ON", "descriptor has 0x%lx",
                apicv_descriptor()[PID_CONTROL]);
    }
}
#define EXPECT_POSTED(on) expect_posted(__FILE__, __LINE__, on)

FW_CASE(ipi_send, "vmx.apicv.ipi-send", "SDM 3C, 30.1.6 IPI Virtualization",
        "WRMSR of 830H posts the vector and notifies")
{
    VmxRun run;

    APICV_NEED(ipi_virtualization(false));
    send(TARGET, VECTOR);
    run = event_run(guest_ipi_wrmsr);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | REAL_VECTOR);
    EXPECT_POSTED(true);
    x86_apic_eoi();
}

FW_CASE(ipi_on, "vmx.apicv.ipi-on", "SDM 3C, 30.1.6 IPI Virtualization",
        "With ON set it posts and does not notify")
{
    APICV_NEED(ipi_virtualization(false));
    apicv_descriptor()[PID_CONTROL] |= PID_ON;
    send(TARGET, VECTOR);
    RUNS(ipi_wrmsr);
    EXPECT_POSTED(true);
}

FW_CASE(ipi_sn, "vmx.apicv.ipi-sn", "SDM 3C, 30.1.6 IPI Virtualization",
        "With SN set it posts, and ON stays 0")
{
    APICV_NEED(ipi_virtualization(false));
    apicv_descriptor()[PID_CONTROL] |= PID_SN;
    send(TARGET, VECTOR);
    RUNS(ipi_wrmsr);
    EXPECT_POSTED(false);
}

static void exits(const char *file, int line, uint32_t target, uint32_t icr)
{
    send(target, icr);
    apicv_expect(file, line, guest_ipi_wrmsr, guest_ipi_wrmsr + 2,
                 EXIT_APIC_WRITE, APIC_ICR);
    if (apicv_descriptor()[VECTOR / 64]) {
        fw_fail(file, line, "no request", "a vector was posted");
    }
}
#define EXPECT_EXITS(target, icr) exits(__FILE__, __LINE__, target, icr)

FW_CASE(ipi_bad_target, "vmx.apicv.ipi-bad-target",
        "SDM 3C, 30.1.6 IPI Virtualization",
        "A target beyond the table or without a valid entry exits")
{
    APICV_NEED(ipi_virtualization(false));
    EXPECT_EXITS(TARGET + 1, VECTOR);
    EXPECT_EXITS(~0u, VECTOR);
    EXPECT_EXITS(TARGET - 1, VECTOR);
    table()[TARGET] |= 1 << 1;
    EXPECT_EXITS(TARGET, VECTOR);
    table()[TARGET] = ((uint64_t)apicv_descriptor() | 1)
        + (1ull << vmx_physical_bits());
    EXPECT_EXITS(TARGET, VECTOR);
}

FW_CASE(ipi_bad_icr, "vmx.apicv.ipi-bad-icr",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "IPIs that are not fixed, physical, edge-triggered to one exit")
{
    APICV_NEED(ipi_virtualization(false));
    EXPECT_EXITS(TARGET, 0x0f);
    EXPECT_EXITS(TARGET, 1 << 8 | VECTOR);
    EXPECT_EXITS(TARGET, 4 << 8 | VECTOR);
    EXPECT_EXITS(TARGET, 1 << 11 | VECTOR);
    EXPECT_EXITS(TARGET, 1 << 15 | VECTOR);
    EXPECT_EXITS(TARGET, 2 << 18 | VECTOR);
    EXPECT_EXITS(TARGET, 3 << 18 | VECTOR);
}

FW_CASE(ipi_self, "vmx.apicv.ipi-self",
        "SDM 3C, 30.5, 30.1.5 Self-IPI Virtualization",
        "WRMSR of 830H with shorthand self is a self-IPI")
{
    APICV_NEED(ipi_virtualization(false));
    send(0, ICR_SELF | VECTOR);
    RUNS(ipi_wrmsr);
    FW_EQUAL(apicv_rvi(), VECTOR);
    FW_EQUAL(apicv_descriptor()[VECTOR / 64], 0);
}

FW_CASE(ipi_page, "vmx.apicv.ipi-page",
        "SDM 3C, 30.4.3.2, 30.1.6 IPI Virtualization",
        "A write of ICR on the APIC-access page posts too")
{
    VmxRun run;

    APICV_NEED(ipi_virtualization(true));
    *apicv_register(APIC_ICR_HI) = TARGET << 24;
    apicv_descriptor()[PID_CONTROL] |= PID_ON;
    guest_regs.rdi = apicv_access_page() + APIC_ICR;
    guest_regs.rsi = VECTOR;
    run = event_run(guest_ipi_store);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_POSTED(true);
    guest_regs.rsi = 1 << 11 | VECTOR;
    apicv_expect(__FILE__, __LINE__, guest_ipi_store, guest_ipi_store + 2,
                 EXIT_APIC_WRITE, APIC_ICR);
}
