/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wait descriptor: status write and completion. */
#include "rig.h"

#define FN (1ull << 6)

static void start(void)
{
    rig_variants(NULL, 0);
    poke(STATUS, 0xaaaaaaaaaaaaaaaa);
    wr(VR_VTD_IEADDR_REG, 0xfee01000);
    wr(VR_VTD_IEDATA_REG, 0x51);
    wr(VR_VTD_IECTL_REG, 0);
    queue_on(false);
}

static void test_status_write(void)
{
    start();
    submit(WAIT_SW(0x12345678), STATUS);
    EFFECTS("WRITE4 0x4000 = 0x12345678");
    EQ(peek(STATUS), 0xaaaaaaaa12345678);
    submit(WAIT_SW(0xffffffff), STATUS + 4);
    EFFECTS("WRITE4 0x4004 = 0xffffffff");
    EQ(peek(STATUS), 0xffffffff12345678);
    EQ(rd(VR_VTD_ICS_REG), 0);
}

static void test_interrupt(void)
{
    start();
    submit(WAIT_IF, 0);
    EFFECTS("COMPLETION_EVENT 0xfee01000 = 0x51");
    EQ(rd(VR_VTD_ICS_REG), IWC);
}

static void test_both(void)
{
    start();
    submit(WAIT_SW(1) | WAIT_IF, STATUS);
    EFFECTS("WRITE4 0x4000 = 0x1; COMPLETION_EVENT 0xfee01000 = 0x51");
}

/* Neither: STADDR and STDATA are not used. */
static void test_neither(void)
{
    start();
    submit(WAIT | 0xffffffffull << 32, STATUS);
    submit(WAIT, 0);
    EFFECTS("");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    EQ(rd(VR_VTD_ICS_REG), 0);
    EQ(peek(STATUS), 0xaaaaaaaaaaaaaaaa);
}

static void test_fence(void)
{
    start();
    submit(WAIT_SW(2) | FN, STATUS);
    submit(WAIT_IF | FN, 0);
    EFFECTS("WRITE4 0x4000 = 0x2; COMPLETION_EVENT 0xfee01000 = 0x51");
}

static void test_address(void)
{
    static const uint64_t addresses[] = {
        0x4008, 0xfffffffc, 0x100000000, 0x123456789abcdef4,
        0xfffffffffffffffc,
    };

    for (unsigned i = 0; i < sizeof(addresses) / sizeof(uint64_t); i++) {
        start();
        poke(addresses[i] & ~7ull, 0);
        submit(WAIT_SW(0x77), addresses[i]);
        EQ(count(VR_EFF_MEM_WRITE, addresses[i]), 1);
        EQ(peek(addresses[i] & ~7ull),
           addresses[i] & 4 ? 0x7700000000 : 0x77);
    }
}

/* Nothing reports a status write that does not arrive; the queue goes on. */
static void test_refused(void)
{
    start();
    put(WAIT_SW(1) | WAIT_IF, 0xdead0000);
    submit(WAIT_SW(2), STATUS);
    EFFECTS("WRITE4 0xdead0000 = 0x1 refused; "
            "COMPLETION_EVENT 0xfee01000 = 0x51; WRITE4 0x4000 = 0x2");
    EQ(rd(VR_VTD_FSTS_REG), 0);
    EQ(rd(VR_VTD_IQH_REG), 0x20);
}

static void test_order(void)
{
    start();
    remapping_on();
    entry(0, remapped(0x40, 1), 0);
    request(0);
    entry(0, remapped(0x41, 2), 0);
    forget();
    put(WAIT_SW(1), STATUS);
    put(IEC_ONE(0, 0), 0);
    put(WAIT_SW(2), STATUS);
    submit(WAIT_SW(3), STATUS + 8);
    request(0);
    EFFECTS("WRITE4 0x4000 = 0x1; WRITE4 0x4000 = 0x2; WRITE4 0x4008 = 0x3; "
            "REMAPPED vector 0x41 fixed physical edge to 0x2");
}

static void test_wide(void)
{
    start();
    queue_on(true);
    submit(WAIT_SW(0x99) | WAIT_IF, STATUS);
    EFFECTS("WRITE4 0x4000 = 0x99; COMPLETION_EVENT 0xfee01000 = 0x51");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
}

const Test wait_tests[] = {
    { "status write, 6.5.2 \"Invalidation Wait Descriptor\", SW",
      test_status_write },
    { "interrupt flag, 6.5.2 \"Invalidation Wait Descriptor\", IF",
      test_interrupt },
    { "status write before the event, 6.5.2 \"Invalidation Wait "
      "Descriptor\"", test_both },
    { "neither, 6.5.2 \"Invalidation Wait Descriptor\"", test_neither },
    { "fence, 6.5.2 \"Invalidation Wait Descriptor\", FN", test_fence },
    { "address of the status, 6.5.2 \"Invalidation Wait Descriptor\", "
      "STADDR", test_address },
    { "a status that cannot be written, 6.5.2 \"Invalidation Wait "
      "Descriptor\"", test_refused },
    { "descriptors take effect in order, 6.5.2 \"Queued Invalidation "
      "Ordering Considerations\"", test_order },
    { "256 bits, 6.5.2 \"Invalidation Wait Descriptor\"", test_wide },
    { NULL, NULL },
};
