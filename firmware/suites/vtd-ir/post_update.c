/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a posted interrupt does to its descriptor, and when it notifies */
#include "irqgen.h"
#include "pci.h"
#include "vtd.h"

#define INDEX 77
#define APIC_TMR 0x180

/* Entry INDEX posts `vector` into pids[0], which notifies processor 0. */
static void begin(int vector, uint64_t flags)
{
    Irte e = irte_posted(&pids[0], vector);

    pid_init(&pids[0], 0);
    e.lo |= flags;
    irte_set(INDEX, e);
}

#define NOT_NOTIFIED() do { EXPECT_NOTHING(); EXPECT_NO_FAULT(); } while (0)
#define NOTIFIED()     EXPECT_DELIVERED(0, NOTIFICATION)

FW_CASE(post_basic, "vtd.post.basic",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The request sets its bit in PIR and ON, and is notified")
{
    NEED_POSTING();
    begin(0x5a, 0);
    fire(INDEX);
    NOTIFIED();
    EXPECT_PIR(&pids[0], 0x5a);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_ON);
    for (int i = 0; i < 3; i++) {
        FW_EQUAL(pids[0].reserved[i], 0);
    }
}

FW_CASE(post_vectors, "vtd.post.vectors",
        "VT-d 9.11 Posted Interrupt Descriptor: PIR",
        "Each of the 256 vectors sets its own bit")
{
    NEED_POSTING();
    begin(0, 0);
    pids[0].control |= PID_ON;
    for (int v = 0; v < 256 && !fw_case_ended(); v++) {
        irte_set(INDEX, irte_posted(&pids[0], v));
        fire(INDEX);
        hal_delay_us(1);
        settle();
        EXPECT_PIR(&pids[0], v);
        pids[0].pir[v / 64] = 0;
    }
    NOT_NOTIFIED();
}

FW_CASE(post_on, "vtd.post.on",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "ON is set: only the bit in PIR is set")
{
    NEED_POSTING();
    begin(0x31, 0);
    pids[0].control |= PID_ON;
    fire(INDEX);
    NOT_NOTIFIED();
    EXPECT_PIR(&pids[0], 0x31);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_ON);
}

FW_CASE(post_again, "vtd.post.pir-was-set",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The bit in PIR is set already, ON is not: notified all the same")
{
    NEED_POSTING();
    begin(0x31, 0);
    pids[0].pir[0] |= 1ull << 0x31;
    fire(INDEX);
    NOTIFIED();
    EXPECT_PIR(&pids[0], 0x31);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_ON);
}

FW_CASE(post_others, "vtd.post.pir-not-empty",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "Other bits in PIR are set, ON is not: notified all the same")
{
    NEED_POSTING();
    begin(0x31, 0);
    for (int other = 0; other < 256 && !fw_case_ended(); other += 15) {
        pid_init(&pids[0], 0);
        pids[0].pir[other / 64] |= 1ull << other % 64;
        fire(INDEX);
        NOTIFIED();
        EXPECT_PIR(&pids[0], 0x31, other);
        EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_ON);
    }
}

FW_CASE(post_suppressed, "vtd.post.sn",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "SN is set, not urgent: the bit in PIR, neither ON nor a notification")
{
    NEED_POSTING();
    begin(0x80, 0);
    pids[0].control |= PID_SN;
    fire(INDEX);
    NOT_NOTIFIED();
    EXPECT_PIR(&pids[0], 0x80);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_SN);
}

FW_CASE(post_suppressed_on, "vtd.post.sn-on",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "SN and ON are set: ON stays")
{
    NEED_POSTING();
    begin(0x80, 0);
    pids[0].control |= PID_SN | PID_ON;
    fire(INDEX);
    NOT_NOTIFIED();
    EXPECT_PIR(&pids[0], 0x80);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_SN | PID_ON);
}

