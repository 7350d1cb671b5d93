// SPDX-License-Identifier: GPL-2.0-or-later
//
// The backend "rtl" of the block vtd-ir: drives the pins of the Verilated RTL
// for one stimulus, clocks it until it is idle, answers its memory requests and
// emits what leaves it, in that order.
//
// There are two Verilated builds of the same RTL, as of gicv3-redist: only the
// one that is created when a waveform is asked for can write it.

#include "VlVtdIr.h"
#include "VlVtdIrTrace.h"
#include "backend.h"
#include "verilated.h"
#include "verilated_fst_c.h"
#include "vtd_ir.h"

#include <cassert>
#include <cstdio>
#include <memory>
#include <new>
#include <sys/stat.h>
#include <type_traits>

namespace {

// The longest stimulus goes through a queue of 32,768 descriptors at up to 5
// cycles each, and lands 9 posted interrupts with up to cas-tries
// compare-and-swaps of each of two words. A block that is still busy after this
// many cycles hangs.
constexpr unsigned kQueueCycles = 1u << 18;
constexpr unsigned kCyclesEachTry = 32;

// vtd_ir_pkg.sv
enum {
    kStimRead,
    kStimWrite,
    kStimRequest,
    kStimDmaDone,
    kStimDmaFault,
    kStimTime,
    kStimUnknown = 7,
};
enum { kMemRead, kMemWrite, kMemCas };
constexpr uint8_t kSizeIllegal = 7;

uint8_t size_code(unsigned bytes)
{
    return bytes == 4 ? 2 : bytes == 8 ? 3 : kSizeIllegal;
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
        model_ = std::make_unique<Model>(context_.get(), "vtd_ir");

        Model &m = *model_;
        m.cfg_pi_i = vr_variant_get(type, v, "pi");
        m.cfg_eim_i = vr_variant_get(type, v, "eim");
        m.cfg_esirtps_i = vr_variant_get(type, v, "esirtps");
        m.cfg_mhmv_i = vr_variant_get(type, v, "mhmv");
        m.cfg_frcd_i = vr_variant_get(type, v, "frcd");
        m.cfg_dw_i = vr_variant_get(type, v, "dw");
        m.cfg_iec_sets_i = vr_variant_get(type, v, "iec-sets");
        m.cfg_iec_ways_i = vr_variant_get(type, v, "iec-ways");
        m.cfg_iec_policy_i = vr_variant_get(type, v, "iec-policy");
        m.cfg_cas_tries_i = vr_variant_get(type, v, "cas-tries");
        max_cycles_ = kQueueCycles + kCyclesEachTry * m.cfg_cas_tries_i;
        m.cfg_delay_i = vr_variant_get(type, v, "delay");
        m.cfg_notify_delay_i = vr_variant_get(type, v, "notify-delay");
        // The first evaluation cannot see an edge; have it before the reset.
        m.clk_i = 0;
        m.eval();
        reset();
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
            reset(); // seen from the first edge on
        } else {
            (void)path;
        }
    }

    bool apply(VrBlock *b, const VrEvent *stim, VrReply *reply) override
    {
        Model &m = *model_;

        if (hung_) {
            return false;
        }
        m.stim_addr_i = stim->addr;
        m.stim_data_i = stim->data[0];
        switch (stim->kind) {
        case VR_STIM_RESET:
            reset();
            timer(b);
            return true;
        case VR_STIM_READ:
        case VR_STIM_WRITE:
            m.stim_kind_i =
                stim->kind == VR_STIM_READ ? kStimRead : kStimWrite;
            m.stim_size_i = size_code(stim->size);
            break;
        case VR_STIM_MSG:
            m.stim_kind_i = message_kind(stim->id);
            break;
        case VR_STIM_TIME:
            m.stim_kind_i = kStimTime;
            break;
        default:
            return true; // there are no input wires
        }
        m.stim_req_i ^= 1;
        if (!run(b)) {
            return false;
        }
        if (stim->kind == VR_STIM_READ) {
            reply->data = m.rsp_data_o;
        }
        timer(b);
        return true;
    }

