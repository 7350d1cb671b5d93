/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was accepted and has not landed: time, order, drain. */
#include "rig.h"

#define CONTROL (PID + 32)
#define R(vector) "REMAPPED vector " vector " fixed physical edge to 0x1"
#define POSTED "CAS8 0x3008 0x0->0x2; CAS8 0x3020 0xf20000->0xf20001"

/* Entries 0 to 15 remapped, entry 16 posted to the descriptor at PID,
 * entries 17 to 31 each posted to a descriptor of their own */
static void start(uint64_t delay, uint64_t notify_delay)
{
    const VrParam params[] = {
        { "delay", delay }, { "notify-delay", notify_delay },
    };

    rig_variants(params, 2);
    for (unsigned i = 0; i < 16; i++) {
        entry(i, remapped(0x40 + i, 1), 0);
    }
    for (unsigned i = 0; i < 16; i++) {
        descriptor(PID + 64 * i, NV(0xf2) | NDST(i));
        entry_posted(16 + i, 0x41, PID + 64 * i, 0);
    }
    poke(STATUS, 0);
    remapping_on();
    queue_on(false);
}

static void test_remapped(void)
{
    start(100, 0);
    time_is(1000);
    request(0);
    EFFECTS("TIMER 1100 ns");
    READS("READ16 0x100000");
    time_is(1099);
    EFFECTS("");
    time_is(1100);
    EFFECTS(R("0x40") "; TIMER 0 ns");
}

static void test_passed(void)
{
    start(100, 0);
    gcmd_clear(IRE);
    device_writes(0x1234, 5);
    EFFECTS("TIMER 100 ns");
    time_is(5000);
    EFFECTS("PASS 0x1234 = 0x00000005; TIMER 0 ns");
    set_table(7);
    gcmd_set(IRE | CFI);
    device_writes(0xfee01000, 0x41); /* compatibility */
    EFFECTS("TIMER 5100 ns");
    time_is(5100);
    EFFECTS("PASS 0xfee01000 = 0x00000041; TIMER 0 ns");
}

static void test_posted(void)
{
    start(100, 0);
    request(16);
    READS("READ16 0x100100");
    EFFECTS("TIMER 100 ns");
    poke(CONTROL, NV(0xeb) | NDST(9)); /* read when it lands */
    time_is(100);
    READS("READ8 0x3008; READ16 0x3020; READ16 0x3030");
    EFFECTS("CAS8 0x3008 0x0->0x2; CAS8 0x3020 0x900eb0000->0x900eb0001; "
            "NOTIFY NV 0xeb to 0x9; TIMER 0 ns");
}

/* Faults of a request come at once, those of its landing when it lands. */
static void test_faults(void)
{
    start(100, 0);
    request(0x100);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0x100);
    EFFECTS("");
    request(16);
    poke(CONTROL, 4);
    NO_FAULT();
    forget();
    time_is(100);
    EFFECTS("TIMER 0 ns");
    FAULT(VR_VTD_FR_IR_PID_RSVD, 16);
}

static void test_notification(void)
{
    start(0, 50);
    request(16);
    EFFECTS(POSTED "; TIMER 50 ns");
    poke(CONTROL, NV(0x11)); /* NV and NDST were decided */
    time_is(49);
    EFFECTS("");
    time_is(50);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; TIMER 0 ns");
}

/* Both delays: the second begins when the first has ended. */
static void test_both(void)
{
    start(100, 50);
    request(16);
    EFFECTS("TIMER 100 ns");
    time_is(120);
    EFFECTS(POSTED "; TIMER 170 ns");
    time_is(169);
    EFFECTS("");
    time_is(170);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; TIMER 0 ns");
}

static void test_order(void)
{
    start(100, 0);
    request(2);
    time_is(10);
    request(0);
    time_is(20);
    request(1);
    EFFECTS("TIMER 100 ns"); /* the earliest */
    time_is(109);
    EFFECTS(R("0x42") "; TIMER 110 ns");
    time_is(1000);
    EFFECTS(R("0x40") "; " R("0x41") "; TIMER 0 ns");
}

/* Notifications that are due go before requests that are due. */
static void test_notifications_first(void)
{
    start(100, 50);
    request(16);
    time_is(90);
    request(0);
    time_is(100); /* the notification is due at 150, the request at 190 */
    EFFECTS(POSTED "; TIMER 100 ns; TIMER 150 ns");
    time_is(190);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; " R("0x40") "; TIMER 0 ns");
    start(100, 500); /* and also where they became due later */
    request(16);
    time_is(100);
    time_is(480);
    request(0); /* due at 580, the notification at 600 */
    EFFECTS(POSTED "; TIMER 100 ns; TIMER 600 ns; TIMER 580 ns");
    time_is(600);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; " R("0x40") "; TIMER 0 ns");
}

