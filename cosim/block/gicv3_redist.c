/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block type "gicv3-redist": parameters, order contract, and the names of
 * registers, messages and wires. What the pins mean is in gicv3_redist.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "gicv3_redist.h"

static const VrParamSpec params[] = {
#define PARAM(name_, def_, min_, max_, doc_) \
    { .name = (name_), .doc = (doc_), .def = (def_), .min = (min_), \
      .max = (max_) },
#include "gicv3_redist_params.def"
#undef PARAM
};

/* Classes of the order contract; each output wire has one of its own. */
enum {
    ORDER_REPLY,
    ORDER_SET_CLEAR,
    ORDER_ACK,
    ORDER_CONTROL,
    ORDER_NET_SGI,
    ORDER_WIRE, /* and above */
};

static unsigned redist_order_class(const VrEvent *effect)
{
    if (effect->kind == VR_EFF_WIRE) {
        return ORDER_WIRE + effect->id;
    }
    if (effect->kind != VR_EFF_MSG) {
        return ORDER_REPLY;
    }
    switch (effect->id) {
    case VR_GICR_SET:
    case VR_GICR_CLEAR:
        return ORDER_SET_CLEAR;
    case VR_GICR_DOWNSTREAM_CONTROL:
    case VR_GICR_QUIESCE:
        return ORDER_CONTROL;
    case VR_GICR_NET_SGI:
        return ORDER_NET_SGI;
    default:
        return ORDER_ACK;
    }
}

/* Names of registers, for people; no behaviour depends on this table. */
typedef struct RegName {
    uint32_t offset;
    uint16_t size;   /* bytes from there that have this name */
    uint8_t stride;  /* bytes a register of an indexed name; 0: not indexed */
    uint8_t first;   /* index of the first one */
    const char *name;
    const char *suffix; /* after the index */
} RegName;

static const RegName reg_names[] = {
    { 0x00000, 4, 0, 0, "GICR_CTLR", "" },
    { 0x00004, 4, 0, 0, "GICR_IIDR", "" },
    { 0x00008, 8, 0, 0, "GICR_TYPER", "" },
    { 0x00010, 4, 0, 0, "GICR_STATUSR", "" },
    { 0x00014, 4, 0, 0, "GICR_WAKER", "" },
    { 0x00018, 4, 0, 0, "GICR_MPAMIDR", "" },
    { 0x0001c, 4, 0, 0, "GICR_PARTIDR", "" },
    { 0x00040, 8, 0, 0, "GICR_SETLPIR", "" },
    { 0x00048, 8, 0, 0, "GICR_CLRLPIR", "" },
    { 0x00070, 8, 0, 0, "GICR_PROPBASER", "" },
    { 0x00078, 8, 0, 0, "GICR_PENDBASER", "" },
    { 0x000a0, 8, 0, 0, "GICR_INVLPIR", "" },
    { 0x000b0, 8, 0, 0, "GICR_INVALLR", "" },
    { 0x000c0, 4, 0, 0, "GICR_SYNCR", "" },
    { 0x0ffd0, 16, 4, 4, "GICR_PIDR", "" },
    { 0x0ffe0, 16, 4, 0, "GICR_PIDR", "" },
    { 0x0fff0, 16, 4, 0, "GICR_CIDR", "" },
    { 0x10080, 4, 4, 0, "GICR_IGROUPR", "" },
    { 0x10084, 8, 4, 1, "GICR_IGROUPR", "E" },
    { 0x10100, 4, 4, 0, "GICR_ISENABLER", "" },
    { 0x10104, 8, 4, 1, "GICR_ISENABLER", "E" },
    { 0x10180, 4, 4, 0, "GICR_ICENABLER", "" },
    { 0x10184, 8, 4, 1, "GICR_ICENABLER", "E" },
    { 0x10200, 4, 4, 0, "GICR_ISPENDR", "" },
    { 0x10204, 8, 4, 1, "GICR_ISPENDR", "E" },
    { 0x10280, 4, 4, 0, "GICR_ICPENDR", "" },
    { 0x10284, 8, 4, 1, "GICR_ICPENDR", "E" },
    { 0x10300, 4, 4, 0, "GICR_ISACTIVER", "" },
    { 0x10304, 8, 4, 1, "GICR_ISACTIVER", "E" },
    { 0x10380, 4, 4, 0, "GICR_ICACTIVER", "" },
    { 0x10384, 8, 4, 1, "GICR_ICACTIVER", "E" },
    { 0x10400, 32, 4, 0, "GICR_IPRIORITYR", "" },
    { 0x10420, 64, 4, 8, "GICR_IPRIORITYR", "E" },
    { 0x10c00, 8, 4, 0, "GICR_ICFGR", "" },
    { 0x10c08, 16, 4, 2, "GICR_ICFGR", "E" },
    { 0x10d00, 4, 4, 0, "GICR_IGRPMODR", "" },
    { 0x10d04, 8, 4, 1, "GICR_IGRPMODR", "E" },
    { 0x10e00, 4, 0, 0, "GICR_NSACR", "" },
    { 0x10f80, 4, 4, 0, "GICR_INMIR", "" },
    { 0x10f84, 8, 4, 1, "GICR_INMIR", "E" },
};

