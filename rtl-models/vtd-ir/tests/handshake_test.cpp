// SPDX-License-Identifier: GPL-2.0-or-later
//
// Cycle by cycle: memory and messages that take their time, stimuli that wait,
// reset in the middle of a handshake, and how many cycles stimuli take.

#include "pins.h"

unsigned failures;

namespace {

const char kPosting[] = "r16:1020:0:0 r8:3008:0:0 r16:3020:0:0 r16:3030:0:0 "
                        "c8:3008:0:4 c8:3020:0:1 m3:0:0 ";

void test_reset_state()
{
    Pins p;
    CHECK_EQ(p.m->idle_o, 1);
    CHECK_EQ(p.m->stim_ack_o, 0);
    CHECK_EQ(p.m->mem_req_o, 0);
    CHECK_EQ(p.m->msg_req_o, 0);
    CHECK_EQ(p.m->timer_o, 0);
    CHECK_EQ(p.read(FECTL), 0x80000000);
}

// What a stimulus costs, with memory and messages that answer at once.
void test_cycles()
{
    Pins p;
    p.start();
    CHECK_EQ(p.run(READ, FSTS, 0, 2), 1);
    CHECK_EQ(p.run(WRITE, FECTL, 0, 2), 1);
    CHECK_EQ(p.run(WRITE, FECTL, 0), 2);
    CHECK_EQ(p.run(TIME, 0, 5), 1);
    CHECK_EQ(p.run(REQUEST, request_addr(1), 0), 2); // reads the entry
    CHECK_EQ(p.run(REQUEST, request_addr(1), 0), 1);
    CHECK_EQ(p.run(REQUEST, request_addr(2), 0), 7); // reads the entry
    CHECK_EQ(p.run(REQUEST, request_addr(2), 0), 6);
    CHECK_EQ(p.run(REQUEST, 0, 0), 1); // a fault, with its event
    p.queue_wait();
    unsigned cycles = 0;
    for (; p.busy() && cycles < 100; cycles++) {
        p.cycle();
        if (p.mem_waits()) {
            p.serve();
        }
    }
    CHECK_EQ(cycles, 5); // 2 of them for the write of 8 bytes
    CHECK_EQ(p.ram[(PID + 0x100) / 8], 0x77);
}

// A request is stable, and nothing else happens, until memory answers; a
// message, until it is taken.
void test_backpressure()
{
    for (unsigned stall = 0; stall < 4; stall++) {
        Pins p;
        p.start();
        p.offer(REQUEST, request_addr(2), 0);
        p.cycle();
        CHECK_EQ(p.offered(), 0);
        unsigned transfers = 0;
        while (transfers < 7) {
            CHECK_EQ(p.mem_waits() + p.msg_waits(), 1);
            const bool mem = p.mem_waits();
            const std::string what = mem ? p.mem_text() : p.msg_text();
            for (unsigned n = 0; n < stall; n++) {
                if (n == 0 && transfers == 3) {
                    p.offer(READ, FSTS, 0, 2);
                }
                p.cycle();
                CHECK_EQ(p.mem_waits(), mem);
                CHECK_EQ(p.msg_waits(), !mem);
                CHECK_TEXT(mem ? p.mem_text() : p.msg_text(), what);
            }
            CHECK_EQ(p.offered(), stall && transfers >= 3);
            if (mem) {
                CHECK_EQ(p.m->idle_o, 0);
                p.serve();
                p.cycle();
            } else {
                p.take();
            }
            transfers++;
        }
        CHECK_TEXT(p.taken(), kPosting);
        CHECK_EQ(p.m->idle_o, 1);
        p.cycle();
        CHECK_EQ(p.offered(), 0); // the read that waited
        CHECK_EQ(p.busy(), 0);
        CHECK_EQ(p.msg_waits(), 0);
    }
}

// A message that nobody takes holds the next stimulus, and not itself up.
void test_untaken_message()
{
    Pins p;
    p.start();
    p.run(REQUEST, request_addr(1), 0);
    p.taken();
    p.offer(REQUEST, request_addr(1), 0);
    p.cycle();
    CHECK_EQ(p.offered(), 0);
    CHECK_EQ(p.m->idle_o, 1);
    CHECK_TEXT(p.msg_text(), "m2:2:41 ");
    p.offer(WRITE, FECTL, 0, 2);
    for (unsigned n = 0; n < 5; n++) {
        p.cycle();
        CHECK_EQ(p.offered(), 1);
        CHECK_EQ(p.msg_waits(), 1);
    }
    p.take();
    p.cycle();
    CHECK_EQ(p.offered(), 0);
    CHECK_EQ(p.msg_waits(), 0);
}

// Whatever the delays, what happens is the same.
void test_any_delays()
{
    std::string first;
    for (unsigned seed = 0; seed < 50; seed++) {
        Pins p;
        p.m->cfg_notify_delay_i = 3;
        p.m->cfg_delay_i = 7;
        p.start();
        uint32_t r = 2463534242u + seed * 7919u;
        const auto slow = [&] {
            r ^= r << 13;
            r ^= r >> 17;
            r ^= r << 5;
            return seed != 0 && r % 3 != 0;
        };
        for (unsigned n = 0; n < 60; n++) {
            switch (n % 10) {
            case 3:
                p.ram[PID / 8 + 4] = 0;
                p.offer(TIME, 0, 2 * n);
                break;
            case 6:
                p.offer(REQUEST, 0, 0);
                break;
            case 8:
                p.offer(WRITE, IQT, 0x20 * (n / 10 + 1));
                p.ram[QUEUE / 8 + 4 * (n / 10)] = 4;
                p.ram[QUEUE / 8 + 4 * (n / 10) + 2] = 5 | 1 << 5;
                p.ram[QUEUE / 8 + 4 * (n / 10) + 3] = PID + 0x100;
                break;
            default:
                p.offer(REQUEST, request_addr(1 + n % 2), 0);
            }
            for (unsigned i = 0; i < 1000 && (p.busy() || p.msg_waits());
                 i++) {
                if (p.msg_waits() && !slow()) {
                    p.take();
                }
                if (p.mem_waits() && !slow()) {
                    p.serve();
                }
                p.cycle();
            }
            CHECK_EQ(p.busy(), 0);
        }
        const std::string now = p.taken();
        if (seed == 0) {
            first = now;
            CHECK_EQ(first.size() > 1000, 1);
        } else {
            CHECK_TEXT(now, first);
        }
    }
}

// Reset in each cycle of a posting, a message and a wait among them.
void test_reset_in_handshake()
{
    for (unsigned when = 0; when < 12; when++) {
        Pins p;
        p.start();
        p.offer(REQUEST, request_addr(2), 0);
        for (unsigned n = 0; n < when; n++) {
            p.cycle();
            if (p.mem_waits()) {
                p.serve();
            }
        }
        p.reset();
        CHECK_EQ(p.m->idle_o, 1);
        CHECK_EQ(p.busy(), 0);
        CHECK_EQ(p.msg_waits(), 0);
        p.cycle();
        CHECK_EQ(p.mem_waits() || p.msg_waits(), 0);
        p.ram[PID / 8] = p.ram[PID / 8 + 1] = p.ram[PID / 8 + 4] = 0;
        p.start();
        p.run(REQUEST, request_addr(2), 0);
        CHECK_TEXT(p.taken(), kPosting);
    }
}

// IQH is at rest between stimuli: one offered behind a tail is taken late.
void test_queue_before_stimulus()
{
    Pins p;
    p.start();
    p.queue_wait();
    p.cycle();
    p.offer(READ, IQH, 0);
    unsigned cycles = 0;
    while (p.busy() && cycles++ < 100) {
        p.cycle();
        if (p.mem_waits()) {
            CHECK_EQ(p.offered(), 1);
            p.serve();
        }
    }
    CHECK_EQ(p.m->rsp_data_o, 16);
}

} // namespace

int main()
{
    test_reset_state();
    test_cycles();
    test_backpressure();
    test_untaken_message();
    test_any_delays();
    test_reset_in_handshake();
    test_queue_before_stimulus();
    return failures != 0;
}
