/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Destinations of remapped interrupts, in x2APIC and in xAPIC mode */
#include "vtd.h"

#define APIC_LDR 0xd0
#define APIC_DFR 0xe0
#define DFR_FLAT 0xffffffff
#define DFR_CLUSTER 0x0fffffff

/* DST of entry 0 as it stands, fixed */
static void aim(uint64_t flags, uint32_t id)
{
    irte_set(0, (Irte) {
        .lo = IRTE_P | flags | IRTE_V(VECTOR) | irte_dst(id),
    });
    fire(0);
}

static unsigned count_bits(unsigned mask)
{
    unsigned n = 0;

    for (; mask; mask &= mask - 1) {
        n++;
    }
    return n;
}

/* Once on each processor of the mask, nowhere else */
static void expect_on(const char *file, int line, unsigned mask)
{
    unsigned got = 0;

    wait_for_arrivals(VECTOR, count_bits(mask));
    settle();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        got |= (arrivals(cpu, VECTOR) == 1) << cpu;
        FW_CHECK(arrivals(cpu, VECTOR) < 2, "processor %d took it twice", cpu);
    }
    if (got != mask) {
        fw_fail(file, line, "where it arrived", "on processors 0x%x, expected"
                " 0x%x", got, mask);
    }
    arrivals_clear();
    expect_no_fault(file, line);
}
#define EXPECT_ON(mask) expect_on(__FILE__, __LINE__, mask)

/* Once, on one processor of the mask */
static void expect_one_of(const char *file, int line, unsigned mask)
{
    unsigned got = 0;

    wait_for_arrivals(VECTOR, 1);
    settle();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        got |= arrivals(cpu, VECTOR) ? 1 << cpu : 0;
        FW_CHECK(arrivals(cpu, VECTOR) < 2, "processor %d took it twice", cpu);
    }
    if (count_bits(got) != 1 || (got & ~mask)) {
        fw_fail(file, line, "where it arrived", "on processors 0x%x, expected"
                " one of 0x%x", got, mask);
    }
    arrivals_clear();
    expect_no_fault(file, line);
}
#define EXPECT_ONE_OF(mask) expect_one_of(__FILE__, __LINE__, mask)

static unsigned all_cpus(void)
{
    return (1u << hal_cpu_count()) - 1;
}

/* Logical ids --------------------------------------------------------------- */

static uint32_t ldr[FW_MAX_CPUS];

static void read_ldr(void *arg)
{
    ldr[hal_cpu_index()] = x86_apic_read(APIC_LDR);
}

static void set_flat(void *arg)
{
    x86_apic_write(APIC_DFR, DFR_FLAT);
    x86_apic_write(APIC_LDR, 1u << (24 + hal_cpu_index()));
}

/* Two processors a cluster */
static void set_cluster(void *arg)
{
    int cpu = hal_cpu_index();

    x86_apic_write(APIC_DFR, DFR_CLUSTER);
    x86_apic_write(APIC_LDR, (cpu / 2) << 28 | 1u << (24 + cpu % 2));
}

static void on_each(void (*fn)(void *))
{
    for (int cpu = 1; cpu < hal_cpu_count(); cpu++) {
        hal_run_on(cpu, fn, NULL);
        FW_CHECK(hal_wait(cpu, 1000000), "processor %d does not answer", cpu);
    }
    fn(NULL);
}

/* x2APIC mode --------------------------------------------------------------- */

FW_CASE(dest_physical, "vtd.dest.x2apic-physical",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST",
        "Physical mode, each processor by its 32-bit id")
{
    NEED_DEVICE();
    NEED_X2APIC();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        aim(0, x86_cpu_apic_id(cpu));
        EXPECT_ON(1u << cpu);
    }
}

FW_CASE(dest_physical_hint, "vtd.dest.x2apic-physical-hint",
        "VT-d 9.9 IRTE for Remapped Interrupts: RH",
        "The redirection hint changes nothing in physical mode")
{
    NEED_DEVICE();
    NEED_X2APIC();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        aim(IRTE_RH, x86_cpu_apic_id(cpu));
        EXPECT_ON(1u << cpu);
    }
}

FW_CASE(dest_nobody, "vtd.dest.x2apic-nobody",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST",
        "All 32 bits count: an id that no processor has reaches none")
{
    NEED_DEVICE();
    NEED_X2APIC();
    for (int bit = 8; bit < 32 && !fw_case_ended(); bit++) {
        aim(0, x86_cpu_apic_id(0) | 1u << bit);
        EXPECT_ON(0);
    }
}

FW_CASE(dest_broadcast, "vtd.dest.x2apic-broadcast",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST; SDM 3A, 11.12.9",
        "All ones reach every processor")
{
    NEED_DEVICE();
    NEED_X2APIC();
    aim(0, 0xffffffff);
    EXPECT_ON(all_cpus());
}

