/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block type "vtd-ir": parameters, order contract, and the names of
 * registers, messages and structures in memory. What the pins mean is in
 * vtd_ir.h.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "vtd_ir.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const VrParamSpec params[] = {
#define PARAM(name_, def_, min_, max_, doc_) \
    { .name = (name_), .doc = (doc_), .def = (def_), .min = (min_), \
      .max = (max_) },
#include "vtd_ir_params.def"
#undef PARAM
};

/* Classes of the order contract; each output wire has one of its own. */
enum {
    ORDER_REPLY,
    ORDER_VISIBLE, /* messages, and what changes memory */
    ORDER_MEM_READ,
    ORDER_WIRE, /* and above */
};

static unsigned vtd_order_class(const VrEvent *effect)
{
    switch (effect->kind) {
    case VR_EFF_MSG:
    case VR_EFF_MEM_WRITE:
    case VR_EFF_MEM_CAS:
        return ORDER_VISIBLE;
    case VR_EFF_MEM_READ:
        return ORDER_MEM_READ;
    case VR_EFF_WIRE:
        return ORDER_WIRE + effect->id;
    default:
        return ORDER_REPLY;
    }
}

/* --- text, cut where the buffer ends --- */

typedef struct Text {
    char *buf;
    size_t len, used;
} Text;

static void add(Text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add(Text *t, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (t->used >= t->len) {
        return;
    }
    va_start(ap, fmt);
    n = vsnprintf(t->buf + t->used, t->len - t->used, fmt, ap);
    va_end(ap);
    t->used += n > 0 ? (size_t)n : 0;
}

static uint32_t bits(uint64_t value, unsigned high, unsigned low)
{
    return value >> low & ((1ull << (high - low + 1)) - 1);
}

static void add_source(Text *t, uint32_t sid)
{
    add(t, "%02x:%02x.%x", (sid >> 8) & 0xff, (sid >> 3) & 0x1f, sid & 7);
}

/* --- registers --- */

typedef struct BitName {
    uint8_t bit;
    const char *name;
} BitName;

static void add_bits(Text *t, const BitName *names, size_t count,
                     uint64_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (value >> names[i].bit & 1) {
            add(t, " %s", names[i].name);
        }
    }
}

static const BitName gcmd_bits[] = {
    { 26, "QIE" }, { 25, "IRE" }, { 24, "SIRTP" }, { 23, "CFI" },
};
static const BitName gsts_bits[] = {
    { 26, "QIES" }, { 25, "IRES" }, { 24, "IRTPS" }, { 23, "CFIS" },
};
static const BitName fsts_bits[] = {
    { 0, "PFO" }, { 1, "PPF" }, { 4, "IQE" }, { 5, "ICE" }, { 6, "ITE" },
};
static const BitName ectl_bits[] = { { 31, "IM" }, { 30, "IP" } };
static const BitName ics_bits[] = { { 0, "IWC" } };
static const BitName irta_bits[] = { { 11, "EIME" } };
static const BitName iqa_bits[] = { { 11, "DW" } };

typedef struct Reg {
    uint16_t offset, size;
    const char *name;
    const BitName *bits;
    uint8_t bit_count;
} Reg;

#define BITS(names) .bits = (names), .bit_count = COUNT_OF(names)

static const Reg regs[] = {
    { VR_VTD_CAP_REG, 8, "CAP_REG", NULL, 0 },
    { VR_VTD_ECAP_REG, 8, "ECAP_REG", NULL, 0 },
    { VR_VTD_GCMD_REG, 4, "GCMD_REG", BITS(gcmd_bits) },
    { VR_VTD_GSTS_REG, 4, "GSTS_REG", BITS(gsts_bits) },
    { VR_VTD_FSTS_REG, 4, "FSTS_REG", BITS(fsts_bits) },
    { VR_VTD_FECTL_REG, 4, "FECTL_REG", BITS(ectl_bits) },
    { VR_VTD_FEDATA_REG, 4, "FEDATA_REG", NULL, 0 },
    { VR_VTD_FEADDR_REG, 4, "FEADDR_REG", NULL, 0 },
    { VR_VTD_FEUADDR_REG, 4, "FEUADDR_REG", NULL, 0 },
    { VR_VTD_IQH_REG, 8, "IQH_REG", NULL, 0 },
    { VR_VTD_IQT_REG, 8, "IQT_REG", NULL, 0 },
    { VR_VTD_IQA_REG, 8, "IQA_REG", BITS(iqa_bits) },
    { VR_VTD_ICS_REG, 4, "ICS_REG", BITS(ics_bits) },
    { VR_VTD_IECTL_REG, 4, "IECTL_REG", BITS(ectl_bits) },
    { VR_VTD_IEDATA_REG, 4, "IEDATA_REG", NULL, 0 },
    { VR_VTD_IEADDR_REG, 4, "IEADDR_REG", NULL, 0 },
    { VR_VTD_IEUADDR_REG, 4, "IEUADDR_REG", NULL, 0 },
    { VR_VTD_IQERCD_REG, 8, "IQERCD_REG", NULL, 0 },
    { VR_VTD_IRTA_REG, 8, "IRTA_REG", BITS(irta_bits) },
};