static void reg_name(uint64_t offset, char *buf, size_t len)
{
    for (size_t i = 0; i < sizeof(reg_names) / sizeof(reg_names[0]); i++) {
        const RegName *r = &reg_names[i];
        unsigned step = r->stride ? r->stride : r->size;
        unsigned byte;
        int n;

        if (offset < r->offset || offset >= r->offset + r->size) {
            continue;
        }
        byte = offset - r->offset;
        if (r->stride) {
            n = snprintf(buf, len, "%s%u%s", r->name,
                         r->first + byte / r->stride, r->suffix);
        } else {
            n = snprintf(buf, len, "%s", r->name);
        }
        if (byte % step && n >= 0 && (size_t)n < len) {
            snprintf(buf + n, len - n, "+%u", byte % step);
        }
        return;
    }
    snprintf(buf, len, "reserved 0x%05" PRIx64, offset);
}

static const char *const msg_in_names[] = {
    [VR_GICR_ACTIVATE] = "ACTIVATE",
    [VR_GICR_RELEASE] = "RELEASE",
    [VR_GICR_CLEAR_ACK] = "CLEAR_ACK",
    [VR_GICR_DEACTIVATE] = "DEACTIVATE",
    [VR_GICR_GENERATE_SGI] = "GENERATE_SGI",
    [VR_GICR_UPSTREAM_CONTROL] = "UPSTREAM_CONTROL",
    [VR_GICR_DOWNSTREAM_CONTROL_ACK] = "DOWNSTREAM_CONTROL_ACK",
    [VR_GICR_QUIESCE_ACK] = "QUIESCE_ACK",
    [VR_GICR_SGI] = "SGI",
};

static const char *const msg_out_names[] = {
    [VR_GICR_SET] = "SET",
    [VR_GICR_CLEAR] = "CLEAR",
    [VR_GICR_ACTIVATE_ACK] = "ACTIVATE_ACK",
    [VR_GICR_DEACTIVATE_ACK] = "DEACTIVATE_ACK",
    [VR_GICR_GENERATE_SGI_ACK] = "GENERATE_SGI_ACK",
    [VR_GICR_UPSTREAM_CONTROL_ACK] = "UPSTREAM_CONTROL_ACK",
    [VR_GICR_DOWNSTREAM_CONTROL] = "DOWNSTREAM_CONTROL",
    [VR_GICR_QUIESCE] = "QUIESCE",
    [VR_GICR_NET_SGI] = "NET_SGI",
};

static const char *group_name(unsigned group)
{
    static const char *const names[] = {
        [VR_GIC_G0] = "G0",
        [VR_GIC_G1NS] = "G1NS",
        [VR_GIC_G1S] = "G1S",
    };

    return group < sizeof(names) / sizeof(names[0]) ? names[group] : "G?";
}

static void describe_groups(uint64_t groups, char *buf, size_t len)
{
    snprintf(buf, len, "%s%s%s%s", groups & 7 ? "" : " none",
             groups >> VR_GIC_G0 & 1 ? " G0" : "",
             groups >> VR_GIC_G1S & 1 ? " G1S" : "",
             groups >> VR_GIC_G1NS & 1 ? " G1NS" : "");
}

static void describe_msg_in(const VrEvent *e, char *buf, size_t len)
{
    const char *name = NULL;
    char groups[32];

    if (e->id < sizeof(msg_in_names) / sizeof(msg_in_names[0])) {
        name = msg_in_names[e->id];
    }
    if (!name) {
        snprintf(buf, len, "message in %" PRIu32 " 0x%" PRIx64 " 0x%" PRIx64,
                 e->id, e->addr, e->data[0]);
        return;
    }
    describe_groups(e->data[0], groups, sizeof(groups));
    switch (e->id) {
    case VR_GICR_ACTIVATE:
    case VR_GICR_RELEASE:
    case VR_GICR_CLEAR_ACK:
        snprintf(buf, len, "%s INTID %" PRIu64, name, e->addr);
        break;
    case VR_GICR_DEACTIVATE:
        snprintf(buf, len, "%s INTID %" PRIu64 " groups%s", name, e->addr,
                 groups);
        break;
    case VR_GICR_GENERATE_SGI:
        snprintf(buf, len, "%s 0x%" PRIx64 " 0x%" PRIx64, name, e->addr,
                 e->data[0]);
        break;
    case VR_GICR_UPSTREAM_CONTROL:
        if (e->addr == 0) {
            snprintf(buf, len, "%s groups%s", name, groups);
        } else {
            snprintf(buf, len, "%s %" PRIu64 " = 0x%" PRIx64, name, e->addr,
                     e->data[0]);
        }
        break;
    case VR_GICR_SGI:
        snprintf(buf, len, "%s INTID %" PRIu64 " %s from %s", name, e->addr,
                 group_name(e->data[0] & 3),
                 e->data[0] & 4 ? "Non-secure" : "Secure");
        break;
    default:
        snprintf(buf, len, "%s", name);
        break;
    }
}

