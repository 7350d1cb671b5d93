// SPDX-License-Identifier: GPL-2.0-or-later
//
// The pins of the Verilated gicv3_redist, for tests that look at single clock
// cycles, which the block contract hides.

#ifndef VIRELAY_RTL_TEST_PINS_H
#define VIRELAY_RTL_TEST_PINS_H

#include "VlGicv3Redist.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <memory>

// Offsets from RD_base.
enum : uint32_t {
    GICR_CTLR = 0x0,
    GICR_IIDR = 0x4,
    GICR_TYPER = 0x8,
    GICR_STATUSR = 0x10,
    GICR_WAKER = 0x14,
    GICR_IGROUPR0 = 0x10080,
    GICR_ISENABLER0 = 0x10100,
    GICR_ICENABLER0 = 0x10180,
    GICR_ISPENDR0 = 0x10200,
    GICR_ICPENDR0 = 0x10280,
    GICR_ISACTIVER0 = 0x10300,
    GICR_ICACTIVER0 = 0x10380,
    GICR_IPRIORITYR0 = 0x10400,
    GICR_ICFGR1 = 0x10c04,
    GICR_IGRPMODR0 = 0x10d00,
    GICR_NSACR = 0x10e00,
};

// gicv3_redist_pkg.sv
enum : uint8_t {
    IN_ACTIVATE = 1,
    IN_RELEASE = 2,
    IN_CLEAR_ACK = 3,
    IN_DEACTIVATE = 4,
    IN_GENERATE_SGI = 5,
    IN_UPSTREAM_CONTROL = 6,
    IN_QUIESCE_ACK = 8,
    IN_SGI = 9,
    OUT_SET = 1,
    OUT_CLEAR = 2,
    OUT_ACTIVATE_ACK = 3,
    OUT_DEACTIVATE_ACK = 4,
    OUT_GENERATE_SGI_ACK = 5,
    OUT_UPSTREAM_CONTROL_ACK = 6,
    OUT_DOWNSTREAM_CONTROL = 7,
    OUT_QUIESCE = 8,
    OUT_NET_SGI = 9,
    OUT_NONE = 0xff,
};

extern unsigned failures;

#define CHECK_EQ(got, want)                                                    \
    do {                                                                       \
        const uint64_t g_ = (got), w_ = (want);                                \
        if (g_ != w_) {                                                        \
            std::fprintf(stderr,                                               \
                         "%s:%d: %s is 0x%llx, and should be 0x%llx\n",        \
                         __FILE__, __LINE__, #got, (unsigned long long)g_,     \
                         (unsigned long long)w_);                              \
            failures++;                                                        \
        }                                                                      \
    } while (0)

struct Msg {
    uint8_t opcode;
    uint64_t addr, data;
    bool operator==(const Msg &o) const
    {
        return opcode == o.opcode && addr == o.addr && data == o.data;
    }
};

class Pins {
public:
    VerilatedContext context;
    std::unique_ptr<VlGicv3Redist> m;

    Pins() : m(std::make_unique<VlGicv3Redist>(&context, "dut"))
    {
        m->strap_affinity_i = 0x01020304;
        m->strap_processor_number_i = 0x5a5a;
        m->strap_last_i = 1;
        m->strap_prio_bits_i = 8;
        m->strap_icfgr1_writable_i = 1;
        m->strap_dpg_i = 1;
        m->strap_statusr_i = 1;
        m->strap_iidr_i = 0x43b;
        m->msg_out_ready_i = 1;
        reset();
    }

    ~Pins()
    {
        m->final();
    }

    // Let what depends on inputs settle, then one rising edge.
    void cycle()
    {
        m->clk_i = 0;
        m->eval();
        m->clk_i = 1;
        m->eval();
    }

    void settle()
    {
        m->clk_i = 0;
        m->eval();
    }

    void reset()
    {
        m->rst_ni = 0;
        m->bus_valid_i = 0;
        m->msg_in_valid_i = 0;
        cycle();
        m->rst_ni = 1;
        settle();
    }

