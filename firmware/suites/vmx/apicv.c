/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases of APIC virtualization share */
#include "apicv.h"

#define VIRTUAL_APIC_PAGE 21
#define APIC_ACCESS_PAGE  22
#define MSR_BITMAP_PAGE   23
#define DESCRIPTOR_PAGE   24

volatile uint32_t *apicv_register(unsigned offset)
{
    return (uint32_t *)scratch(VIRTUAL_APIC_PAGE) + offset / 4;
}

uint64_t apicv_access_page(void)
{
    return (uint64_t)scratch(APIC_ACCESS_PAGE);
}

uint8_t *apicv_msr_bitmap(void)
{
    return scratch(MSR_BITMAP_PAGE);
}

volatile uint64_t *apicv_descriptor(void)
{
    return scratch(DESCRIPTOR_PAGE);
}

bool apicv_tpr_shadow(void)
{
    if (!vmx_set(CTL_PROC, PROC_TPR_SHADOW)) {
        return false;
    }
    vmwrite(VMCS_VIRTUAL_APIC_ADDR, (uint64_t)apicv_register(0));
    vmwrite(VMCS_TPR_THRESHOLD, 0);
    if (vmx_may_clear(CTL_PROC, PROC_CR8_LOAD | PROC_CR8_STORE)) {
        vmclr(VMCS_PROC_CTLS, PROC_CR8_LOAD | PROC_CR8_STORE);
    }
    return true;
}

bool apicv_access(void)
{
    if (!vmx_set(CTL_PROC2, PROC2_APIC_ACCESS)) {
        return false;
    }
    vmwrite(VMCS_APIC_ACCESS_ADDR, apicv_access_page());
    return true;
}

static bool msr_bitmap(void)
{
    if (!vmx_set(CTL_PROC, PROC_MSR_BITMAPS)) {
        return false;
    }
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)apicv_msr_bitmap());
    return true;
}

bool apicv_x2apic(void)
{
    return apicv_tpr_shadow() && msr_bitmap()
        && vmx_set(CTL_PROC2, PROC2_X2APIC);
}

bool apicv_delivery(bool page)
{
    int i;

    if (!apicv_tpr_shadow() || !(page ? apicv_access() : apicv_x2apic())
        || !vmx_set(CTL_PIN, PIN_EXT_INTR)
        || !vmx_set(CTL_PROC2, PROC2_VID)) {
        return false;
    }
    for (i = 0; i < 4; i++) {
        vmwrite(VMCS_EOI_EXIT_BITMAP0 + 2 * i, 0);
    }
    vmwrite(VMCS_GUEST_INTR_STATUS, 0);
    return true;
}

bool apicv_posted(void)
{
    if (!apicv_delivery(false) || !vmx_set(CTL_PIN, PIN_POSTED_INTR)
        || !vmx_set(CTL_EXIT, EXIT_ACK_INTR)) {
        return false;
    }
    vmwrite(VMCS_POSTED_INTR_NV, NOTIFICATION);
    vmwrite(VMCS_POSTED_INTR_DESC_ADDR, (uint64_t)apicv_descriptor());
    return true;
}

static volatile uint32_t *vector_word(unsigned base, int vector)
{
    return apicv_register(base + vector / 32 * 16);
}

void apicv_set(unsigned base, int vector)
{
    *vector_word(base, vector) |= 1u << vector % 32;
}

bool apicv_is_set(unsigned base, int vector)
{
    return *vector_word(base, vector) >> vector % 32 & 1;
}

int apicv_count(unsigned base)
{
    int vector, count = 0;

    for (vector = 0; vector < 256; vector++) {
        count += apicv_is_set(base, vector);
    }
    return count;
}

uint8_t apicv_rvi(void)
{
    return vmread(VMCS_GUEST_INTR_STATUS);
}

uint8_t apicv_svi(void)
{
    return vmread(VMCS_GUEST_INTR_STATUS) >> 8;
}

void apicv_request(int vector)
{
    apicv_set(APIC_IRR, vector);
    if (vector > apicv_rvi()) {
        vmwrite(VMCS_GUEST_INTR_STATUS, apicv_svi() << 8 | vector);
    }
}

void apicv_in_service(int vector)
{
    apicv_set(APIC_ISR, vector);
    if (vector > apicv_svi()) {
        vmwrite(VMCS_GUEST_INTR_STATUS, vector << 8 | apicv_rvi());
    }
}

void apicv_real_interrupt(int vector)
{
    unsigned word = APIC_IRR + vector / 32 * 16;
    uint64_t end = hal_ticks() + 100000 * hal_ticks_per_us();

    irq_disable();
    x86_apic_ipi(x86_apic_id(), vector);
    while (!(x86_apic_read(word) >> vector % 32 & 1)) {
        if (hal_ticks() > end) {
            fw_fail(__FILE__, __LINE__, "interrupt to this processor",
                    "vector 0x%x does not arrive", vector);
            return;
        }
        cpu_relax();
    }
}

void apicv_notify_later(void *apic_id)
{
    hal_delay_us(2000);
    x86_apic_ipi((uint64_t)apic_id, NOTIFICATION);
}

VmxRun apicv_expect(const char *file, int line, const char *start,
                    const char *rip, uint32_t reason, uint64_t qualification)
{
    VmxRun run = event_run(start);
    uint64_t mask = reason == EXIT_APIC_ACCESS ? 0xffff : ~0ull;

    expect_exit(file, line, &run, reason);
    if (run.result != VMX_SUCCEED || run.reason != reason) {
        return run;
    }
    if ((run.qualification & mask) != qualification) {
        fw_fail(file, line, "exit qualification", "got 0x%lx, expected 0x%lx",
                run.qualification, qualification);
    }
    if (run.rip != (uint64_t)rip) {
        fw_fail(file, line, "RIP", "got 0x%lx, expected 0x%lx", run.rip,
                (uint64_t)rip);
    }
    return run;
}
