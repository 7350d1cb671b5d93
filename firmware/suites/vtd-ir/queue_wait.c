/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue goes on: waits, order, wrap-around, both widths */
#include "vtd.h"

static void push_wait(uint64_t flags, uint32_t data, const volatile void *p)
{
    queue_push(INV_WAIT | flags | INV_WAIT_DATA(data), (uint64_t)p);
}

#define NEED_WIDE()                                                       \
    do {                                                                  \
        if (!(vtd.ecap & ECAP_SMTS)) {                                    \
            FW_SKIP("no descriptors of 256 bits (ECAP_REG.SMTS)");        \
        }                                                                 \
        FW_REQUIRE(queue_stop() && queue_start(0, true), "no queue");     \
    } while (0)

FW_CASE(queue_status_write, "vtd.queue.status-write",
        "VT-d 6.5.2, Invalidation Wait Descriptor: SW",
        "A wait writes 32 bits of data where it is told to")
{
    volatile uint32_t *word = scratch(0);

    push_wait(INV_WAIT_SW, 0xdeadbeef, &word[1]);
    queue_ring();
    FW_REQUIRE(queue_idle(), "the queue stands");
    FW_EQUAL(word[0], 0);
    FW_EQUAL(word[1], 0xdeadbeef);
    FW_EQUAL(word[2], 0);
    EXPECT_NO_FAULT();
}

FW_CASE(queue_head, "vtd.queue.head",
        "VT-d 11.4, Invalidation Queue Head Register",
        "The head follows the tail")
{
    uint64_t tail;

    for (int i = 0; i < 5; i++) {
        push_wait(INV_WAIT_SW, i, scratch(0));
    }
    tail = queue.tail;
    FW_CHECK(vtd_read64(VTD_IQH) != tail, "the head moved by itself");
    queue_ring();
    FW_CHECK(queue_idle(), "the queue stands");
    FW_EQUAL(vtd_read64(VTD_IQH), tail);
}

FW_CASE(queue_order, "vtd.queue.order",
        "VT-d 6.5.2, Queued Invalidation Ordering Considerations",
        "Waits write in the order of the queue")
{
    volatile uint32_t *word = scratch(0);

    for (int i = 1; i <= 100; i++) {
        push_wait(INV_WAIT_SW | (i & 1 ? INV_WAIT_FN : 0), i, &word[i & 3]);
    }
    queue_ring();
    FW_REQUIRE(queue_idle(), "the queue stands");
    FW_EQUAL(word[0], 100);
    FW_EQUAL(word[1], 97);
    FW_EQUAL(word[2], 98);
    FW_EQUAL(word[3], 99);
}

static void go_round(unsigned total, unsigned at_once)
{
    volatile uint32_t *word = scratch(0);

    for (unsigned n = 1; n <= total && !fw_case_ended(); n++) {
        push_wait(INV_WAIT_SW, n, &word[n % 1024]);
        if (n % at_once == 0) {
            queue_ring();
            FW_REQUIRE(queue_idle(), "the queue stands at %u", n);
            FW_EQUAL(word[n % 1024], n);
        }
    }
}

FW_CASE(queue_wraps, "vtd.queue.wraps",
        "VT-d 6.5.2 Queued Invalidation Interface",
        "The queue goes round: 1,600 descriptors in 256 places")
{
    go_round(1600, 64);
    go_round(300, 1);
    go_round(1275, 255);
}

FW_CASE(queue_larger, "vtd.queue.larger",
        "VT-d 11.4, Invalidation Queue Address Register: QS",
        "A queue of two pages, round and round")
{
    FW_REQUIRE(queue_stop() && queue_start(1, false), "no queue");
    go_round(1530, 510);
}

FW_CASE(queue_restart, "vtd.queue.restart",
        "VT-d 11.4, Global Command Register: QIE",
        "Disabled, the head is 0; the queue begins again from there")
{
    for (int i = 0; i < 3; i++) {
        FW_REQUIRE(queue_sync(), "the queue stands");
        FW_CHECK(vtd_read64(VTD_IQH) != 0, "the head is 0");
        FW_REQUIRE(queue_stop(), "QIES stays");
        FW_EQUAL(vtd_read64(VTD_IQH), 0);
        FW_REQUIRE(queue_start(0, false), "QIES does not come");
    }
    FW_CHECK(queue_sync(), "the queue stands");
}