    void bus_request(uint32_t addr, unsigned size_log2, bool write, bool secure,
                     uint32_t data)
    {
        m->bus_valid_i = 1;
        m->bus_addr_i = addr;
        m->bus_size_i = size_log2;
        m->bus_write_i = write;
        m->bus_secure_i = secure;
        m->bus_wdata_i = data;
    }

    // One access, and however many cycles until it is accepted.
    uint64_t access(uint32_t addr, unsigned size_log2, bool write, bool secure,
                    uint32_t data)
    {
        bus_request(addr, size_log2, write, secure, data);
        settle();
        for (unsigned n = 0; !m->bus_ready_o; n++) {
            if (n == 100) {
                std::fprintf(stderr, "access 0x%x is never accepted\n", addr);
                failures++;
                break;
            }
            cycle();
            settle();
        }
        cycle();
        m->bus_valid_i = 0;
        CHECK_EQ(m->bus_rvalid_o, 1);
        CHECK_EQ(m->bus_error_o, 0);
        const uint64_t data_out = m->bus_rdata_o;
        settle();
        return data_out;
    }

    uint64_t read(uint32_t addr, bool secure = true)
    {
        return access(addr, 2, false, secure, 0);
    }

    void write(uint32_t addr, uint32_t data, bool secure = true)
    {
        access(addr, 2, true, secure, data);
    }

    void msg_request(uint8_t opcode, uint64_t addr, uint64_t data)
    {
        m->msg_in_valid_i = 1;
        m->msg_in_opcode_i = opcode;
        m->msg_in_addr_i = addr;
        m->msg_in_data_i = data;
    }

    void msg(uint8_t opcode, uint64_t addr, uint64_t data)
    {
        msg_request(opcode, addr, data);
        settle();
        for (unsigned n = 0; !m->msg_in_ready_o && n < 100; n++) {
            cycle();
            settle();
        }
        CHECK_EQ(m->msg_in_ready_o, 1);
        cycle();
        m->msg_in_valid_i = 0;
        settle();
    }

    // What message out shows now.
    Msg out() const
    {
        if (!m->msg_out_valid_o) {
            return {OUT_NONE, 0, 0};
        }
        return {m->msg_out_opcode_o, m->msg_out_addr_o, m->msg_out_data_o};
    }

    // Accept one message: it must be there within three cycles.
    Msg take()
    {
        for (unsigned n = 0; n < 3 && !m->msg_out_valid_o; n++) {
            cycle();
            settle();
        }
        const Msg got = out();
        m->msg_out_ready_i = 1;
        cycle();
        settle();
        return got;
    }

    // Clock until idle with ready high; the messages are lost.
    void drain()
    {
        m->msg_out_ready_i = 1;
        for (unsigned n = 0; !m->idle_o; n++) {
            if (n == 100) {
                std::fprintf(stderr, "never idle\n");
                failures++;
                return;
            }
            cycle();
            settle();
        }
    }

    // Awake, all groups enabled, everything in Group 1 NS and enabled.
    void start(bool ds)
    {
        m->gicd_enable_i = 7;
        m->gicd_ds_i = ds;
        cycle();
        settle();
        drain();
        write(GICR_IGROUPR0, 0xffffffff);
        write(GICR_ISENABLER0, 0xffffffff);
        msg(IN_UPSTREAM_CONTROL, 0, 7);
        drain();
        write(GICR_WAKER, 0);
        drain();
    }
};

#define CHECK_MSG(got, ...)                                                    \
    do {                                                                       \
        const Msg g_ = (got), w_ = __VA_ARGS__;                                \
        if (!(g_ == w_)) {                                                     \
            std::fprintf(stderr,                                               \
                         "%s:%d: message %u addr 0x%llx data 0x%llx, and "     \
                         "should be %u addr 0x%llx data 0x%llx\n",             \
                         __FILE__, __LINE__, g_.opcode,                        \
                         (unsigned long long)g_.addr,                          \
                         (unsigned long long)g_.data, w_.opcode,               \
                         (unsigned long long)w_.addr,                          \
                         (unsigned long long)w_.data);                         \
            failures++;                                                        \
        }                                                                      \
    } while (0)

#endif
