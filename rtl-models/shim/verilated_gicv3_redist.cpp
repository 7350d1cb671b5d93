// SPDX-License-Identifier: GPL-2.0-or-later
//
// The backend "rtl" of the block gicv3-redist: drives the pins of the
// Verilated RTL for one stimulus, clocks it until it is idle, and emits what
// leaves it, in that order.
//
// There are two Verilated builds of the same RTL. The one that can write a
// waveform is only created when a waveform is asked for, so that a run without
// one does not pay for it.

#include "VlGicv3Redist.h"
#include "VlGicv3RedistTrace.h"
#include "backend.h"
#include "gicv3_redist.h"
#include "verilated.h"
#include "verilated_fst_c.h"

#include <cassert>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <sys/stat.h>
#include <type_traits>

namespace {

// The longest stimulus takes 4 cycles; a block that is still busy after this
// many hangs.
constexpr unsigned kMaxCycles = 32;

// gicv3_redist.sv: an address beyond the frames, and no legal size or opcode.
constexpr uint32_t kAddrMiss = 0xffffffffu;
constexpr uint8_t kSizeIllegal = 7;
constexpr uint8_t kOpcodeUnknown = 0xff;

uint8_t size_code(unsigned bytes)
{
    switch (bytes) {
    case 1:
        return 0;
    case 2:
        return 1;
    case 4:
        return 2;
    case 8:
        return 3;
    default:
        return kSizeIllegal;
    }
}

// What the pins do not depend on: the interface to either Verilated build.
class Driver {
public:
    virtual ~Driver() = default;
    virtual bool apply(VrBlock *b, const VrEvent *stim, VrReply *reply) = 0;
    virtual void open_waves(const char *path) = 0;
};

template <class Model> class PinDriver final : public Driver {
public:
    PinDriver(const VrBlockType *type, const VrVariant *v)
        : context_(std::make_unique<VerilatedContext>())
    {
        context_->threads(1);
        context_->traceEverOn(kTraces);
        model_ = std::make_unique<Model>(context_.get(), "gicv3_redist");

        Model &m = *model_;
        m.strap_affinity_i = vr_variant_get(type, v, "affinity");
        m.strap_processor_number_i =
            vr_variant_get(type, v, "processor-number");
        m.strap_last_i = vr_variant_get(type, v, "last");
        m.strap_prio_bits_i = vr_variant_get(type, v, "prio-bits");
        m.strap_icfgr1_writable_i = vr_variant_get(type, v, "icfgr1-writable");
        m.strap_dpg_i = vr_variant_get(type, v, "dpg");
        m.strap_statusr_i = vr_variant_get(type, v, "statusr");
        m.strap_iidr_i = vr_variant_get(type, v, "iidr");
        m.msg_out_ready_i = 1;
        // The first evaluation cannot see an edge; have it before the reset.
        m.clk_i = 0;
        m.eval();
    }

    ~PinDriver() override
    {
        model_->final();
        if (fst_) {
            fst_->close();
        }
    }

    void open_waves(const char *path) override
    {
        if constexpr (kTraces) {
            fst_ = std::make_unique<VerilatedFstC>();
            model_->trace(fst_.get(), 99);
            fst_->open(path);
        } else {
            (void)path;
        }
    }

    bool apply(VrBlock *b, const VrEvent *stim, VrReply *reply) override
    {
        if (hung_) {
            return false;
        }
        if (!started_) {
            started_ = true;
            reset();
        }
        cycles_ = 0;
        switch (stim->kind) {
        case VR_STIM_RESET:
            reset();
            break;
        case VR_STIM_READ:
        case VR_STIM_WRITE:
            if (!access(b, stim, reply)) {
                return false;
            }
            break;
        case VR_STIM_MSG:
            if (!message(b, stim)) {
                return false;
            }
            break;
        case VR_STIM_WIRE:
            if (!wire(stim->id, stim->data[0])) {
                return true;
            }
            cycle();
            break;
        default:
            return true; // time: nothing in this block waits for it
        }
        return drain(b);
    }

private:
    static constexpr bool kTraces =
        std::is_same_v<Model, VlGicv3RedistTrace>;

    // One clock cycle, from the falling edge on which the inputs were set.
    void cycle()
    {
        if constexpr (kTraces) {
            model_->eval();
            dump();
        }
        model_->clk_i = 1;
        model_->eval();
        dump();
        model_->bus_valid_i = 0;
        model_->msg_in_valid_i = 0;
        model_->clk_i = 0;
        model_->eval();
        cycles_++;
    }

    void dump()
    {
        if constexpr (kTraces) {
            if (fst_) {
                fst_->dump(context_->time());
            }
            context_->timeInc(1);
        }
    }

    void reset()
    {
        model_->rst_ni = 0;
        cycle();
        model_->rst_ni = 1;
    }

    bool hung(VrBlock *b, const char *what)
    {
        hung_ = true;
        vr_guest_error(b,
                       "gicv3-redist rtl: %s after %u cycles: the RTL hangs; "
                       "the block is stopped",
                       what, cycles_);
        return false;
    }

    bool access(VrBlock *b, const VrEvent *stim, VrReply *reply)
    {
        Model &m = *model_;
        m.bus_addr_i = stim->addr < kAddrMiss ? stim->addr : kAddrMiss;
        m.bus_size_i = size_code(stim->size);
        m.bus_secure_i = (stim->attr & VR_ATTR_SECURE) != 0;
        m.bus_write_i = stim->kind == VR_STIM_WRITE;
        m.bus_wdata_i = stim->data[0];
        while (!m.bus_ready_o) {
            if (cycles_ >= kMaxCycles) {
                return hung(b, "bus_ready_o low");
            }
            emit(b);
            cycle();
        }
        m.bus_valid_i = 1;
        cycle();
        if (!m.bus_rvalid_o) {
            return hung(b, "no bus_rvalid_o");
        }
        reply->data = stim->kind == VR_STIM_READ ? m.bus_rdata_o : 0;
        reply->error = m.bus_error_o;
        return true;
    }

    bool message(VrBlock *b, const VrEvent *stim)
    {
        Model &m = *model_;
        m.msg_in_opcode_i =
            stim->id < kOpcodeUnknown ? stim->id : kOpcodeUnknown;
        m.msg_in_addr_i = stim->addr;
        m.msg_in_data_i = stim->data[0];
        while (!m.msg_in_ready_o) {
            if (cycles_ >= kMaxCycles) {
                return hung(b, "msg_in_ready_o low");
            }
            emit(b);
            cycle();
        }
        m.msg_in_valid_i = 1;
        cycle();
        return true;
    }

    // Returns whether a pin changed.
    bool wire(uint32_t id, uint64_t level)
    {
        Model &m = *model_;
        if (id >= VR_GICR_WIRE_PPI_FIRST && id <= VR_GICR_WIRE_PPI_LAST) {
            const uint16_t bit = 1u << (id - VR_GICR_WIRE_PPI_FIRST);
            const uint16_t old = m.ppi_i;
            m.ppi_i = (level & 1) ? old | bit : old & ~bit;
            return m.ppi_i != old;
        }
        if (id == VR_GICR_WIRE_GICD_CTLR) {
            const unsigned enable = level & 7;
            const unsigned ds = (level >> 6) & 1;
            const bool changed = enable != m.gicd_enable_i || ds != m.gicd_ds_i;
            m.gicd_enable_i = enable;
            m.gicd_ds_i = ds;
            return changed;
        }
        return false;
    }

    // Emit what the output pins show in this cycle.
    void emit(VrBlock *b)
    {
        Model &m = *model_;
        if (m.msg_out_valid_o) {
            vr_emit_msg(b, m.msg_out_opcode_o, m.msg_out_addr_o,
                        m.msg_out_data_o);
        }
        if (m.wake_request_o != wake_request_) {
            wake_request_ = m.wake_request_o;
            vr_emit_wire(b, VR_GICR_WIRE_WAKE_REQUEST, wake_request_);
        }
        if (m.dpg_o != dpg_) {
            dpg_ = m.dpg_o;
            vr_emit_wire(b, VR_GICR_WIRE_DPG, dpg_);
        }
    }

    // Clock until nothing is left to do.
    bool drain(VrBlock *b)
    {
        for (;;) {
            emit(b);
            if (model_->idle_o) {
                return true;
            }
            if (cycles_ >= kMaxCycles) {
                return hung(b, "idle_o low");
            }
            cycle();
        }
    }

    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Model> model_;
    std::unique_ptr<VerilatedFstC> fst_;
    unsigned cycles_ = 0;
    uint8_t wake_request_ = 0;
    uint8_t dpg_ = 0;
    bool started_ = false;
    bool hung_ = false;
};

// Those that have a strap.
const char *const kParams[] = {
    "affinity",        "processor-number", "last",    "prio-bits",
    "icfgr1-writable", "dpg",              "statusr", "iidr",
};
constexpr size_t kParamCount = sizeof(kParams) / sizeof(kParams[0]);

struct RtlBlock {
    VrBlock base; // first: the contract casts
    std::unique_ptr<Driver> driver;
    VrParam params[kParamCount]; // for the model that vr_block_waves() creates
    bool touched;
};

RtlBlock *rtl(VrBlock *b)
{
    return reinterpret_cast<RtlBlock *>(b);
}

VrBlock *rtl_create(const VrBlockType *type, const char *spec,
                    const VrVariant *variant, VrError *err)
{
    if (spec) {
        vr_error_set(err, VR_ERR_USAGE,
                     "backend rtl of gicv3-redist takes no argument, but got "
                     "'%s'",
                     spec);
        return nullptr;
    }
    assert(type->param_count == kParamCount); // a parameter without a strap
    try {
        auto r = std::make_unique<RtlBlock>();
        r->base = VrBlock{};
        r->base.type = type;
        for (size_t i = 0; i < kParamCount; i++) {
            r->params[i] = {kParams[i],
                            vr_variant_get(type, variant, kParams[i])};
        }
        r->driver =
            std::make_unique<PinDriver<VlGicv3Redist>>(type, variant);
        return &r.release()->base;
    } catch (const std::bad_alloc &) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "backend rtl of gicv3-redist: out of memory");
        return nullptr;
    }
}