private:
    static constexpr bool kTraces = std::is_same_v<Model, VlVtdIrTrace>;

    static uint8_t message_kind(uint32_t opcode)
    {
        switch (opcode) {
        case VR_VTD_REQUEST:
            return kStimRequest;
        case VR_VTD_DMA_DESC_DONE:
            return kStimDmaDone;
        case VR_VTD_DMA_FAULT:
            return kStimDmaFault;
        default:
            return kStimUnknown;
        }
    }

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
        model_->clk_i = 0;
        model_->eval();
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
        model_->stim_req_i = 0;
        model_->mem_ack_i = 0;
        model_->msg_ack_i = 0;
        cycle();
        model_->rst_ni = 1;
    }

    // Clock until nothing is left to do.
    bool run(VrBlock *b)
    {
        Model &m = *model_;

        for (unsigned cycles = 0; cycles < max_cycles_; cycles++) {
            cycle();
            if (m.msg_req_o != m.msg_ack_i) {
                m.msg_ack_i = m.msg_req_o;
                vr_emit_msg(b, m.msg_opcode_o, m.msg_addr_o, m.msg_data_o);
            }
            if (m.mem_req_o != m.mem_ack_i) {
                m.mem_ack_i = m.mem_req_o;
                memory(b);
            } else if (m.idle_o) {
                return true;
            }
        }
        hung_ = true;
        vr_guest_error(b,
                       "vtd-ir rtl: idle_o low after %u cycles: the RTL hangs; "
                       "the block is stopped",
                       max_cycles_);
        return false;
    }

    // Perform the memory request on the pins and answer it.
    void memory(VrBlock *b)
    {
        Model &m = *model_;
        const size_t size = size_t{1} << m.mem_size_o;
        uint64_t answer[2] = {};
        bool ok = true;

        switch (m.mem_op_o) {
        case kMemRead:
            ok = vr_emit_mem_read(b, m.mem_addr_o, answer, size);
            break;
        case kMemWrite: {
            const uint64_t data = m.mem_wdata_o;
            ok = vr_emit_mem_write(b, m.mem_addr_o, &data, size);
            break;
        }
        case kMemCas: {
            const uint64_t expected = m.mem_wdata_o;
            const uint64_t desired = m.mem_desired_o;
            ok = vr_emit_mem_cas(b, m.mem_addr_o, &expected, &desired, answer,
                                 size);
            break;
        }
        }
        m.mem_lo_i = answer[0];
        m.mem_hi_i = answer[1];
        m.mem_error_i = !ok;
    }

    void timer(VrBlock *b)
    {
        if (model_->timer_o != timer_) {
            timer_ = model_->timer_o;
            vr_emit_wire(b, VR_VTD_WIRE_TIMER, timer_);
        }
    }

    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Model> model_;
    std::unique_ptr<VerilatedFstC> fst_;
    unsigned max_cycles_ = 0;
    uint64_t timer_ = 0;
    bool hung_ = false;
};

// Those that have a pin.
const char *const kParams[] = {
    "pi",       "eim",      "esirtps",    "mhmv",      "frcd",  "dw",
    "iec-sets", "iec-ways", "iec-policy", "cas-tries", "delay", "notify-delay",
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
                     "backend rtl of vtd-ir takes no argument, but got '%s'",
                     spec);
        return nullptr;
    }
    assert(type->param_count == kParamCount); // a parameter without a pin
    try {
        auto r = std::make_unique<RtlBlock>();
        r->base = VrBlock{};
        r->base.type = type;
        for (size_t i = 0; i < kParamCount; i++) {
            r->params[i] = {kParams[i],
                            vr_variant_get(type, variant, kParams[i])};
        }
        r->driver = std::make_unique<PinDriver<VlVtdIr>>(type, variant);
        return &r.release()->base;
    } catch (const std::bad_alloc &) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "backend rtl of vtd-ir: out of memory");
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
                            "waves of vtd-ir: '%s' asked for after the first "
                            "stimulus; ask before it",
                            path);
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        // The FST writer would remove what is there.
        return vr_error_set(err, VR_ERR_USAGE,
                            "waves of vtd-ir: '%s' is not a file; name one",
                            path);
    }
    FILE *probe = std::fopen(path, "wb");
    if (!probe) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "waves of vtd-ir: cannot write '%s': %m; choose a "
                            "writable path",
                            path);
    }
    std::fclose(probe);
    try {
        const VrVariant variant = {r->params, kParamCount};
        r->driver =
            std::make_unique<PinDriver<VlVtdIrTrace>>(b->type, &variant);
        r->driver->open_waves(path);
        return true;
    } catch (const std::bad_alloc &) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "waves of vtd-ir: out of memory");
    }
}

const VrBackend rtl_backend = {
    "vtd-ir", "rtl", rtl_create, rtl_destroy,
    rtl_apply, nullptr, nullptr, rtl_waves,
};

__attribute__((constructor)) void rtl_register()
{
    vr_backend_register(&rtl_backend);
}

} // namespace
