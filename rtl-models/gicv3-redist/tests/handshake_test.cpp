// SPDX-License-Identifier: GPL-2.0-or-later
//
// Cycle by cycle: back-pressure, reset in the middle of a handshake, stimuli
// back to back and at the same time, inputs that change while a message waits.

#include "pins.h"

#include <cstring>

unsigned failures;

namespace {

const Msg kNone = {OUT_NONE, 0, 0};

void set_priority(Pins &p, unsigned id, uint8_t prio)
{
    p.access(GICR_IPRIORITYR0 + id, 0, true, true, prio);
}

void test_reset_state()
{
    Pins p;
    CHECK_EQ(p.m->idle_o, 1);
    CHECK_MSG(p.out(), kNone);
    CHECK_EQ(p.m->wake_request_o, 0);
    CHECK_EQ(p.m->dpg_o, 0);
    CHECK_EQ(p.m->bus_rvalid_o, 0);
    CHECK_EQ(p.read(GICR_WAKER), 6);
    CHECK_EQ(p.m->idle_o, 1);
}

// SET under back-pressure: valid and message are stable, whatever the wires
// do, and nothing else is accepted meanwhile.
void test_set_backpressure()
{
    Pins p;
    p.start(true);
    set_priority(p, 27, 0xa0);
    set_priority(p, 30, 0x20);
    p.m->msg_out_ready_i = 0;
    p.m->ppi_i = 1 << (27 - 16);
    p.cycle();
    p.settle();
    const Msg set27 = {OUT_SET, 27, 0x1a0};
    CHECK_MSG(p.out(), set27);
    for (unsigned n = 0; n < 8; n++) {
        // A better interrupt comes, and the one that was SET goes.
        p.m->ppi_i = n < 4 ? (1 << (27 - 16)) | (1 << (30 - 16))
                           : 1 << (30 - 16);
        p.bus_request(GICR_ICENABLER0, 2, true, true, 0xffffffff);
        p.msg_request(IN_ACTIVATE, 27, 0);
        p.settle();
        CHECK_EQ(p.m->bus_ready_o, 0);
        CHECK_EQ(p.m->msg_in_ready_o, 0);
        CHECK_EQ(p.m->idle_o, 0);
        p.cycle();
        CHECK_EQ(p.m->bus_rvalid_o, 0);
        CHECK_MSG(p.out(), set27);
    }
    p.m->bus_valid_i = 0;
    p.m->msg_in_valid_i = 0;
    CHECK_MSG(p.take(), set27);
    // 27 is no candidate any more: CLEAR comes before the better one.
    CHECK_MSG(p.take(), {OUT_CLEAR, 27, 0});
    p.drain();
    p.msg(IN_CLEAR_ACK, 27, 0);
    CHECK_MSG(p.take(), {OUT_SET, 30, 0x120});
    p.drain();
    CHECK_EQ(p.read(GICR_ISENABLER0), 0xffffffff);
    CHECK_EQ(p.read(GICR_ISACTIVER0), 0);
}

// Every message of a burst, with every number of stalled cycles.
void test_answers_backpressure()
{
    for (unsigned stall = 0; stall < 4; stall++) {
        Pins p;
        p.start(true);
        p.m->msg_out_ready_i = 0;
        p.msg(IN_GENERATE_SGI, 0x123456789abcdef0, 0xfedcba9876543210);
        const Msg net = {OUT_NET_SGI, 0x123456789abcdef0, 0xfedcba9876543210};
        for (unsigned n = 0; n < stall; n++) {
            p.msg_request(IN_ACTIVATE, 5, 0);
            p.settle();
            CHECK_MSG(p.out(), net);
            CHECK_EQ(p.m->msg_in_ready_o, 0);
            p.cycle();
            p.settle();
        }
        p.m->msg_in_valid_i = 0;
        p.settle();
        CHECK_MSG(p.take(), net);
        p.m->msg_out_ready_i = 0;
        for (unsigned n = 0; n < stall; n++) {
            CHECK_MSG(p.out(), {OUT_GENERATE_SGI_ACK, 0, 0});
            p.cycle();
            p.settle();
        }
        CHECK_MSG(p.take(), {OUT_GENERATE_SGI_ACK, 0, 0});
        CHECK_MSG(p.out(), kNone);
        CHECK_EQ(p.m->idle_o, 1);
    }
}

// Reset while a message waits for ready: in the cycle in which it appears, and
// later. Then reset while a CLEAR waits for its answer.
void test_reset_in_handshake()
{
    Pins p;
    for (unsigned stall = 0; stall < 3; stall++) {
        p.m->ppi_i = 0;
        p.start(true);
        p.m->msg_out_ready_i = 0;
        p.m->ppi_i = 1 << (27 - 16);
        p.cycle();
        p.settle();
        for (unsigned n = 0; n < stall; n++) {
            p.cycle();
            p.settle();
        }
        CHECK_EQ(p.out().opcode, OUT_SET);
        p.reset();
        for (unsigned n = 0; n < 3; n++) {
            CHECK_MSG(p.out(), kNone);
            CHECK_EQ(p.m->idle_o, 1);
            p.cycle();
            p.settle();
        }
        p.m->msg_out_ready_i = 1;
    }
    p.msg(IN_GENERATE_SGI, 1, 2);
    p.reset(); // NET_SGI waits, and GENERATE_SGI_ACK behind it
    CHECK_MSG(p.out(), kNone);

    p.start(true); // SET 27 again, since the reset dropped it
    p.msg(IN_ACTIVATE, 27, 0);
    CHECK_MSG(p.take(), {OUT_ACTIVATE_ACK, 27, 0});
    CHECK_EQ(p.read(GICR_ISACTIVER0), 1u << 27);

    p.reset();
    p.start(true); // SET 27
    p.m->ppi_i = 0;
    p.cycle();
    p.settle();
    CHECK_MSG(p.take(), {OUT_CLEAR, 27, 0});
    CHECK_EQ(p.read(GICR_CTLR), 8); // RWP
    p.reset();
    CHECK_EQ(p.read(GICR_CTLR), 0);
    p.start(true);
    // Nothing is held and no CLEAR waits: the old ACTIVATE changes nothing,
    // and a new interrupt is SET.
    p.msg(IN_ACTIVATE, 27, 0);
    CHECK_MSG(p.take(), {OUT_ACTIVATE_ACK, 27, 0});
    CHECK_EQ(p.read(GICR_ISACTIVER0), 0);
    p.write(GICR_ISPENDR0, 1 << 4);
    CHECK_MSG(p.take(), {OUT_SET, 4, 0x100});
}

// An access a cycle, and each response in the cycle after its request.
void test_back_to_back()
{
    Pins p;
    p.start(true);
    p.write(GICR_ICENABLER0, 0xffffffff);
    for (unsigned n = 0; n < 32; n++) {
        p.bus_request(GICR_ISENABLER0, 2, true, true, 1u << n);
        p.settle();
        CHECK_EQ(p.m->bus_ready_o, 1);
        CHECK_EQ(p.m->idle_o, 1);
        p.cycle();
        CHECK_EQ(p.m->bus_rvalid_o, 1);
        p.bus_request(GICR_ISENABLER0, 2, false, true, 0);
        p.cycle();
        CHECK_EQ(p.m->bus_rvalid_o, 1);
        CHECK_EQ(p.m->bus_rdata_o, n == 31 ? 0xffffffffu : (2u << n) - 1);
    }
    p.m->bus_valid_i = 0;
    p.cycle();
    CHECK_EQ(p.m->bus_rvalid_o, 0);

    // Messages that have no answer, one a cycle; the first makes a SET.
    p.msg_request(IN_SGI, 3, 1);
    p.cycle();
    p.msg_request(IN_SGI, 4, 1);
    p.settle();
    CHECK_EQ(p.m->msg_in_ready_o, 0); // stalls for the SET of 3
    CHECK_MSG(p.out(), {OUT_SET, 3, 0x100});
    p.cycle();
    p.settle();
    CHECK_EQ(p.m->msg_in_ready_o, 1);
    p.cycle();
    p.m->msg_in_valid_i = 0;
    p.settle();
    CHECK_EQ(p.read(GICR_ISPENDR0), 0x18);
}

// A message and an access in the same cycle: the message first, none lost.
void test_simultaneous()
{
    Pins p;
    p.start(true);
    p.write(GICR_ICENABLER0, 0xffffffff);
    p.msg_request(IN_SGI, 7, 1);
    p.bus_request(GICR_ISPENDR0, 2, false, true, 0);
    p.settle();
    CHECK_EQ(p.m->msg_in_ready_o, 1);
    CHECK_EQ(p.m->bus_ready_o, 0);
    p.cycle();
    CHECK_EQ(p.m->bus_rvalid_o, 0);
    p.m->msg_in_valid_i = 0;
    p.settle();
    CHECK_EQ(p.m->bus_ready_o, 1);
    p.cycle();
    CHECK_EQ(p.m->bus_rvalid_o, 1);
    CHECK_EQ(p.m->bus_rdata_o, 1 << 7);
    p.m->bus_valid_i = 0;
}

// DS that changes while the port is stalled: what is sent is the last level,
// and nothing if it is the one sent before.
void test_ds_while_stalled()
{
    Pins p;
    p.start(false);
    p.m->msg_out_ready_i = 0;
    p.msg(IN_DEACTIVATE, 1, 7);
    p.m->gicd_ds_i = 1;
    p.cycle();
    p.m->gicd_ds_i = 0;
    p.cycle();
    p.settle();
    CHECK_MSG(p.take(), {OUT_DEACTIVATE_ACK, 1, 0});
    p.cycle();
    p.settle();
    CHECK_MSG(p.out(), kNone);

    p.m->msg_out_ready_i = 0;
    p.m->gicd_ds_i = 1;
    p.cycle();
    p.settle();
    CHECK_MSG(p.out(), {OUT_DOWNSTREAM_CONTROL, 0, 1});
    p.m->gicd_ds_i = 0;
    p.cycle();
    p.settle();
    CHECK_MSG(p.take(), {OUT_DOWNSTREAM_CONTROL, 0, 1});
    CHECK_MSG(p.take(), {OUT_DOWNSTREAM_CONTROL, 0, 0});
    CHECK_MSG(p.out(), kNone);

    // DS that is high through a reset is no change.
    p.m->gicd_ds_i = 1;
    p.drain();
    p.reset();
    for (unsigned n = 0; n < 3; n++) {
        CHECK_MSG(p.out(), kNone);
        p.cycle();
        p.settle();
    }
}

// Edges: one in the very cycle of the ACTIVATE is not lost; a level that is
// high through a reset is none.
void test_edges()
{
    Pins p;
    p.start(true);
    p.write(GICR_ICFGR1, 2u << (2 * (27 - 16)));
    p.m->ppi_i = 1 << (27 - 16);
    p.cycle();
    p.settle();
    CHECK_MSG(p.take(), {OUT_SET, 27, 0x100});
    p.m->ppi_i = 0;
    p.cycle();
    p.settle();
    CHECK_MSG(p.out(), kNone); // the latch holds it
    p.msg_request(IN_ACTIVATE, 27, 0);
    p.m->ppi_i = 1 << (27 - 16);
    p.cycle();
    p.m->msg_in_valid_i = 0;
    p.settle();
    CHECK_MSG(p.take(), {OUT_ACTIVATE_ACK, 27, 0});
    CHECK_EQ(p.read(GICR_ISACTIVER0), 1u << 27);
    CHECK_EQ(p.read(GICR_ISPENDR0), 1u << 27);
    p.reset();
    p.start(true);
    p.drain();
    p.write(GICR_ICFGR1, 2u << (2 * (27 - 16)));
    p.cycle();
    p.settle();
    CHECK_EQ(p.read(GICR_ISPENDR0), 0);
}

// QUIESCE under back-pressure; WakeRequest; an answer that nobody waits for.
void test_sleep()
{
    Pins p;
    p.start(true);
    p.m->msg_out_ready_i = 0;
    p.write(GICR_WAKER, 2);
    for (unsigned n = 0; n < 4; n++) {
        CHECK_MSG(p.out(), {OUT_QUIESCE, 0, 0});
        p.m->ppi_i = 1;
        p.cycle();
        p.settle();
    }
    CHECK_MSG(p.take(), {OUT_QUIESCE, 0, 0});
    CHECK_MSG(p.out(), kNone); // PPI 16 waits: the PE goes to sleep
    CHECK_EQ(p.m->wake_request_o, 0);
    CHECK_EQ(p.read(GICR_WAKER), 2);
    p.msg(IN_QUIESCE_ACK, 0, 0);
    CHECK_EQ(p.m->idle_o, 0); // WakeRequest rises one cycle later
    CHECK_EQ(p.m->wake_request_o, 0);
    p.cycle();
    p.settle();
    CHECK_EQ(p.m->idle_o, 1);
    CHECK_EQ(p.m->wake_request_o, 1);
    CHECK_EQ(p.read(GICR_WAKER), 6);
    p.write(GICR_WAKER, 0);
    CHECK_MSG(p.take(), {OUT_SET, 16, 0x100});
    CHECK_EQ(p.m->wake_request_o, 0);
    p.msg(IN_QUIESCE_ACK, 0, 0);
    p.drain();
    CHECK_EQ(p.read(GICR_WAKER), 0);
    p.msg(IN_ACTIVATE, 16, 0); // still held: the stray answer dropped nothing
    p.drain();
    CHECK_EQ(p.read(GICR_ISACTIVER0), 1 << 16);
}

// A SET that overtakes, RELEASE, and CLEAR against ACTIVATE.
void test_overtaking()
{
    Pins p;
    p.start(true);
    set_priority(p, 1, 0x80);
    set_priority(p, 2, 0x40);
    set_priority(p, 5, 0x20);
    p.msg(IN_SGI, 1, 1);
    CHECK_MSG(p.take(), {OUT_SET, 1, 0x180});
    p.msg(IN_SGI, 2, 1);
    CHECK_MSG(p.take(), {OUT_SET, 2, 0x140});
    p.msg(IN_SGI, 5, 1);
    CHECK_MSG(p.out(), kNone); // two are held
    p.msg(IN_RELEASE, 1, 0);
    CHECK_MSG(p.take(), {OUT_SET, 5, 0x120});
    p.msg(IN_RELEASE, 2, 0); // superseded; 5 stays the best
    CHECK_MSG(p.out(), kNone);
    p.write(GICR_ICENABLER0, 1 << 5);
    CHECK_MSG(p.take(), {OUT_CLEAR, 5, 0});
    p.msg(IN_ACTIVATE, 5, 0); // crossed the CLEAR on the wire
    CHECK_MSG(p.take(), {OUT_ACTIVATE_ACK, 5, 0});
    CHECK_MSG(p.out(), kNone); // the CLEAR still waits
    CHECK_EQ(p.read(GICR_CTLR), 8);
    p.msg(IN_CLEAR_ACK, 5, 0);
    CHECK_MSG(p.take(), {OUT_SET, 2, 0x140});
    CHECK_EQ(p.read(GICR_ISACTIVER0), 1 << 5);
    CHECK_EQ(p.read(GICR_ISPENDR0), 0x6);
}

const struct {
    const char *name;
    void (*run)();
} kTests[] = {
    {"reset-state", test_reset_state},
    {"set-backpressure", test_set_backpressure},
    {"answers-backpressure", test_answers_backpressure},
    {"reset-in-handshake", test_reset_in_handshake},
    {"back-to-back", test_back_to_back},
    {"simultaneous", test_simultaneous},
    {"ds-while-stalled", test_ds_while_stalled},
    {"edges", test_edges},
    {"sleep", test_sleep},
    {"overtaking", test_overtaking},
};

} // namespace

int main()
{
    for (const auto &t : kTests) {
        const unsigned before = failures;
        t.run();
        std::printf("%-4s %s\n", failures == before ? "ok" : "FAIL", t.name);
    }
    return failures ? 1 : 0;
}