void rtl_destroy(VrBlock *b)
{
    delete rtl(b);
}

bool rtl_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    RtlBlock *r = rtl(b);
    r->touched = true;
    return r->driver->apply(b, stim, reply);
}

bool rtl_waves(VrBlock *b, const char *path, VrError *err)
{
    RtlBlock *r = rtl(b);
    if (r->touched) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "waves of gicv3-redist: '%s' asked for after the "
                            "first stimulus; ask before it",
                            path);
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        // The FST writer would remove what is there.
        return vr_error_set(err, VR_ERR_USAGE,
                            "waves of gicv3-redist: '%s' is not a file; name "
                            "one",
                            path);
    }
    FILE *probe = std::fopen(path, "wb");
    if (!probe) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "waves of gicv3-redist: cannot write '%s': %m; "
                            "choose a writable path",
                            path);
    }
    std::fclose(probe);
    try {
        const VrVariant variant = {r->params, kParamCount};
        r->driver = std::make_unique<PinDriver<VlGicv3RedistTrace>>(b->type,
                                                                    &variant);
        r->driver->open_waves(path);
        return true;
    } catch (const std::bad_alloc &) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "waves of gicv3-redist: out of memory");
    }
}

const VrBackend rtl_backend = {
    "gicv3-redist", "rtl", rtl_create, rtl_destroy,
    rtl_apply,      nullptr, nullptr,  rtl_waves,
};

__attribute__((constructor)) void rtl_register()
{
    vr_backend_register(&rtl_backend);
}

} // namespace