#define FRCD_SIZE 16
#define FRCD_MAX 8

static const char *fault_name(unsigned reason)
{
    static const char *const names[] = {
        [VR_VTD_FR_IR_REQ_RSVD] = "reserved field set in the request",
        [VR_VTD_FR_IR_INDEX_OVER] = "index beyond the table",
        [VR_VTD_FR_IR_ENTRY_P] = "entry not present",
        [VR_VTD_FR_IR_ROOT_INVAL] = "entry could not be read",
        [VR_VTD_FR_IR_IRTE_RSVD] = "reserved field set in the entry",
        [VR_VTD_FR_IR_REQ_COMPAT] = "compatibility format blocked",
        [VR_VTD_FR_IR_SID_ERR] = "source-id",
        [VR_VTD_FR_IR_PID_ACCESS] = "descriptor could not be accessed",
        [VR_VTD_FR_IR_PID_RSVD] = "reserved field set in the descriptor",
    };

    return reason < COUNT_OF(names) ? names[reason] : NULL;
}

/* The FRCD_REG's bits 127:64. */
static void add_fault(Text *t, uint64_t high)
{
    unsigned reason = bits(high, 39, 32);
    const char *name = fault_name(reason);

    add(t, " FR %02xh", reason);
    if (name) {
        add(t, " (%s)", name);
    }
    add(t, " SID ");
    add_source(t, bits(high, 15, 0));
}

static const Reg *find_reg(uint64_t offset)
{
    for (size_t i = 0; i < COUNT_OF(regs); i++) {
        if (offset >= regs[i].offset &&
            offset < (uint32_t)regs[i].offset + regs[i].size) {
            return &regs[i];
        }
    }
    return NULL;
}

static bool is_frcd(uint64_t offset)
{
    return offset >= VR_VTD_FRCD_REG &&
           offset < VR_VTD_FRCD_REG + FRCD_MAX * FRCD_SIZE;
}

static void add_reg(Text *t, uint64_t offset)
{
    const Reg *reg = find_reg(offset);
    unsigned byte = 0;

    if (reg) {
        add(t, "%s", reg->name);
        byte = offset - reg->offset;
    } else if (is_frcd(offset)) {
        byte = (offset - VR_VTD_FRCD_REG) % FRCD_SIZE;
        add(t, "FRCD_REG%u",
            (unsigned)(offset - VR_VTD_FRCD_REG) / FRCD_SIZE);
    } else {
        add(t, "reserved 0x%03" PRIx64, offset);
    }
    if (byte) {
        add(t, "+%u", byte);
    }
}

static void add_value(Text *t, const VrEvent *e)
{
    const Reg *reg = find_reg(e->addr);

    add(t, "0x%0*" PRIx64, e->size <= 8 ? e->size * 2 : 16, e->data[0]);
    if (reg && e->addr == reg->offset) {
        add_bits(t, reg->bits, reg->bit_count, e->data[0]);
    } else if (is_frcd(e->addr) && e->addr % FRCD_SIZE == 8 && e->size == 8 &&
               e->data[0] >> 63) {
        add(t, " F");
        add_fault(t, e->data[0]);
    }
}

/* --- messages --- */

#define ADDR_FORMAT 0x10 /* remappable */
#define ADDR_SHV 0x08

static void add_request(Text *t, uint64_t addr, uint64_t data)
{
    unsigned handle = bits(addr, 19, 5) | bits(addr, 2, 2) << 15;

    add(t, "REQUEST from ");
    add_source(t, bits(data, 47, 32));
    add(t, " 0x%" PRIx64 " = 0x%08" PRIx64, addr, data & 0xffffffff);
    if (addr >> 20 != 0xfee) {
        add(t, ", no interrupt address");
    } else if (!(addr & ADDR_FORMAT)) {
        add(t, ", compatibility");
    } else if (!(addr & ADDR_SHV)) {
        add(t, ", handle 0x%x", handle);
    } else {
        add(t, ", handle 0x%x subhandle 0x%x", handle, bits(data, 15, 0));
    }
}

static void add_desc_done(Text *t, uint64_t data)
{
    add(t, "DMA_DESC_DONE");
    switch (data & 0xf) {
    case 1:
        add(t, " IQE IQEI %u", bits(data, 7, 4));
        break;
    case 2:
        add(t, " ITE ITESID ");
        add_source(t, bits(data, 31, 16));
        break;
    case 3:
        add(t, " ICE ICESID ");
        add_source(t, bits(data, 31, 16));
        break;
    default:
        break;
    }
}

