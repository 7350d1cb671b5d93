// SPDX-License-Identifier: GPL-2.0-or-later
//
// The pins of the Verilated vtd_ir with a small memory behind them, for tests
// that look at single clock cycles, which the block contract hides.

#ifndef VIRELAY_RTL_TEST_VTD_PINS_H
#define VIRELAY_RTL_TEST_VTD_PINS_H

#include "VlVtdIr.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

// vtd_ir_pkg.sv
enum : uint8_t { READ, WRITE, REQUEST, DMA_DONE, DMA_FAULT, TIME };
enum : uint8_t { MEM_READ, MEM_WRITE, MEM_CAS };

// Registers.
enum : uint64_t {
    GCMD = 0x18,
    FSTS = 0x34,
    FECTL = 0x38,
    IQH = 0x80,
    IQT = 0x88,
    IQA = 0x90,
    IRTA = 0xb8,
};

// Where things lie in memory.
enum : uint64_t { IRT = 0x1000, QUEUE = 0x2000, PID = 0x3000, SIZE = 0x4000 };

extern unsigned failures;

#define CHECK_EQ(got, want)                                                    \
    do {                                                                       \
        const uint64_t got_ = (got), want_ = (want);                           \
        if (got_ != want_) {                                                   \
            std::fprintf(stderr, "%s:%d: %s is 0x%llx, not 0x%llx\n",          \
                         __FILE__, __LINE__, #got, (unsigned long long)got_,   \
                         (unsigned long long)want_);                           \
            failures++;                                                        \
        }                                                                      \
    } while (0)

#define CHECK_TEXT(got, want)                                                  \
    do {                                                                       \
        const std::string got_ = (got), want_ = (want);                        \
        if (got_ != want_) {                                                   \
            std::fprintf(stderr, "%s:%d: %s is\n  %s, not\n  %s\n", __FILE__,  \
                         __LINE__, #got, got_.c_str(), want_.c_str());         \
            failures++;                                                        \
        }                                                                      \
    } while (0)

struct Pins {
    std::unique_ptr<VerilatedContext> context =
        std::make_unique<VerilatedContext>();
    std::unique_ptr<VlVtdIr> m =
        std::make_unique<VlVtdIr>(context.get(), "vtd_ir");
    uint64_t ram[SIZE / 8] = {};
    std::string effects;

    Pins()
    {
        m->cfg_pi_i = m->cfg_eim_i = m->cfg_esirtps_i = m->cfg_dw_i = 1;
        m->cfg_mhmv_i = 15;
        m->cfg_frcd_i = 8;
        m->cfg_iec_sets_i = 4;
        m->cfg_iec_ways_i = 8;
        m->cfg_cas_tries_i = 1024;
        m->eval();
        reset();
    }

    ~Pins() { m->final(); }

    void reset()
    {
        m->rst_ni = 0;
        m->stim_req_i = m->mem_ack_i = m->msg_ack_i = 0;
        cycle();
        m->rst_ni = 1;
        settle();
    }

    void settle() { m->eval(); }

    void cycle()
    {
        m->clk_i = 1;
        m->eval();
        m->clk_i = 0;
        m->eval();
    }

    void offer(uint8_t kind, uint64_t addr, uint64_t data, unsigned size = 3)
    {
        m->stim_kind_i = kind;
        m->stim_size_i = size;
        m->stim_addr_i = addr;
        m->stim_data_i = data;
        m->stim_req_i ^= 1;
        settle();
    }

    bool offered() { return m->stim_req_i != m->stim_ack_o; }
    bool mem_waits() { return m->mem_req_o != m->mem_ack_i; }
    bool msg_waits() { return m->msg_req_o != m->msg_ack_i; }
    bool busy() { return offered() || mem_waits() || !m->idle_o; }

    std::string mem_text()
    {
        char text[128];
        std::snprintf(text, sizeof(text), "%c%u:%llx:%llx:%llx ",
                      "rwc"[m->mem_op_o], 1u << m->mem_size_o,
                      (unsigned long long)m->mem_addr_o,
                      (unsigned long long)(m->mem_op_o ? m->mem_wdata_o : 0),
                      (unsigned long long)(m->mem_op_o == MEM_CAS
                                               ? m->mem_desired_o
                                               : 0));
        return text;
    }

    std::string msg_text()
    {
        char text[128];
        std::snprintf(text, sizeof(text), "m%u:%llx:%llx ", m->msg_opcode_o,
                      (unsigned long long)m->msg_addr_o,
                      (unsigned long long)m->msg_data_o);
        return text;
    }

    // Perform what is on the memory port and answer it.
    void serve()
    {
        const uint64_t addr = m->mem_addr_o;
        const bool ok = addr <= SIZE - 16;
        uint64_t *p = ram + (ok ? addr / 8 : 0);

        effects += mem_text();
        m->mem_error_i = !ok;
        m->mem_lo_i = p[0];
        m->mem_hi_i = p[1];
        if (ok && m->mem_op_o == MEM_WRITE) {
            std::memcpy(reinterpret_cast<char *>(ram) + addr, &m->mem_wdata_o,
                        size_t{1} << m->mem_size_o);
        } else if (ok && m->mem_op_o == MEM_CAS && p[0] == m->mem_wdata_o) {
            p[0] = m->mem_desired_o;
        }
        m->mem_ack_i ^= 1;
        settle();
    }

    void take()
    {
        effects += msg_text();
        m->msg_ack_i ^= 1;
        settle();
    }

    // Offer, and clock until nothing is left; the number of cycles.
    unsigned run(uint8_t kind, uint64_t addr, uint64_t data, unsigned size = 3)
    {
        unsigned cycles = 0;

        offer(kind, addr, data, size);
        while (busy() && cycles < 10000) {
            cycle();
            cycles++;
            if (msg_waits()) {
                take();
            }
            if (mem_waits()) {
                serve();
            }
        }
        return cycles;
    }

    uint64_t read(uint64_t addr)
    {
        run(READ, addr, 0);
        return m->rsp_data_o;
    }

    std::string taken()
    {
        return std::exchange(effects, {});
    }

    // Remapping and the queue on; entry 1 remapped, 2 posted.
    void start()
    {
        ram[IRT / 8 + 2] = 0x200410001;
        ram[IRT / 8 + 4] = 0x8001 | 0x42 << 16 | PID << 32;
        run(WRITE, IRTA, IRT | 1 << 11 | 7);
        run(WRITE, IQA, QUEUE);
        run(WRITE, GCMD, 7 << 24, 2);
        run(WRITE, FECTL, 0xfe00000000);
        effects.clear();
    }

    void queue_wait()
    {
        const uint64_t tail = read(IQT);
        ram[(QUEUE + tail) / 8] = 5 | 1 << 5 | 0x77ull << 32;
        ram[(QUEUE + tail) / 8 + 1] = PID + 0x100;
        offer(WRITE, IQT, tail + 16);
    }
};

inline uint64_t request_addr(unsigned index)
{
    return 0xfee00010 | index << 5;
}

#endif
