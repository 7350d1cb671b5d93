/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fault event and completion event: condition, mask, pending. */
#include "rig.h"

#define FECTL VR_VTD_FECTL_REG
#define IECTL VR_VTD_IECTL_REG
#define FSTS VR_VTD_FSTS_REG
#define FAULT_EVENT "FAULT_EVENT 0x89abcdeffee02004 = 0x61"
#define COMPLETION "COMPLETION_EVENT 0x12345678fee03000 = 0x72"

static void start(bool masked)
{
    rig_variants(NULL, 0);
    wr(VR_VTD_FEDATA_REG, 0x61);
    wr(VR_VTD_FEADDR_REG, 0xfee02004);
    wr(VR_VTD_FEUADDR_REG, 0x89abcdef);
    wr(VR_VTD_IEDATA_REG, 0x72);
    wr(VR_VTD_IEADDR_REG, 0xfee03000);
    wr(VR_VTD_IEUADDR_REG, 0x12345678);
    wr(FECTL, masked ? IM : 0);
    wr(IECTL, masked ? IM : 0);
    remapping_on();
    queue_on(false);
}

static void fault(void)
{
    request(0x100);
}

static void clear_fault(unsigned n)
{
    wr(VR_VTD_FRCD_REG + 16 * n + 12, 1u << 31);
}

static void test_fault(void)
{
    start(false);
    fault();
    EFFECTS(FAULT_EVENT);
    EQ(rd(FECTL), 0);
    fault(); /* PPF is set: no new condition */
    EFFECTS("");
    clear_fault(0);
    fault();
    EFFECTS("");
    clear_fault(1);
    clear_fault(2);
    fault();
    EFFECTS(FAULT_EVENT);
}

static void test_fault_masked(void)
{
    start(true);
    fault();
    EFFECTS("");
    EQ(rd(FECTL), IM | IP);
    wr(FECTL, IM); /* IP is read-only */
    wr(FECTL, IM | IP);
    EQ(rd(FECTL), IM | IP);
    EFFECTS("");
    wr(FECTL, 0);
    EFFECTS(FAULT_EVENT);
    EQ(rd(FECTL), 0);
    wr(FECTL, IM);
    wr(FECTL, 0);
    EFFECTS("");
}

static void test_pending_withdrawn(void)
{
    start(true);
    fault();
    clear_fault(0);
    EQ(rd(FECTL), IM);
    wr(FECTL, 0);
    EFFECTS("");
    fault();
    EFFECTS(FAULT_EVENT);
}

/* IP stays while any of the status fields is set. */
static void test_pending_kept(void)
{
    start(true);
    fault();
    submit(0xf, 0); /* IQE */
    EQ(rd(FSTS), PPF | IQE);
    clear_fault(0);
    EQ(rd(FECTL), IM | IP);
    poke(QUEUE, IEC);
    wr(FSTS, IQE);
    EQ(rd(FECTL), IM);
    EFFECTS("");
}

static void dma_ends(unsigned code)
{
    submit(2, 0);
    forget();
    msg(VR_VTD_DMA_DESC_DONE, 0, code);
}

/* Each status field is a condition of its own, while all are 0. */
static void test_conditions(void)
{
    start(false);
    submit(0xf, 0);
    EFFECTS(FAULT_EVENT);
    start(false);
    dma_ends(1);
    EFFECTS(FAULT_EVENT);
    EQ(rd(FSTS), IQE);
    start(false);
    dma_ends(2);
    EFFECTS(FAULT_EVENT);
    EQ(rd(FSTS), ITE);
    start(false);
    dma_ends(3);
    EFFECTS(FAULT_EVENT);
    EQ(rd(FSTS), ICE);
    start(false);
    msg(VR_VTD_DMA_FAULT, 0, 0);
    EFFECTS(FAULT_EVENT);
}

static void test_one_at_a_time(void)
{
    start(false);
    dma_ends(3);
    EFFECTS(FAULT_EVENT);
    fault();
    dma_ends(2);
    EFFECTS("");
    EQ(rd(FSTS), PPF | ICE | ITE);
    clear_fault(0);
    fault();
    wr(FSTS, ICE);
    EFFECTS("");
    clear_fault(1);
    fault(); /* ITE is still set */
    EFFECTS("");
    clear_fault(2);
    wr(FSTS, ITE);
    fault();
    EFFECTS(FAULT_EVENT);
}

/* PFO is set while PPF is, and is no condition; but it holds others back. */
static void test_overflow(void)
{
    start(false);
    for (unsigned i = 0; i < 9; i++) {
        fault();
    }
    EFFECTS(FAULT_EVENT);
    EQ(rd(FSTS), PPF | PFO);
    for (unsigned i = 0; i < 8; i++) {
        clear_fault(i);
    }
    EQ(rd(FSTS), PFO);
    submit(0xf, 0);
    EQ(rd(FSTS), PFO | IQE);
    EFFECTS("");
    poke(QUEUE, IEC);
    wr(FSTS, IQE | PFO);
    fault();
    EFFECTS(FAULT_EVENT);
}

static void test_overflow_keeps_pending(void)
{
    start(true);
    for (unsigned i = 0; i < 9; i++) {
        fault();
    }
    for (unsigned i = 0; i < 8; i++) {
        clear_fault(i);
    }
    EQ(rd(FECTL), IM | IP); /* PFO is left */
    wr(FSTS, PFO);
    EQ(rd(FECTL), IM);
}