static void add_msg_in(Text *t, const VrEvent *e)
{
    switch (e->id) {
    case VR_VTD_REQUEST:
        add_request(t, e->addr, e->data[0]);
        break;
    case VR_VTD_DMA_DESC_DONE:
        add_desc_done(t, e->data[0]);
        break;
    case VR_VTD_DMA_FAULT:
        add(t, "DMA_FAULT FI 0x%" PRIx64, e->addr >> 12);
        add_fault(t, e->data[0]);
        break;
    default:
        add(t, "message in %" PRIu32 " 0x%" PRIx64 " 0x%" PRIx64, e->id,
            e->addr, e->data[0]);
        break;
    }
}

static const char *desc_name(uint64_t low)
{
    static const char *const names[] = {
        "reserved", "context-cache", "IOTLB", "device-TLB",
        "interrupt entry cache", "wait", "PASID-based IOTLB", "PASID-cache",
        "PASID-based device-TLB",
    };
    unsigned type = bits(low, 3, 0) | bits(low, 11, 9) << 4;

    return type < COUNT_OF(names) ? names[type] : "unknown";
}

static const char *delivery_mode(unsigned dlm)
{
    static const char *const names[] = {
        "fixed", "lowest priority", "SMI", "DLM 3", "NMI", "INIT", "DLM 6",
        "ExtINT",
    };

    return names[dlm & 7];
}

static void add_msg_out(Text *t, const VrEvent *e)
{
    uint64_t data = e->data[0];

    switch (e->id) {
    case VR_VTD_PASS:
        add(t, "PASS 0x%" PRIx64 " = 0x%08" PRIx64, e->addr, data);
        break;
    case VR_VTD_REMAPPED:
        add(t, "REMAPPED vector 0x%02x %s %s%s %s to 0x%" PRIx64,
            bits(data, 7, 0), delivery_mode(bits(data, 10, 8)),
            data & 0x800 ? "logical" : "physical",
            data & 0x1000 ? " redirection" : "",
            data & 0x8000 ? "level" : "edge", e->addr);
        break;
    case VR_VTD_NOTIFY:
        add(t, "NOTIFY NV 0x%02" PRIx64 " to 0x%" PRIx64, data, e->addr);
        break;
    case VR_VTD_FAULT_EVENT:
        add(t, "FAULT_EVENT 0x%" PRIx64 " = 0x%" PRIx64, e->addr, data);
        break;
    case VR_VTD_COMPLETION_EVENT:
        add(t, "COMPLETION_EVENT 0x%" PRIx64 " = 0x%" PRIx64, e->addr, data);
        break;
    case VR_VTD_DMA_DESC_HIGH:
        add(t, "DMA_DESC_HIGH 0x%016" PRIx64 ":%016" PRIx64, data, e->addr);
        break;
    case VR_VTD_DMA_DESC:
        add(t, "DMA_DESC %s 0x%016" PRIx64 ":%016" PRIx64,
            desc_name(e->addr), data, e->addr);
        break;
    default:
        add(t, "message out %" PRIu32 " 0x%" PRIx64 " 0x%" PRIx64, e->id,
            e->addr, data);
        break;
    }
}

/* --- memory --- */

#define PID_SIZE 64
#define PID_CONTROL 32 /* ON, SN, NV, NDST */
#define IRTE_PST 0x8000

static void add_words(Text *t, const uint64_t w[2], size_t size)
{
    if (size > 8) {
        add(t, "0x%016" PRIx64 ":%016" PRIx64, w[1], w[0]);
    } else {
        add(t, "0x%0*" PRIx64, (int)size * 2, w[0]);
    }
}

static void add_pid_control(Text *t, uint64_t word)
{
    add(t, "ON %u SN %u NV 0x%02x NDST 0x%x", bits(word, 0, 0),
        bits(word, 1, 1), bits(word, 23, 16), bits(word, 63, 32));
}

static void add_irte(Text *t, const uint64_t w[2])
{
    if (w[0] & IRTE_PST) {
        add(t, "posted V 0x%02x PDA 0x%" PRIx64 "%s", bits(w[0], 23, 16),
            (uint64_t)bits(w[1], 63, 32) << 32 | bits(w[0], 63, 38) << 6,
            w[0] & 0x4000 ? " URG" : "");
    } else {
        add(t, "remapped V 0x%02x %s DST 0x%x", bits(w[0], 23, 16),
            delivery_mode(bits(w[0], 7, 5)), bits(w[0], 63, 32));
    }
    add(t, " SID ");
    add_source(t, bits(w[1], 15, 0));
    add(t, " SVT %u SQ %u%s", bits(w[1], 19, 18), bits(w[1], 17, 16),
        w[0] & 2 ? " FPD" : "");
}