FW_CASE(post_urgent, "vtd.post.urgent",
        "VT-d 9.10 IRTE for Posted Interrupts: URG",
        "SN is set, urgent: ON and a notification")
{
    NEED_POSTING();
    begin(0x80, IRTE_URG);
    pids[0].control |= PID_SN;
    fire(INDEX);
    NOTIFIED();
    EXPECT_PIR(&pids[0], 0x80);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_SN | PID_ON);
}

FW_CASE(post_urgent_plain, "vtd.post.urgent-without-sn",
        "VT-d 9.10 IRTE for Posted Interrupts: URG",
        "SN is clear, urgent: as any other")
{
    NEED_POSTING();
    begin(0x80, IRTE_URG);
    fire(INDEX);
    NOTIFIED();
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION) | PID_ON);
}

FW_CASE(post_urgent_on, "vtd.post.urgent-on",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "ON is set, urgent: no second notification, with SN or without")
{
    NEED_POSTING();
    begin(0x80, IRTE_URG);
    pids[0].control |= PID_ON;
    fire(INDEX);
    NOT_NOTIFIED();
    pids[0].control |= PID_SN;
    fire(INDEX);
    NOT_NOTIFIED();
    EXPECT_PIR(&pids[0], 0x80);
}

FW_CASE(post_coalesces, "vtd.post.coalesces",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "200 requests for 200 vectors while ON is set: one notification")
{
    uint64_t bits = 0;

    NEED_POSTING();
    begin(0, 0);
    for (int v = 0; v < 200; v++) {
        irte_write(INDEX + v, irte_posted(&pids[0], v));
    }
    iec_invalidate_all();
    for (int v = 0; v < 200; v++) {
        fire(INDEX + v);
    }
    NOTIFIED();
    for (int v = 0; v < 256; v++) {
        bits += pid_has(&pids[0], v);
    }
    FW_EQUAL(bits, 200);
}

FW_CASE(post_rearmed, "vtd.post.on-cleared",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "Each time software has cleared ON the next request notifies again")
{
    NEED_POSTING();
    begin(0x99, 0);
    for (int i = 0; i < 50 && !fw_case_ended(); i++) {
        fire(INDEX);
        NOTIFIED();
        fire(INDEX);
        NOT_NOTIFIED();
        __atomic_fetch_and(&pids[0].control, ~PID_ON, __ATOMIC_SEQ_CST);
    }
}

FW_CASE(post_nv, "vtd.post.nv", "VT-d 9.11 Posted Interrupt Descriptor: NV",
        "The notification has the vector that the descriptor has now")
{
    NEED_POSTING();
    begin(0x42, 0);
    for (int nv = 0x50; nv < 0xf0 && !fw_case_ended(); nv += 9) {
        pids[0].control = pid_control(0, nv);
        fire(INDEX);
        EXPECT_DELIVERED(0, nv);
        EXPECT_CONTROL(&pids[0], pid_control(0, nv) | PID_ON);
    }
}

FW_CASE(post_ndst, "vtd.post.ndst",
        "VT-d 9.11 Posted Interrupt Descriptor: NDST",
        "The notification goes where the descriptor says now")
{
    NEED_POSTING();
    begin(0x42, 0);
    for (int round = 0; round < 2; round++) {
        for (int cpu = 0; cpu < hal_cpu_count() && !fw_case_ended(); cpu++) {
            pids[0].control = pid_control(cpu, NOTIFICATION);
            fire(INDEX);
            EXPECT_DELIVERED(cpu, NOTIFICATION);
        }
    }
}

FW_CASE(post_ndst_bits, "vtd.post.ndst-32-bits",
        "VT-d 9.11 Posted Interrupt Descriptor: NDST",
        "In x2APIC mode all 32 bits count: an id that no processor has reaches"
        " none, and ON is set")
{
    NEED_POSTING();
    NEED_X2APIC();
    begin(0x42, 0);
    for (int bit = 8; bit < 32 && !fw_case_ended(); bit++) {
        uint64_t control = pid_control(0, NOTIFICATION) | 1ull << (32 + bit);

        pids[0].control = control;
        fire(INDEX);
        NOT_NOTIFIED();
        EXPECT_CONTROL(&pids[0], control | PID_ON);
    }
}