FW_CASE(dest_logical, "vtd.dest.x2apic-logical",
        "VT-d 9.9 IRTE for Remapped Interrupts: DM",
        "Logical mode, each processor by its logical id")
{
    NEED_DEVICE();
    NEED_X2APIC();
    on_each(read_ldr);
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        aim(IRTE_DM, ldr[cpu]);
        EXPECT_ON(1u << cpu);
    }
}

FW_CASE(dest_logical_many, "vtd.dest.x2apic-logical-many",
        "VT-d 9.9 IRTE for Remapped Interrupts: DM",
        "Logical mode, several processors of a cluster at once")
{
    NEED_DEVICE();
    NEED_X2APIC();
    NEED_CPUS(3);
    on_each(read_ldr);
    if (ldr[0] >> 16 != ldr[2] >> 16) {
        FW_SKIP("the processors are in different clusters");
    }
    aim(IRTE_DM, ldr[0] | ldr[2]);
    EXPECT_ON(5);
}

FW_CASE(dest_lowest, "vtd.dest.x2apic-lowest",
        "VT-d 9.9 IRTE for Remapped Interrupts: RH, DLM",
        "Lowest priority: exactly one of those that are addressed")
{
    NEED_DEVICE();
    NEED_X2APIC();
    NEED_CPUS(3);
    on_each(read_ldr);
    if (ldr[1] >> 16 != ldr[2] >> 16) {
        FW_SKIP("the processors are in different clusters");
    }
    for (int i = 0; i < 20 && !fw_case_ended(); i++) {
        aim(IRTE_DM | IRTE_RH | IRTE_DLM(DLM_LOWEST), ldr[1] | ldr[2]);
        EXPECT_ONE_OF(6);
    }
}

FW_CASE(dest_hint, "vtd.dest.x2apic-hint",
        "VT-d 9.9 IRTE for Remapped Interrupts: RH",
        "With the redirection hint a fixed interrupt goes to one of the"
        " processors that DST specifies")
{
    NEED_DEVICE();
    NEED_X2APIC();
    NEED_CPUS(3);
    on_each(read_ldr);
    if (ldr[1] >> 16 != ldr[2] >> 16) {
        FW_SKIP("the processors are in different clusters");
    }
    aim(IRTE_DM | IRTE_RH, ldr[1] | ldr[2]);
    EXPECT_ONE_OF(6);
    aim(IRTE_DM | IRTE_RH, ldr[2]);
    EXPECT_ON(4);
}

/* xAPIC mode ---------------------------------------------------------------- */

FW_CASE(dest_xapic_physical, "vtd.dest.xapic-physical",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST",
        "Physical mode, each processor by the 8-bit id in DST's bits 15:8")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        aim(0, x86_cpu_apic_id(cpu));
        EXPECT_ON(1u << cpu);
    }
}

FW_CASE(dest_xapic_broadcast, "vtd.dest.xapic-broadcast",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST",
        "Id 255 reaches every processor")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    aim(0, 0xff);
    EXPECT_ON(all_cpus());
}

FW_CASE(dest_xapic_flat, "vtd.dest.xapic-flat",
        "VT-d 9.9 IRTE for Remapped Interrupts: DM",
        "Logical flat mode: one, several, all processors")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    on_each(set_flat);
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        aim(IRTE_DM, 1u << cpu);
        EXPECT_ON(1u << cpu);
    }
    aim(IRTE_DM, all_cpus());
    EXPECT_ON(all_cpus());
    aim(IRTE_DM, all_cpus() & ~1u);
    EXPECT_ON(all_cpus() & ~1u);
}

FW_CASE(dest_xapic_cluster, "vtd.dest.xapic-cluster",
        "VT-d 9.9 IRTE for Remapped Interrupts: DM",
        "Logical cluster mode: the members of one cluster")
{
    NEED_DEVICE();
    NEED_CPUS(4);
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    on_each(set_cluster);
    aim(IRTE_DM, 0x02);
    EXPECT_ON(2);
    aim(IRTE_DM, 0x13);
    EXPECT_ON(0xc);
}

FW_CASE(dest_xapic_lowest, "vtd.dest.xapic-lowest",
        "VT-d 9.9 IRTE for Remapped Interrupts: RH, DLM",
        "Lowest priority: exactly one of those that are addressed")
{
    NEED_DEVICE();
    NEED_CPUS(3);
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    on_each(set_flat);
    for (int i = 0; i < 20 && !fw_case_ended(); i++) {
        aim(IRTE_DM | IRTE_RH | IRTE_DLM(DLM_LOWEST), 6);
        EXPECT_ONE_OF(6);
    }
}

FW_CASE(dest_xapic_hint, "vtd.dest.xapic-hint",
        "VT-d 9.9 IRTE for Remapped Interrupts: RH",
        "With the redirection hint a fixed interrupt goes to one of the"
        " processors that DST specifies")
{
    NEED_DEVICE();
    NEED_CPUS(3);
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    on_each(set_flat);
    aim(IRTE_DM | IRTE_RH, 6);
    EXPECT_ONE_OF(6);
    aim(IRTE_DM | IRTE_RH, 2);
    EXPECT_ON(2);
}
