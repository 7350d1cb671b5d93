/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtualizing x2APIC mode: RDMSR and WRMSR of 800H to 8FFH */
#include "apicv.h"

#define X2APIC(offset) (0x800 + ((offset) >> 4))
#define LOCAL_APIC_VERSION 0x030

GUEST(x2_rdmsr, "rdmsr; mov %eax, %esi");
GUEST(x2_wrmsr, "wrmsr");

static void read_msr(uint32_t msr)
{
    guest_regs.rcx = msr;
    guest_regs.rdx = ~0ull;
    RUNS(x2_rdmsr);
}

static void value_to_write(uint32_t msr, uint64_t value)
{
    guest_regs.rcx = msr;
    guest_regs.rax = (uint32_t)value;
    guest_regs.rdx = value >> 32;
}

FW_CASE(x2apic_read_tpr, "vmx.apicv.x2apic-read-tpr",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "RDMSR of 808H reads 8 bytes at offset 080H of the virtual-APIC page")
{
    APICV_NEED(apicv_x2apic());
    *apicv_register(APIC_TPR) = 0x5c;
    *apicv_register(APIC_TPR + 4) = 0x1234;
    read_msr(X2APIC(APIC_TPR));
    FW_EQUAL(guest_regs.rsi, 0x5c);
    FW_EQUAL(guest_regs.rdx, 0x1234);
}

FW_CASE(x2apic_read_register, "vmx.apicv.x2apic-read-register",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "With APIC-register virtualization RDMSR of any of them does")
{
    unsigned n;

    APICV_NEED(apicv_x2apic());
    VMX_NEED(CTL_PROC2, PROC2_APIC_REG);
    for (n = 0; n < 0x100 && !fw_case_ended(); n++) {
        *apicv_register(n << 4) = 0x77000000 + n;
        *apicv_register((n << 4) + 4) = n;
        read_msr(0x800 + n);
        FW_EQUAL(guest_regs.rsi, 0x77000000 + n);
        FW_EQUAL(guest_regs.rdx, n);
    }
}

FW_CASE(x2apic_read_real, "vmx.apicv.x2apic-read-real",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "Without it RDMSR of another register reads the local APIC")
{
    APICV_NEED(apicv_x2apic());
    if (!x86_x2apic_supported()) {
        FW_SKIP("the local APIC has no x2APIC mode");
    }
    *apicv_register(LOCAL_APIC_VERSION) = 0xdead;
    read_msr(X2APIC(LOCAL_APIC_VERSION));
    FW_EQUAL(guest_regs.rsi, x86_apic_read(LOCAL_APIC_VERSION));
}

FW_CASE(x2apic_bitmap, "vmx.apicv.x2apic-bitmap",
        "SDM 3C, 30.5, 26.1.3",
        "The MSR bitmap comes first, for reads and for writes")
{
    APICV_NEED(apicv_x2apic());
    apicv_msr_bitmap()[0x808 / 8] |= 1 << 0x808 % 8;
    apicv_msr_bitmap()[2048 + 0x808 / 8] |= 1 << 0x808 % 8;
    guest_regs.rcx = 0x808;
    EXPECT_FAULT_EXIT(x2_rdmsr, EXIT_RDMSR, 0);
    EXPECT_FAULT_EXIT(x2_wrmsr, EXIT_WRMSR, 0);
}

FW_CASE(x2apic_write_tpr, "vmx.apicv.x2apic-write-tpr",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "WRMSR of 808H writes VTPR and not the local APIC")
{
    uint64_t host_tpr = read_cr8();

    APICV_NEED(apicv_x2apic());
    value_to_write(X2APIC(APIC_TPR), 0xab);
    RUNS(x2_wrmsr);
    FW_EQUAL(*apicv_register(APIC_TPR), 0xab);
    FW_EQUAL(read_cr8(), host_tpr);
}

