/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block type: names of events, and the order contract. */
#include <string.h>

#include "rig.h"

static const struct {
    VrEvent event;
    const char *text;
} named[] = {
    { { .kind = VR_STIM_WRITE, .size = 4, .attr = S, .addr = ISENABLER0,
        .data = { 2 } }, "GICR_ISENABLER0 write4 S = 0x00000002" },
    { { .kind = VR_STIM_READ, .size = 8, .addr = TYPER },
      "GICR_TYPER read8 NS" },
    { { .kind = VR_STIM_READ, .size = 4, .addr = TYPER + 4 },
      "GICR_TYPER+4 read4 NS" },
    { { .kind = VR_STIM_WRITE, .size = 1, .addr = IPRIORITYR + 27,
        .data = { 0xa0 } }, "GICR_IPRIORITYR6+3 write1 NS = 0xa0" },
    { { .kind = VR_STIM_READ, .size = 4, .attr = S, .addr = 0x10424 },
      "GICR_IPRIORITYR9E read4 S" },
    { { .kind = VR_STIM_READ, .size = 4, .addr = 0xffe8 },
      "GICR_PIDR2 read4 NS" },
    { { .kind = VR_STIM_READ, .size = 4, .addr = 0x20 },
      "reserved 0x00020 read4 NS" },
    { { .kind = VR_STIM_MSG, .id = VR_GICR_ACTIVATE, .addr = 27 },
      "ACTIVATE INTID 27" },
    { { .kind = VR_STIM_MSG, .id = VR_GICR_DEACTIVATE, .addr = 27,
        .data = { 5 } }, "DEACTIVATE INTID 27 groups G0 G1S" },
    { { .kind = VR_STIM_MSG, .id = VR_GICR_UPSTREAM_CONTROL },
      "UPSTREAM_CONTROL groups none" },
    { { .kind = VR_STIM_MSG, .id = VR_GICR_SGI, .addr = 9, .data = { 5 } },
      "SGI INTID 9 G1NS from Non-secure" },
    { { .kind = VR_STIM_MSG, .id = 99, .addr = 1, .data = { 2 } },
      "message in 99 0x1 0x2" },
    { { .kind = VR_STIM_WIRE, .id = 27, .data = { 1 } }, "PPI 27 = 1" },
    { { .kind = VR_STIM_WIRE, .id = 32, .data = { 7 } },
      "GICD_CTLR = 0x07" },
    { { .kind = VR_STIM_RESET }, "reset" },
    { { .kind = VR_EFF_MSG, .id = VR_GICR_SET, .addr = 27,
        .data = { 0x1a0 } }, "SET INTID 27 priority 0xa0 G1NS" },
    { { .kind = VR_EFF_WIRE, .id = VR_GICR_WIRE_WAKE_REQUEST,
        .data = { 1 } }, "WAKE_REQUEST = 1" },
    { { .kind = VR_EFF_DATA, .size = 4, .data = { 6 } }, "data 0x00000006" },
};

#define NUM (sizeof(named) / sizeof(named[0]))

static void test_names(void)
{
    for (unsigned i = 0; i < NUM; i++) {
        char got[120];

        vr_gicv3_redist_type.describe(&named[i].event, got, sizeof(got));
        check_at(__FILE__, __LINE__, !strcmp(got, named[i].text),
                 "described as \"%s\", want \"%s\"", got, named[i].text);
    }
}

/* Every kind and number in a buffer of every size: within its bounds. */
static void test_bounds(void)
{
    char buf[64];

    for (unsigned kind = 0; kind < 256; kind++) {
        for (unsigned id = 0; id < 40; id++) {
            VrEvent e = {
                .kind = kind, .id = id, .size = 0xff, .attr = 0xffff,
                .addr = UINT64_MAX - id, .data = { UINT64_MAX, UINT64_MAX },
            };

            for (size_t len = 1; len < sizeof(buf); len += 7) {
                memset(buf, 0x5a, sizeof(buf));
                vr_gicv3_redist_type.describe(&e, buf, len);
                CHECK(memchr(buf, 0, len) && buf[len] == 0x5a);
            }
        }
    }
}

static unsigned class_of(uint8_t kind, uint32_t id)
{
    const VrEvent e = { .kind = kind, .id = id };

    return vr_gicv3_redist_type.order_class(&e);
}

static void test_order(void)
{
    unsigned set = class_of(VR_EFF_MSG, VR_GICR_SET);
    unsigned ack = class_of(VR_EFF_MSG, VR_GICR_ACTIVATE_ACK);
    unsigned control = class_of(VR_EFF_MSG, VR_GICR_QUIESCE);
    unsigned sgi = class_of(VR_EFF_MSG, VR_GICR_NET_SGI);
    unsigned wake = class_of(VR_EFF_WIRE, VR_GICR_WIRE_WAKE_REQUEST);
    unsigned dpg = class_of(VR_EFF_WIRE, VR_GICR_WIRE_DPG);
    const unsigned classes[] = { set, ack, control, sgi, wake, dpg };

    EQ(class_of(VR_EFF_MSG, VR_GICR_CLEAR), set);
    EQ(class_of(VR_EFF_MSG, VR_GICR_DEACTIVATE_ACK), ack);
    EQ(class_of(VR_EFF_MSG, VR_GICR_GENERATE_SGI_ACK), ack);
    EQ(class_of(VR_EFF_MSG, VR_GICR_UPSTREAM_CONTROL_ACK), ack);
    EQ(class_of(VR_EFF_MSG, VR_GICR_DOWNSTREAM_CONTROL), control);
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned j = 0; j < i; j++) {
            CHECK(classes[i] != classes[j]);
        }
    }
}

const Test describe_tests[] = {
    { "names of events, block contract, describe()", test_names },
    { "descriptions keep within their buffer, block contract, describe()",
      test_bounds },
    { "classes of the order contract, block contract, order_class()",
      test_order },
    { NULL, NULL },
};