/* 8 bytes: the event goes out when IM is cleared, with the old data. */
static void test_unmask_with_data(void)
{
    start(true);
    fault();
    wr8(FECTL, 0x99ull << 32);
    EFFECTS(FAULT_EVENT);
    EQ(rd(VR_VTD_FEDATA_REG), 0x99);
}

/* Sent with what the registers hold then. */
static void test_late_address(void)
{
    start(true);
    fault();
    wr(VR_VTD_FEDATA_REG, 0x1234ffff);
    wr(VR_VTD_FEADDR_REG, 0xffffffff);
    wr(VR_VTD_FEUADDR_REG, 0);
    wr(FECTL, 0);
    EFFECTS("FAULT_EVENT 0xfffffffc = 0xffff");
}

static void test_no_upper_address(void)
{
    rig_variant("eim", 0);
    wr(VR_VTD_FEDATA_REG, 0x61);
    wr8(VR_VTD_FEADDR_REG, UINT64_MAX);
    wr(FECTL, 0);
    msg(VR_VTD_DMA_FAULT, 0, 0);
    EFFECTS("FAULT_EVENT 0xfffffffc = 0x61");
}

/* An event of the unit itself is not remapped, nor looked up. */
static void test_not_remapped(void)
{
    start(false);
    wr8(VR_VTD_FEADDR_REG, 0xfee00010);
    entry(0, remapped(0x40, 1), 0);
    fault();
    EFFECTS("FAULT_EVENT 0xfee00010 = 0x61");
    READS("");
}

static void test_completion(void)
{
    start(false);
    submit(WAIT_IF, 0);
    EFFECTS(COMPLETION);
    EQ(rd(IECTL), 0);
    EQ(rd(VR_VTD_ICS_REG), IWC);
    submit(WAIT_IF, 0); /* IWC is set: no new condition */
    EFFECTS("");
    wr(VR_VTD_ICS_REG, 0);
    EQ(rd(VR_VTD_ICS_REG), IWC);
    wr(VR_VTD_ICS_REG, 0xfffffffe);
    EQ(rd(VR_VTD_ICS_REG), IWC);
    wr(VR_VTD_ICS_REG, 1);
    EQ(rd(VR_VTD_ICS_REG), 0);
    submit(WAIT_IF, 0);
    EFFECTS(COMPLETION);
    EQ(rd(FSTS), 0);
}

static void test_completion_masked(void)
{
    start(true);
    submit(WAIT_IF, 0);
    EFFECTS("");
    EQ(rd(IECTL), IM | IP);
    wr(IECTL, IM | IP);
    EQ(rd(IECTL), IM | IP);
    wr(IECTL, IP); /* IM = 0 */
    EFFECTS(COMPLETION);
    EQ(rd(IECTL), 0);
    EQ(rd(VR_VTD_ICS_REG), IWC);
}

static void test_completion_withdrawn(void)
{
    start(true);
    submit(WAIT_IF, 0);
    wr(VR_VTD_ICS_REG, IWC);
    EQ(rd(IECTL), IM);
    wr(IECTL, 0);
    EFFECTS("");
}

/* The two events know nothing of each other. */
static void test_independent(void)
{
    start(true);
    fault();
    submit(WAIT_IF, 0);
    wr(IECTL, 0);
    EFFECTS(COMPLETION);
    EQ(rd(FECTL), IM | IP);
    wr(VR_VTD_ICS_REG, IWC);
    EQ(rd(FECTL), IM | IP);
    wr(FECTL, 0);
    EFFECTS(FAULT_EVENT);
    wr(IECTL, IM);
    submit(WAIT_IF, 0);
    clear_fault(0);
    EQ(rd(IECTL), IM | IP);
    EQ(rd(FECTL), 0);
}

const Test event_tests[] = {
    { "fault event, \"Fault Events\"", test_fault },
    { "fault event masked, 11.4 \"Fault Event Control Register\"",
      test_fault_masked },
    { "fault serviced while masked, 11.4 \"Fault Event Control Register\", "
      "IP", test_pending_withdrawn },
    { "one of two serviced while masked, 11.4 \"Fault Event Control "
      "Register\", IP", test_pending_kept },
    { "each condition, 11.4 \"Fault Event Control Register\", IP",
      test_conditions },
    { "no event while another status is set, 11.4 \"Fault Event Control "
      "Register\", IP", test_one_at_a_time },
    { "overflow, 11.4 \"Fault Event Control Register\", IP", test_overflow },
    { "overflow keeps IP, 11.4 \"Fault Event Control Register\", IP",
      test_overflow_keeps_pending },
    { "control and data in one write, 11.2 \"Software Access to "
      "Registers\"", test_unmask_with_data },
    { "address and data of the time it is sent, 11.4 \"Fault Event Data "
      "Register\"", test_late_address },
    { "no upper address, 11.4 \"Fault Event Upper Address Register\"",
      test_no_upper_address },
    { "events are not remapped, \"Remapping Hardware Event Interrupt "
      "Programming\"", test_not_remapped },
    { "completion event, 6.5.2 \"Hardware Generation of Invalidation "
      "Completion Events\"", test_completion },
    { "completion event masked, 11.4 \"Invalidation Event Control "
      "Register\"", test_completion_masked },
    { "completion serviced while masked, 11.4 \"Invalidation Event Control "
      "Register\", IP", test_completion_withdrawn },
    { "fault and completion event, 11.4 \"Invalidation Completion Status "
      "Register\"", test_independent },
    { NULL, NULL },
};