FW_CASE(queue_disabled, "vtd.queue.disabled",
        "VT-d 11.4, Global Command Register: QIE",
        "While it is disabled nothing is fetched")
{
    volatile uint32_t *word = scratch(0);

    FW_REQUIRE(queue_stop(), "QIES stays");
    queue.tail = 0;
    push_wait(INV_WAIT_SW, 77, word);
    hal_delay_us(1000);
    FW_EQUAL(*word, 0);
    FW_EQUAL(vtd_read64(VTD_IQH), 0);
}

FW_CASE(queue_wide, "vtd.queue.wide",
        "VT-d 11.4, Invalidation Queue Address Register: DW",
        "Descriptors of 256 bits")
{
    volatile uint32_t *word = scratch(0);

    NEED_WIDE();
    push_wait(INV_WAIT_SW, 0x11223344, word);
    queue_ring();
    FW_REQUIRE(queue_idle(), "the queue stands");
    FW_EQUAL(*word, 0x11223344);
    FW_EQUAL(vtd_read64(VTD_IQH), 32);
}

FW_CASE(queue_wide_wraps, "vtd.queue.wide-wraps",
        "VT-d 11.4, Invalidation Queue Address Register: DW",
        "A queue of 128 places of 256 bits goes round")
{
    NEED_WIDE();
    go_round(1270, 127);
}

FW_CASE(queue_wide_iec, "vtd.queue.wide-invalidates",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor",
        "An invalidation of 256 bits takes effect")
{
    NEED_DEVICE();
    NEED_WIDE();
    for (int i = 0; i < 4 && !fw_case_ended(); i++) {
        irte_set(8, irte_remapped(0, VECTOR + i));
        fire(8);
        EXPECT_DELIVERED(0, VECTOR + i);
    }
}

FW_CASE(queue_dma, "vtd.queue.dma-descriptors",
        "VT-d 6.5.2 Queued Invalidation Interface",
        "Invalidations for DMA between waits: all are done, in order")
{
    volatile uint32_t *word = scratch(0);

    for (unsigned i = 1; i <= 20; i++) {
        queue_push(0x11, 0);    /* context cache, global */
        queue_push(0x12, 0);    /* IOTLB, global */
        push_wait(INV_WAIT_SW, i, &word[i]);
    }
    queue_ring();
    FW_REQUIRE(queue_idle(), "the queue stands: FSTS 0x%x",
               vtd_read(VTD_FSTS));
    for (unsigned i = 1; i <= 20; i++) {
        FW_EQUAL(word[i], i);
    }
    EXPECT_NO_FAULT();
}

/* Whatever is under way when a wait completes has arrived by then; the pause is
 * for the processor. */
FW_CASE(queue_wait_lands, "vtd.queue.wait-lands-requests",
        "VT-d 5.1.4, 6.5.2 Invalidation Wait Descriptor",
        "A wait completes when the requests before it have been delivered")
{
    NEED_DEVICE();
    irte_set(4, irte_remapped(0, VECTOR));
    for (int i = 0; i < 5 && !fw_case_ended(); i++) {
        fire(4);
        FW_REQUIRE(queue_sync(), "the queue stands");
        hal_delay_us(20000);
        FW_EQUAL(arrivals(0, VECTOR), i + 1);
    }
}

FW_CASE(queue_wait_posts, "vtd.queue.wait-lands-posts",
        "VT-d 5.2.4 Ordering Requirements for Interrupt Posting",
        "A wait completes when the posts before it, and their notifications,"
        " can be seen")
{
    NEED_POSTING();
    pid_init(&pids[0], 0);
    irte_set(4, irte_posted(&pids[0], VECTOR));
    for (int i = 0; i < 5 && !fw_case_ended(); i++) {
        fire(4);
        FW_REQUIRE(queue_sync(), "the queue stands");
        EXPECT_PIR(&pids[0], VECTOR);
        FW_EQUAL(pids[0].control & PID_ON, PID_ON);
        hal_delay_us(20000);
        FW_EQUAL(arrivals(0, NOTIFICATION), i + 1);
        pid_init(&pids[0], 0);
    }
}