static void test_earlier_of_both(void)
{
    start(100, 500);
    request(16);
    time_is(100);
    forget();
    request(0); /* at 200, the notification at 600 */
    EFFECTS("TIMER 200 ns");
    time_is(200);
    EFFECTS(R("0x40") "; TIMER 600 ns");
    time_is(600);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; TIMER 0 ns");
}

/* A ninth makes the oldest land before its time. */
static void test_eight_wait(void)
{
    start(100, 0);
    for (unsigned i = 0; i < 8; i++) {
        time_is(i + 1);
        request(i);
    }
    EFFECTS("TIMER 101 ns");
    request(8);
    EFFECTS(R("0x40") "; TIMER 102 ns");
    request(9);
    EFFECTS(R("0x41") "; TIMER 103 ns");
    time_is(200);
    EFFECTS(R("0x42") "; " R("0x43") "; " R("0x44") "; " R("0x45") "; "
            R("0x46") "; " R("0x47") "; " R("0x48") "; " R("0x49")
            "; TIMER 0 ns");
}

static void test_eight_notifications(void)
{
    start(0, 50);
    for (unsigned i = 0; i < 8; i++) {
        request(16 + i);
    }
    EQ(count(VR_EFF_MSG, 0), 0);
    forget();
    request(24);
    EFFECTS("CAS8 0x3208 0x0->0x2; "
            "CAS8 0x3220 0x800f20000->0x800f20001; NOTIFY NV 0xf2 to 0x0");
    time_is(50);
    EFFECTS("NOTIFY NV 0xf2 to 0x1; NOTIFY NV 0xf2 to 0x2; "
            "NOTIFY NV 0xf2 to 0x3; NOTIFY NV 0xf2 to 0x4; "
            "NOTIFY NV 0xf2 to 0x5; NOTIFY NV 0xf2 to 0x6; "
            "NOTIFY NV 0xf2 to 0x7; NOTIFY NV 0xf2 to 0x8; TIMER 0 ns");
}

static void test_time_stands(void)
{
    start(100, 0);
    time_is(1000);
    time_is(5); /* not later: ignored */
    time_is(1000);
    request(0);
    EFFECTS("TIMER 1100 ns");
    time_is(1000);
    time_is(0);
    EFFECTS("");
    time_is(UINT64_MAX);
    EFFECTS(R("0x40") "; TIMER 0 ns");
}

/* The due time is 2^64 nanoseconds and something: there is a way to end. */
static void test_end_of_time(void)
{
    start(100, 50);
    time_is(UINT64_MAX);
    request(0);
    request(16);
    forget();
    submit(WAIT_SW(1), STATUS);
    EFFECTS(R("0x40") "; " POSTED "; NOTIFY NV 0xf2 to 0x0; "
            "WRITE4 0x4000 = 0x1; TIMER 0 ns");
}

/* --- drain --- */

static void pending_of_both(void)
{
    start(100, 500);
    request(16);
    time_is(100); /* a notification waits */
    request(0);
    request(17);
    forget();
}

#define DRAINED                                                             \
    "NOTIFY NV 0xf2 to 0x0; " R("0x40") "; CAS8 0x3048 0x0->0x2; "          \
    "CAS8 0x3060 0x100f20000->0x100f20001; NOTIFY NV 0xf2 to 0x1"

static void test_wait_drains(void)
{
    pending_of_both();
    submit(WAIT_SW(7), STATUS);
    EFFECTS(DRAINED "; WRITE4 0x4000 = 0x7; TIMER 0 ns");
    pending_of_both();
    wr(VR_VTD_IECTL_REG, 0);
    submit(WAIT_IF, 0);
    EFFECTS(DRAINED "; COMPLETION_EVENT 0x0 = 0x0; TIMER 0 ns");
    pending_of_both();
    submit(WAIT, 0);
    EFFECTS(DRAINED "; TIMER 0 ns");
}

static void test_invalidation_drains_nothing(void)
{
    pending_of_both();
    entry(0, remapped(0x99, 1), 0);
    put(IEC_ONE(0, 0), 0);
    submit(IEC, 0);
    EFFECTS("");
    submit(WAIT_SW(7), STATUS); /* what was accepted keeps its entry */
    EFFECTS(DRAINED "; WRITE4 0x4000 = 0x7; TIMER 0 ns");
    request(0);
    time_is(1000);
    EFFECTS(R("0x99") "; TIMER 200 ns; TIMER 0 ns");
}

/* A wait in error, and descriptors that are none, drain nothing. */
static void test_others_drain_nothing(void)
{
    pending_of_both();
    submit(WAIT | 1ull << 7, 0);
    EFFECTS("");
    wr(VR_VTD_FSTS_REG, IQE);
    poke(QUEUE, 2); /* for the DMA side */
    wr(VR_VTD_FSTS_REG, IQE);
    EFFECTS("DMA_DESC IOTLB 0x0000000000000000:0000000000000002");
    msg(VR_VTD_DMA_DESC_DONE, 0, 0);
    gcmd_clear(QIE);
    gcmd_set(QIE);
    wr8(VR_VTD_IRTA_REG, 0);
    EFFECTS("DMA_DESC IOTLB 0x0000000000000000:0000000000000002");
}