FW_CASE(post_xapic, "vtd.post.xapic",
        "VT-d 9.11 Posted Interrupt Descriptor: NDST",
        "In xAPIC mode NDST's bits 15:8 are the processor's id")
{
    NEED_POSTING();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    begin(0x42, 0);
    for (int cpu = 0; cpu < hal_cpu_count() && !fw_case_ended(); cpu++) {
        pids[0].control = pid_control(cpu, NOTIFICATION);
        fire(INDEX);
        EXPECT_DELIVERED(cpu, NOTIFICATION);
        EXPECT_CONTROL(&pids[0], pid_control(cpu, NOTIFICATION) | PID_ON);
    }
}

static volatile int trigger_mode;

static void look_at_tmr(FwFrame *frame)
{
    trigger_mode = x86_apic_read(APIC_TMR + frame->vector / 32 * 16)
        >> frame->vector % 32 & 1;
    x86_apic_eoi();
}

FW_CASE(post_edge, "vtd.post.edge",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The notification is edge-triggered")
{
    NEED_POSTING();
    begin(0x42, 0);
    trigger_mode = -1;
    x86_set_handler(NOTIFICATION, look_at_tmr);
    fire(INDEX);
    settle();
    x86_set_handler(NOTIFICATION, NULL);
    FW_EQUAL(trigger_mode, 0);
}

FW_CASE(post_two_pids, "vtd.post.two-descriptors",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "Two descriptors for two processors do not touch each other")
{
    NEED_POSTING();
    NEED_CPUS(2);
    begin(0x42, 0);
    pid_init(&pids[2], 1);
    irte_set(INDEX + 1, irte_posted(&pids[2], 0xc3));
    fire(INDEX);
    EXPECT_DELIVERED(0, NOTIFICATION);
    fire(INDEX + 1);
    EXPECT_DELIVERED(1, NOTIFICATION);
    EXPECT_PIR(&pids[0], 0x42);
    EXPECT_PIR(&pids[2], 0xc3);
    EXPECT_PIR(&pids[1], -1);
    EXPECT_PIR(&pids[3], -1);
    FW_EQUAL(pids[1].control | pids[3].control, 0);
}

FW_CASE(post_switch, "vtd.post.remapped-and-back",
        "VT-d 5.2.1 Interrupt Remapping Table Support for Interrupt Posting",
        "An entry goes from remapped to posted format and back, in one step"
        " and with an invalidation each time")
{
    NEED_POSTING();
    for (int i = 0; i < 20 && !fw_case_ended(); i++) {
        irte_set(INDEX, irte_remapped(0, VECTOR));
        fire(INDEX);
        EXPECT_DELIVERED(0, VECTOR);
        begin(0x42, 0);
        fire(INDEX);
        NOTIFIED();
        EXPECT_PIR(&pids[0], 0x42);
    }
}

FW_CASE(post_msix, "vtd.post.msix",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "16 vectors of MSI-X in one burst: 16 bits, one notification")
{
    unsigned ch = VR_IRQGEN_CHANNEL(1);
    PciMsix msix;

    NEED_POSTING();
    FW_REQUIRE(pci_msix_open(device_id(), &msix), "no MSI-X");
    pid_init(&pids[0], 0);
    for (int i = 0; i < 16; i++) {
        irte_write(i, irte_posted(&pids[0], 16 * i + i));
        pci_msix_set(&msix, i, request(i, false), 0);
        pci_msix_mask(&msix, i, false);
    }
    iec_invalidate_all();
    pci_msix_enable(&msix, true, false);
    device_write(ch + VR_IRQGEN_CH_VECTORS, 16);
    device_write64(ch + VR_IRQGEN_CH_COUNT, 16);
    device_write(ch + VR_IRQGEN_CH_BURST, 16);
    device_write(ch + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
    NOTIFIED();
    EXPECT_PIR(&pids[0], 0, 17, 34, 51, 68, 85, 102, 119, 136, 153, 170, 187,
               204, 221, 238, 255);
}