FW_CASE(x2apic_write_reserved, "vmx.apicv.x2apic-write-reserved",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "WRMSR of 808H with a reserved bit is #GP and writes nothing")
{
    APICV_NEED(apicv_x2apic());
    *apicv_register(APIC_TPR) = 0x20;
    value_to_write(X2APIC(APIC_TPR), 0x100);
    FAULTS(x2_wrmsr, VEC_GP);
    value_to_write(X2APIC(APIC_TPR), 1ull << 32);
    FAULTS(x2_wrmsr, VEC_GP);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x20);
}

FW_CASE(x2apic_write_threshold, "vmx.apicv.x2apic-write-threshold",
        "SDM 3C, 30.1.2 TPR Virtualization",
        "WRMSR of 808H of less than the TPR threshold is followed by an exit")
{
    APICV_NEED(apicv_x2apic());
    *apicv_register(APIC_TPR) = 0x90;
    vmwrite(VMCS_TPR_THRESHOLD, 8);
    value_to_write(X2APIC(APIC_TPR), 0x7f);
    EXPECT_TRAP_EXIT(x2_wrmsr, EXIT_TPR_THRESHOLD, 0);
}

FW_CASE(x2apic_write_real, "vmx.apicv.x2apic-write-real",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "WRMSR of a register that is not virtualized is one of the local APIC")
{
    APICV_NEED(apicv_x2apic());
    if (!x86_x2apic_supported()) {
        FW_SKIP("the local APIC has no x2APIC mode");
    }
    value_to_write(X2APIC(APIC_SVR), 0x1ef);
    RUNS(x2_wrmsr);
    FW_EQUAL(x86_apic_read(APIC_SVR), 0x1ef);
    FW_EQUAL(*apicv_register(APIC_SVR), 0);
    x86_apic_write(APIC_SVR, 0x1ff);
}

FW_CASE(x2apic_eoi_reserved, "vmx.apicv.x2apic-eoi-reserved",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "WRMSR of 80BH of other than 0 is #GP")
{
    APICV_NEED(apicv_delivery(false));
    apicv_in_service(0x50);
    value_to_write(X2APIC(APIC_EOI), 1);
    FAULTS(x2_wrmsr, VEC_GP);
    FW_EQUAL(apicv_svi(), 0x50);
}

FW_CASE(x2apic_self_ipi, "vmx.apicv.x2apic-self-ipi",
        "SDM 3C, 30.1.5 Self-IPI Virtualization",
        "WRMSR of 83FH requests a virtual interrupt")
{
    APICV_NEED(apicv_delivery(false));
    value_to_write(X2APIC(APIC_SELF_IPI), 0x61);
    RUNS(x2_wrmsr);
    FW_EQUAL(apicv_rvi(), 0x61);
    FW_CHECK(apicv_is_set(APIC_IRR, 0x61), "VIRR[0x61] is 0");
    value_to_write(X2APIC(APIC_SELF_IPI), 0x41);
    RUNS(x2_wrmsr);
    FW_EQUAL(apicv_rvi(), 0x61);
    FW_CHECK(apicv_is_set(APIC_IRR, 0x41), "VIRR[0x41] is 0");
}

FW_CASE(x2apic_self_ipi_bad, "vmx.apicv.x2apic-self-ipi-bad",
        "SDM 3C, 30.5 Virtualizing MSR-Based APIC Accesses",
        "WRMSR of 83FH: vectors below 16 exit, reserved bits are #GP")
{
    APICV_NEED(apicv_delivery(false));
    value_to_write(X2APIC(APIC_SELF_IPI), 0x0f);
    EXPECT_TRAP_EXIT(x2_wrmsr, EXIT_APIC_WRITE, APIC_SELF_IPI);
    FW_EQUAL(apicv_rvi(), 0);
    value_to_write(X2APIC(APIC_SELF_IPI), 0x100);
    FAULTS(x2_wrmsr, VEC_GP);
}