static void describe_msg_out(const VrEvent *e, char *buf, size_t len)
{
    const char *name = NULL;

    if (e->id < sizeof(msg_out_names) / sizeof(msg_out_names[0])) {
        name = msg_out_names[e->id];
    }
    if (!name) {
        snprintf(buf, len, "message out %" PRIu32 " 0x%" PRIx64
                 " 0x%" PRIx64, e->id, e->addr, e->data[0]);
        return;
    }
    switch (e->id) {
    case VR_GICR_SET:
        snprintf(buf, len, "%s INTID %" PRIu64 " priority 0x%02x %s", name,
                 e->addr, (unsigned)(e->data[0] & 0xff),
                 group_name(e->data[0] >> 8 & 0xff));
        break;
    case VR_GICR_CLEAR:
    case VR_GICR_ACTIVATE_ACK:
    case VR_GICR_DEACTIVATE_ACK:
        snprintf(buf, len, "%s INTID %" PRIu64, name, e->addr);
        break;
    case VR_GICR_UPSTREAM_CONTROL_ACK:
        snprintf(buf, len, "%s %" PRIu64, name, e->addr);
        break;
    case VR_GICR_DOWNSTREAM_CONTROL:
        snprintf(buf, len, "%s DS = %u", name, (unsigned)(e->data[0] & 1));
        break;
    case VR_GICR_NET_SGI:
        snprintf(buf, len, "%s 0x%" PRIx64 " 0x%" PRIx64, name, e->addr,
                 e->data[0]);
        break;
    default:
        snprintf(buf, len, "%s", name);
        break;
    }
}

static void describe_wire_in(const VrEvent *e, char *buf, size_t len)
{
    if (e->id >= VR_GICR_WIRE_PPI_FIRST && e->id <= VR_GICR_WIRE_PPI_LAST) {
        snprintf(buf, len, "PPI %" PRIu32 " = %u", e->id,
                 (unsigned)(e->data[0] & 1));
    } else if (e->id == VR_GICR_WIRE_GICD_CTLR) {
        snprintf(buf, len, "GICD_CTLR = 0x%02" PRIx64, e->data[0]);
    } else {
        snprintf(buf, len, "wire in %" PRIu32 " = 0x%" PRIx64, e->id,
                 e->data[0]);
    }
}

static void describe_wire_out(const VrEvent *e, char *buf, size_t len)
{
    if (e->id == VR_GICR_WIRE_WAKE_REQUEST) {
        snprintf(buf, len, "WAKE_REQUEST = %" PRIu64, e->data[0]);
    } else if (e->id == VR_GICR_WIRE_DPG) {
        snprintf(buf, len, "DPG = 0x%" PRIx64, e->data[0]);
    } else {
        snprintf(buf, len, "wire out %" PRIu32 " = 0x%" PRIx64, e->id,
                 e->data[0]);
    }
}

static void describe_access(const VrEvent *e, char *buf, size_t len)
{
    const char *security = e->attr & VR_ATTR_SECURE ? "S" : "NS";
    int digits = e->size <= 8 ? e->size * 2 : 16;
    char reg[40];

    reg_name(e->addr, reg, sizeof(reg));
    if (e->kind == VR_STIM_READ) {
        snprintf(buf, len, "%s read%u %s", reg, e->size, security);
    } else {
        snprintf(buf, len, "%s write%u %s = 0x%0*" PRIx64, reg, e->size,
                 security, digits, e->data[0]);
    }
}

static void redist_describe(const VrEvent *e, char *buf, size_t len)
{
    switch (e->kind) {
    case VR_STIM_RESET:
        snprintf(buf, len, "reset");
        break;
    case VR_STIM_READ:
    case VR_STIM_WRITE:
        describe_access(e, buf, len);
        break;
    case VR_STIM_MSG:
        describe_msg_in(e, buf, len);
        break;
    case VR_STIM_WIRE:
        describe_wire_in(e, buf, len);
        break;
    case VR_STIM_TIME:
        snprintf(buf, len, "time %" PRIu64 " ns", e->data[0]);
        break;
    case VR_EFF_DATA:
        snprintf(buf, len, "data 0x%0*" PRIx64,
                 e->size <= 8 ? e->size * 2 : 16, e->data[0]);
        break;
    case VR_EFF_ERROR:
        snprintf(buf, len, "error response");
        break;
    case VR_EFF_MSG:
        describe_msg_out(e, buf, len);
        break;
    case VR_EFF_WIRE:
        describe_wire_out(e, buf, len);
        break;
    default:
        snprintf(buf, len, "event 0x%02x id %" PRIu32 " addr 0x%" PRIx64
                 " data 0x%" PRIx64, e->kind, e->id, e->addr, e->data[0]);
        break;
    }
}

const VrBlockType vr_gicv3_redist_type = {
    .name = "gicv3-redist",
    .manual = "Arm IHI 0069, GIC architecture specification, GICv3 and GICv4",
    .params = params,
    .param_count = sizeof(params) / sizeof(params[0]),
    .order_class = redist_order_class,
    .describe = redist_describe,
};