/*
 * Which structure 16 bytes belong to does not show in the event alone, so
 * what they would mean is said for each that they could be.
 */
static void add_structure(Text *t, const VrEvent *e)
{
    const uint64_t *w = e->data;

    if (e->size == 8) {
        add(t, " (PIR[%u:%u])", (unsigned)(e->addr % PID_CONTROL * 8 + 63),
            (unsigned)(e->addr % PID_CONTROL * 8));
        return;
    }
    if (w[0] & 1) {
        add(t, " (as IRTE: ");
        add_irte(t, w);
        add(t, ")");
    }
    if ((w[0] & 0xe0e) == 4 || (w[1] == 0 && w[0] & 0xf)) {
        add(t, " (as descriptor: %s)", desc_name(w[0]));
    }
    if (e->addr % PID_SIZE == PID_CONTROL) {
        add(t, " (as PID: ");
        add_pid_control(t, w[0]);
        add(t, ")");
    }
}

static void add_mem_read(Text *t, const VrEvent *e)
{
    add(t, "MEM_READ%u 0x%" PRIx64, e->size, e->addr);
    if (e->attr & VR_ATTR_FAULT) {
        add(t, " refused");
        return;
    }
    add(t, " = ");
    add_words(t, e->data, e->size);
    if (e->size >= 8) {
        add_structure(t, e);
    }
}

static void add_mem_write(Text *t, const VrEvent *e)
{
    add(t, "MEM_WRITE%u 0x%" PRIx64 " = ", e->size, e->addr);
    add_words(t, e->data, e->size);
    add(t, "%s", e->attr & VR_ATTR_FAULT ? " refused" : "");
}

static void add_mem_cas(Text *t, const VrEvent *e)
{
    bool done = e->data[0] == e->old[0] && e->data[1] == e->old[1];

    add(t, "MEM_CAS%u 0x%" PRIx64 " ", e->size, e->addr);
    add_words(t, e->data, e->size);
    add(t, " -> ");
    add_words(t, e->data2, e->size);
    if (e->attr & VR_ATTR_FAULT) {
        add(t, " refused");
    } else if (!done) {
        add(t, " found ");
        add_words(t, e->old, e->size);
    }
    if (e->addr % PID_SIZE == PID_CONTROL) {
        add(t, " (");
        add_pid_control(t, e->data2[0]);
        add(t, ")");
    } else {
        add(t, " (PIR bits %016" PRIx64 ")", e->data2[0] & ~e->data[0]);
    }
}

static void add_wire(Text *t, const char *direction, const VrEvent *e)
{
    if (e->kind == VR_EFF_WIRE && e->id == VR_VTD_WIRE_TIMER) {
        add(t, "TIMER %" PRIu64 " ns", e->data[0]);
    } else {
        add(t, "wire %s %" PRIu32 " = 0x%" PRIx64, direction, e->id,
            e->data[0]);
    }
}

static void add_stimulus(Text *t, const VrEvent *e)
{
    switch (e->kind) {
    case VR_STIM_RESET:
        add(t, "reset");
        break;
    case VR_STIM_READ:
        add_reg(t, e->addr);
        add(t, " read%u", e->size);
        break;
    case VR_STIM_WRITE:
        add_reg(t, e->addr);
        add(t, " write%u = ", e->size);
        add_value(t, e);
        break;
    case VR_STIM_MSG:
        add_msg_in(t, e);
        break;
    case VR_STIM_WIRE:
        add_wire(t, "in", e);
        break;
    case VR_STIM_TIME:
        add(t, "time %" PRIu64 " ns", e->data[0]);
        break;
    default:
        add(t, "event 0x%02x", e->kind);
        break;
    }
}

static void vtd_describe(const VrEvent *e, char *buf, size_t len)
{
    Text t = { buf, len, 0 };

    switch (e->kind) {
    case VR_EFF_DATA:
        add(&t, "data ");
        add_value(&t, e);
        break;
    case VR_EFF_ERROR:
        add(&t, "error response");
        break;
    case VR_EFF_MSG:
        add_msg_out(&t, e);
        break;
    case VR_EFF_WIRE:
        add_wire(&t, "out", e);
        break;
    case VR_EFF_MEM_READ:
        add_mem_read(&t, e);
        break;
    case VR_EFF_MEM_WRITE:
        add_mem_write(&t, e);
        break;
    case VR_EFF_MEM_CAS:
        add_mem_cas(&t, e);
        break;
    default:
        add_stimulus(&t, e);
        break;
    }
}

const VrBlockType vr_vtd_ir_type = {
    .name = "vtd-ir",
    .manual = "Intel Virtualization Technology for Directed I/O, "
              "architecture specification",
    .params = params,
    .param_count = COUNT_OF(params),
    .order_class = vtd_order_class,
    .describe = vtd_describe,
};