/* Completion event ---------------------------------------------------------------- */

static void completion_on(int cpu)
{
    event_program(VTD_IEDATA, cpu, COMPLETION_VECTOR);
    vtd_write(VTD_IECTL, 0);
}

FW_CASE(queue_event, "vtd.queue.event",
        "VT-d 6.5.2, Hardware Generation of Invalidation Completion Events",
        "A wait with IF raises the completion event on each processor")
{
    for (int cpu = 0; cpu < hal_cpu_count() && !fw_case_ended(); cpu++) {
        completion_on(cpu);
        push_wait(INV_WAIT_IF, 0, NULL);
        queue_ring();
        EXPECT_ARRIVED(cpu, COMPLETION_VECTOR, 1);
        FW_EQUAL(vtd_read(VTD_ICS), ICS_IWC);
        FW_EQUAL(vtd_read(VTD_IECTL), 0);
        vtd_write(VTD_ICS, ICS_IWC);
        FW_EQUAL(vtd_read(VTD_ICS), 0);
    }
}

FW_CASE(queue_event_both, "vtd.queue.event-and-status",
        "VT-d 6.5.2, Invalidation Wait Descriptor: SW, IF",
        "A wait with IF and SW does both")
{
    volatile uint32_t *word = scratch(0);

    completion_on(0);
    push_wait(INV_WAIT_IF | INV_WAIT_SW, 0x5a5a5a5a, word);
    queue_ring();
    EXPECT_ARRIVED(0, COMPLETION_VECTOR, 1);
    FW_EQUAL(*word, 0x5a5a5a5a);
}

FW_CASE(queue_event_masked, "vtd.queue.event-masked",
        "VT-d 11.4, Invalidation Event Control Register: IM, IP",
        "Masked, it is pending, and comes once when it is unmasked")
{
    event_program(VTD_IEDATA, 0, COMPLETION_VECTOR);
    push_wait(INV_WAIT_IF, 0, NULL);
    queue_ring();
    EXPECT_NOTHING();
    FW_EQUAL(vtd_read(VTD_IECTL), EVENT_IM | EVENT_IP);
    vtd_write(VTD_IECTL, 0);
    EXPECT_ARRIVED(0, COMPLETION_VECTOR, 1);
    FW_EQUAL(vtd_read(VTD_IECTL), 0);
}

FW_CASE(queue_event_served, "vtd.queue.event-served",
        "VT-d 11.4, Invalidation Event Control Register: IP",
        "Clearing IWC clears what is pending")
{
    event_program(VTD_IEDATA, 0, COMPLETION_VECTOR);
    push_wait(INV_WAIT_IF, 0, NULL);
    queue_ring();
    FW_REQUIRE(queue_idle(), "the queue stands");
    vtd_write(VTD_ICS, ICS_IWC);
    FW_EQUAL(vtd_read(VTD_IECTL), EVENT_IM);
    vtd_write(VTD_IECTL, 0);
    EXPECT_NOTHING();
}

FW_CASE(queue_event_once, "vtd.queue.event-once",
        "VT-d 11.4, Invalidation Completion Status Register: IWC",
        "While IWC is set another wait raises no event")
{
    completion_on(0);
    push_wait(INV_WAIT_IF, 0, NULL);
    queue_ring();
    EXPECT_ARRIVED(0, COMPLETION_VECTOR, 1);
    push_wait(INV_WAIT_IF, 0, NULL);
    queue_ring();
    EXPECT_NOTHING();
    vtd_write(VTD_ICS, ICS_IWC);
    push_wait(INV_WAIT_IF, 0, NULL);
    queue_ring();
    EXPECT_ARRIVED(0, COMPLETION_VECTOR, 1);
}