static void test_commands_drain(void)
{
    pending_of_both();
    gcmd_set(SIRTP);
    EFFECTS(DRAINED "; TIMER 0 ns");
    pending_of_both();
    gcmd_clear(IRE);
    EFFECTS(DRAINED "; TIMER 0 ns");
    pending_of_both();
    gcmd_set(CFI);
    EFFECTS(DRAINED "; TIMER 0 ns");
    gcmd_clear(IRE);
    device_writes(0x1234, 5);
    forget();
    gcmd_set(IRE);
    EFFECTS("PASS 0x1234 = 0x00000005; TIMER 0 ns");
    request(0);
    forget();
    gcmd_clear(CFI);
    EFFECTS(R("0x40") "; TIMER 0 ns");
    request(0);
    forget();
    gcmd_set(0); /* no command */
    gcmd_clear(QIE);
    EFFECTS("");
}

/* What a request does was decided when it came: EIME too. */
static void test_mode_of_acceptance(void)
{
    start(100, 0);
    set_table(7); /* xAPIC */
    entry(0, remapped(0x40, 0xab00), 0);
    descriptor(PID, NV(0xf2) | NDST(0xcd00));
    forget();
    request(0);
    request(16);
    wr8(VR_VTD_IRTA_REG, TABLE | EIME | 7);
    forget();
    gcmd_set(SIRTP);
    EFFECTS("REMAPPED vector 0x40 fixed physical edge to 0xab; "
            "CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xcd0000f20000->0xcd0000f20001; "
            "NOTIFY NV 0xf2 to 0xcd; TIMER 0 ns");
    request(16);
    poke(CONTROL, NV(0xf2) | NDST(0x12345678));
    time_is(100);
    EFFECTS("CAS8 0x3008 0x2->0x2; "
            "CAS8 0x3020 0x1234567800f20000->0x1234567800f20001; "
            "NOTIFY NV 0xf2 to 0x12345678; TIMER 100 ns; TIMER 0 ns");
}

/* A fault in a drain comes before the status of the wait. */
static void test_fault_in_drain(void)
{
    start(100, 0);
    wr(VR_VTD_FECTL_REG, 0);
    request(16);
    poke(CONTROL, 4);
    forget();
    submit(WAIT_SW(1), STATUS);
    EFFECTS("FAULT_EVENT 0x0 = 0x0; WRITE4 0x4000 = 0x1; TIMER 0 ns");
    FAULT(VR_VTD_FR_IR_PID_RSVD, 16);
}

/* Two waits in one go: the second has nothing left to drain. */
static void test_second_wait(void)
{
    pending_of_both();
    put(WAIT_SW(1), STATUS);
    submit(WAIT_SW(2), STATUS);
    EFFECTS(DRAINED "; WRITE4 0x4000 = 0x1; WRITE4 0x4000 = 0x2; "
            "TIMER 0 ns");
}

const Test delay_tests[] = {
    { "a remapped request, block contract, \"delay\"", test_remapped },
    { "requests that pass, block contract, \"delay\"", test_passed },
    { "a posted request, block contract, \"delay\"", test_posted },
    { "when faults come, 5.1.4.1 \"Interrupt Remapping Fault Conditions\"",
      test_faults },
    { "a notification, block contract, \"notify-delay\"",
      test_notification },
    { "both delays, block contract", test_both },
    { "order of arrival, block contract", test_order },
    { "notifications first, block contract", test_notifications_first },
    { "TIMER is the earliest, block contract", test_earlier_of_both },
    { "eight requests wait, block contract", test_eight_wait },
    { "eight notifications wait, block contract",
      test_eight_notifications },
    { "time does not go back, block contract", test_time_stands },
    { "the end of time, block contract", test_end_of_time },
    { "a wait drains, 6.5.2 \"Invalidation Wait Descriptor\", 5.2.4 "
      "\"Ordering Requirements for Interrupt Posting\"",
      test_wait_drains },
    { "an invalidation does not drain, 6.5.2 \"Queued Invalidation "
      "Ordering Considerations\"", test_invalidation_drains_nothing },
    { "nor do others, 6.5.2 \"Queued Invalidation Ordering "
      "Considerations\"", test_others_drain_nothing },
    { "SIRTP and changes of IRE and CFI drain, 11.4 \"Global Command "
      "Register\"", test_commands_drain },
    { "the mode of acceptance, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_mode_of_acceptance },
    { "a fault in a drain, 6.5.2 \"Invalidation Wait Descriptor\"",
      test_fault_in_drain },
    { "two waits, 6.5.2 \"Invalidation Wait Descriptor\"",
      test_second_wait },
    { NULL, NULL },
};
