/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RESET brings back the state after create, from whatever there was. */
#include "rig.h"

static void reset(void)
{
    vr_block_reset(block);
}

static void check_registers(void)
{
    for (uint32_t offset = 0; offset < 0x300; offset += 4) {
        uint32_t want = 0;

        switch (offset) {
        case VR_VTD_CAP_REG:
        case VR_VTD_CAP_REG + 4:
        case VR_VTD_ECAP_REG:
            continue; /* not of reset: constant */
        case VR_VTD_FECTL_REG:
        case VR_VTD_IECTL_REG:
            want = IM;
            break;
        }
        check_at(__FILE__, __LINE__, rd(offset) == want,
                 "0x%x is 0x%llx after reset", offset,
                 (unsigned long long)rd(offset));
    }
}

static void test_registers(void)
{
    for (uint32_t offset = 0x34; offset < 0xc0; offset += 4) {
        wr(offset, 0xffffffff);
    }
    wr(VR_VTD_GCMD_REG, 0xffffffff);
    for (unsigned i = 0; i < 9; i++) {
        msg(VR_VTD_DMA_FAULT, UINT64_MAX, UINT64_MAX);
    }
    reset();
    check_registers();
    EQ(rd8(VR_VTD_ECAP_REG), 0xf0001a);
    reset();
    check_registers();
}

/* The next record is the first one again. */
static void test_faults(void)
{
    for (unsigned i = 0; i < 3; i++) {
        msg(VR_VTD_DMA_FAULT, 0x1000, 0);
    }
    reset();
    msg(VR_VTD_DMA_FAULT, 0x2000, 0x55);
    EQ(rd8(VR_VTD_FRCD_REG), 0x2000);
    EQ(rd8(VR_VTD_FRCD_REG + 16), 0);
    EQ(rd(VR_VTD_FSTS_REG), PPF);
}

/* No table is latched, so nothing is inside it. */
static void test_table(void)
{
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    request(0);
    reset();
    forget();
    request(0);
    EFFECTS("PASS 0xfee00010 = 0x00000000");
    wr8(VR_VTD_IRTA_REG, TABLE | EIME | 7);
    gcmd_set(IRE);
    request(0);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0);
    EFFECTS("");
    wr8(VR_VTD_IRTA_REG, 0);
    gcmd_clear(IRE);
    gcmd_set(IRE | CFI);
    device_writes(0xfee01000, 0x41); /* EIME is not latched either */
    EFFECTS("PASS 0xfee01000 = 0x00000041");
}

static void test_cache(void)
{
    rig_variant("esirtps", 0);
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    request(0);
    reset();
    entry(0, remapped(0x41, 2), 0);
    remapping_on();
    request(0);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x2");
}

/* Pointers of round-robin are at way 0 again. */
static void test_pointers(void)
{
    const VrParam params[] = {
        { "iec-sets", 0 }, { "iec-ways", 2 }, { "iec-policy", 1 },
    };

    rig_variants(params, 3);
    for (unsigned i = 0; i < 4; i++) {
        entry(i, remapped(0x40 + i, 1), 0);
    }
    remapping_on();
    for (unsigned i = 0; i < 3; i++) {
        request(i); /* the pointer is at way 1 */
    }
    reset();
    remapping_on();
    for (unsigned i = 0; i < 3; i++) {
        request(i); /* in ways 0, 1, 0 */
    }
    forget();
    request(2);
    request(1);
    READS("");
    request(0); /* in way 1 */
    READS("READ16 0x100000");
    request(2);
    READS("");
}

static void test_queue(void)
{
    queue_on(false);
    submit(2, 0); /* waits for the DMA side */
    reset();
    forget();
    msg(VR_VTD_DMA_DESC_DONE, 0, 0x12340002);
    check_registers();
    EFFECTS("");
    READS("");
    queue_on(false);
    submit(2, 0);
    EFFECTS("DMA_DESC IOTLB 0x0000000000000000:0000000000000002");
}

static void test_pending(void)
{
    const VrParam params[] = { { "delay", 100 }, { "notify-delay", 500 } };

    rig_variants(params, 2);
    entry(0, remapped(0x40, 1), 0);
    descriptor(PID, NV(0xf2));
    entry_posted(1, 0x41, PID, 0);
    time_is(1000);
    remapping_on();
    request(1);
    time_is(1100);
    request(0);
    forget();
    reset();
    EFFECTS("TIMER 0 ns");
    time_is(5000);
    EFFECTS(""); /* all that waited is forgotten */
    reset();
    remapping_on();
    time_is(7); /* the present was 0 */
    request(0);
    EFFECTS("TIMER 107 ns");
    time_is(107);
    EFFECTS("REMAPPED vector 0x40 fixed physical edge to 0x1; TIMER 0 ns");
}

/* RESET is not an event: what was pending is not sent. */
static void test_events(void)
{
    msg(VR_VTD_DMA_FAULT, 0, 0);
    EQ(rd(VR_VTD_FECTL_REG), IM | IP);
    reset();
    wr(VR_VTD_FECTL_REG, 0);
    wr(VR_VTD_IECTL_REG, 0);
    EFFECTS("");
    msg(VR_VTD_DMA_FAULT, 0, 0);
    EFFECTS("FAULT_EVENT 0x0 = 0x0");
}

const Test reset_tests[] = {
    { "registers, 11.4 \"Register Descriptions\"", test_registers },
    { "the fault log, \"Primary Fault Logging\"", test_faults },
    { "nothing is latched, 11.4 \"Interrupt Remapping Table Address "
      "Register\"", test_table },
    { "nothing is cached, \"Interrupt Entry Cache\"", test_cache },
    { "replacement begins anew, \"Interrupt Entry Cache\"", test_pointers },
    { "the queue, 6.5.2 \"Queued Invalidation Interface\"", test_queue },
    { "nothing is pending, and time is 0, block contract", test_pending },
    { "no event is left, \"Fault Events\"", test_events },
    { NULL, NULL },
};
