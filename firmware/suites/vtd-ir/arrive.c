/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts that the processors took; the processors' APIC modes */
#include "vtd.h"

#define PATIENCE_US 5000000ull   /* far more than a loaded emulator needs */
#define SETTLE_US 100
#define IPI_FIXED 0x4000

static uint64_t seen[FW_MAX_CPUS][256];

static bool ours(int vector)
{
    return vector == VEC_NMI || (vector >= 32 && vector != WAKE_VECTOR
                                 && vector != BARRIER_VECTOR);
}

uint64_t arrivals(int cpu, int vector)
{
    return x86_interrupt_count_on(cpu, vector) - seen[cpu][vector];
}

void arrivals_clear(void)
{
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        for (int v = 0; v < 256; v++) {
            seen[cpu][v] = x86_interrupt_count_on(cpu, v);
        }
    }
}

/*
 * An interrupt of the lowest priority to each processor comes after all that
 * its local APIC has accepted. The pause is for what is still on its way.
 */
void settle(void)
{
    uint64_t before[FW_MAX_CPUS];
    uint64_t end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();

    queue_sync_if_idle();
    hal_delay_us(SETTLE_US);
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        before[cpu] = x86_interrupt_count_on(cpu, BARRIER_VECTOR);
        x86_apic_ipi(x86_cpu_apic_id(cpu), IPI_FIXED | BARRIER_VECTOR);
    }
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        while (x86_interrupt_count_on(cpu, BARRIER_VECTOR) == before[cpu]) {
            if (hal_ticks() > end) {
                fw_fail(__FILE__, __LINE__, "settle()",
                        "processor %d takes no interrupts", cpu);
                return;
            }
            cpu_relax();
        }
    }
}

static uint64_t on_all(int vector)
{
    uint64_t sum = 0;

    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        sum += arrivals(cpu, vector);
    }
    return sum;
}

bool wait_for_arrivals(int vector, uint64_t n)
{
    Wait w = wait_begin(PATIENCE_US);

    while (on_all(vector) < n) {
        if (!wait_more(&w)) {
            return false;
        }
    }
    return true;
}

static bool anything(void)
{
    for (int v = 0; v < 256; v++) {
        if (ours(v) && on_all(v)) {
            return true;
        }
    }
    return vtd_read(VTD_FSTS) & FSTS_PPF;
}

void wait_for_anything(void)
{
    Wait w = wait_begin(PATIENCE_US);

    while (!anything() && wait_more(&w)) {
    }
}

void expect_arrived(const char *file, int line, int cpu, int vector,
                    unsigned n)
{
    wait_for_arrivals(vector, n);
    settle();
    for (int c = 0; c < hal_cpu_count(); c++) {
        for (int v = 0; v < 256; v++) {
            uint64_t want = c == cpu && v == vector ? n : 0;

            if (ours(v) && arrivals(c, v) != want) {
                fw_fail(file, line, "what arrived", "vector 0x%x arrived %lu"
                        " times on processor %d, expected %lu", v,
                        arrivals(c, v), c, want);
            }
        }
    }
    arrivals_clear();
}

void event_program(unsigned data_register, int cpu, int vector)
{
    uint32_t id = x86_cpu_apic_id(cpu);

    vtd_write(data_register, vector);
    vtd_write(data_register + 4, 0xfee00000 | (id & 0xff) << 12);
    vtd_write(data_register + 8, id & ~0xffu);
}

static void to_x2apic(void *arg)
{
    x86_apic_mode(true);
    irq_enable();
}

static void to_xapic(void *arg)
{
    x86_apic_mode(false);
    irq_enable();
}

void apic_modes(bool x2apic)
{
    void (*fn)(void *) = x2apic ? to_x2apic : to_xapic;

    if (x86_apic_is_x2apic() == x2apic) {
        return;
    }
    for (int cpu = 1; cpu < hal_cpu_count(); cpu++) {
        hal_run_on(cpu, fn, NULL);
        if (!hal_wait(cpu, PATIENCE_US)) {
            fw_fail(__FILE__, __LINE__, "apic_modes()",
                    "processor %d does not answer", cpu);
        }
    }
    fn(NULL);
}
