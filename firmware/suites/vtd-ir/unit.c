/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the unit, its registers, the state that each case begins in */
#include "vtd.h"
#include "ioapic.h"

#define SECOND_US 1000000ull
/* Of GSTS: one-shot commands read back as status and must not be repeated
 * (VT-d 11.4, Global Command Register). */
#define ONE_SHOT  (1u << 30 | 1u << 29 | 1u << 27 | 1u << 24)

Vtd vtd;

static char scratch_pages[SCRATCH_PAGES][4096] FW_ALIGNED(4096);

void *scratch(int n)
{
    return scratch_pages[n];
}

uint32_t vtd_read(unsigned at)
{
    return *(volatile uint32_t *)(vtd.registers + at);
}

void vtd_write(unsigned at, uint32_t v)
{
    *(volatile uint32_t *)(vtd.registers + at) = v;
}

uint64_t vtd_read64(unsigned at)
{
    return *(volatile uint64_t *)(vtd.registers + at);
}

void vtd_write64(unsigned at, uint64_t v)
{
    *(volatile uint64_t *)(vtd.registers + at) = v;
}

static bool status_follows(uint32_t bit, bool on)
{
    uint64_t end = hal_ticks() + SECOND_US * hal_ticks_per_us();

    while (!(vtd_read(VTD_GSTS) & bit) == on) {
        if (hal_ticks() > end) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

bool vtd_command(uint32_t bit, bool on)
{
    uint32_t status = vtd_read(VTD_GSTS) & ~ONE_SHOT;

    vtd_write(VTD_GCMD, on ? status | bit : status & ~bit);
    return status_follows(bit, on);
}

bool vtd_set(uint32_t bit)
{
    return vtd_command(bit, true);
}

/* Before each case ------------------------------------------------------------ */

static void reset_events(void)
{
    vtd_write(VTD_FECTL, EVENT_IM);
    vtd_write(VTD_IECTL, EVENT_IM);
    fault_log_clear();
    vtd_write(VTD_ICS, ICS_IWC);
}

bool vtd_reset(void)
{
    bool ok = vtd_command(G_IR, false);

    reset_events();
    ok = ok && queue_stop() && vtd_command(G_CFI, false);
    reset_events();
    memset(vtd_table, 0, TABLE_ENTRIES * sizeof(Irte));
    return ok && queue_start(0, false)
        && vtd_set_table((uint64_t)vtd_table, TABLE_SIZE,
                         x86_apic_is_x2apic() && vtd.ecap & ECAP_EIM);
}

bool fw_machine_usable(void)
{
    return vtd_reset();
}

void fw_case_begin(void)
{
    wait_forget();
    device_reset();
    if (!vtd_reset()) {
        fw_fail(__FILE__, __LINE__, "vtd_reset()", "the unit does not follow:"
                " GSTS 0x%x, FSTS 0x%x, IQH 0x%x, IQT 0x%x",
                vtd_read(VTD_GSTS), vtd_read(VTD_FSTS), vtd_read(VTD_IQH),
                vtd_read(VTD_IQT));
        return;
    }
    memset(scratch_pages, 0, sizeof(scratch_pages));
    memset(pids, 0, sizeof(pids));
    settle();
    arrivals_clear();
}

void fw_case_end(void)
{
    device_reset();
    pit_line_low();
    ioapic_mask_all();
    apic_modes(vtd.x2apic);
}

bool xapic_begin(void)
{
    apic_modes(false);
    if (!vtd_set_table((uint64_t)vtd_table, TABLE_SIZE, false)) {
        fw_fail(__FILE__, __LINE__, "xapic_begin()", "the table is not taken");
        return false;
    }
    return true;
}

/* Once ------------------------------------------------------------------------ */

static void remember_boot_state(void)
{
    vtd.boot_gsts = vtd_read(VTD_GSTS);
    vtd.boot_fectl = vtd_read(VTD_FECTL);
    vtd.boot_iectl = vtd_read(VTD_IECTL);
    vtd.boot_irta = vtd_read64(VTD_IRTA);
    vtd.boot_iqa = vtd_read64(VTD_IQA);
}

static bool use_unit(unsigned n)
{
    if (!dmar_unit(n, &vtd.dmar)) {
        return false;
    }
    vtd.registers = hal_map(vtd.dmar.base, 4096);
    if (!vtd.registers) {
        return false;
    }
    vtd.cap = vtd_read64(VTD_CAP);
    vtd.ecap = vtd_read64(VTD_ECAP);
    return (vtd.ecap & ECAP_QI) && (vtd.ecap & ECAP_IR);
}

/* The first unit that remaps interrupts, if possible the device's */
static bool find_unit(void)
{
    unsigned n;

    for (n = 0; dmar_unit(n, &vtd.dmar); n++) {
        if (use_unit(n) && (!device_found()
            || dmar_covers(&vtd.dmar, device_id()))) {
            return true;
        }
    }
    for (n = 0; dmar_unit(n, &vtd.dmar); n++) {
        if (use_unit(n)) {
            return true;
        }
    }
    return false;
}

static void enable_interrupts(void *arg)
{
    irq_enable();
}

bool fw_suite_begin(void)
{
    uint8_t flags, width;

    if (!dmar_flags(&flags, &width)) {
        fw_printf("# the machine has no DMAR table: no VT-d\n");
        return false;
    }
    if (!find_unit()) {
        fw_printf("# no unit with interrupt remapping (ECAP_REG.IR, QI)\n");
        return false;
    }
    vtd.records = (vtd.cap >> 40 & 0xff) + 1;
    vtd.record_at = (vtd.cap >> 24 & 0x3ff) * 16;
    vtd.registers = hal_map(vtd.dmar.base, vtd.record_at
                            + 16 * vtd.records + 4096);
    vtd.x2apic = x86_apic_is_x2apic();
    remember_boot_state();
    ioapic_mask_all();
    x86_idle_interruptible(WAKE_VECTOR);
    for (int cpu = 1; cpu < hal_cpu_count(); cpu++) {
        hal_run_on(cpu, enable_interrupts, NULL);
        hal_wait(cpu, SECOND_US);
    }
    irq_enable();
    fw_printf("# unit at 0x%lx: CAP_REG 0x%lx, ECAP_REG 0x%lx; %d processors;"
              " device: %s\n", vtd.dmar.base, vtd.cap, vtd.ecap,
              hal_cpu_count(), device_found() ? "yes" : "none");
    return true;
}
