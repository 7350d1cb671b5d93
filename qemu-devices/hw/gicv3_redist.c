/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm-gicv3's redistributors served by blocks: life cycle, the bus side and
 * the wires. The side of the CPU interface is in gicv3_redist_link.c.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "migration/blocker.h"
#include "migration/vmstate.h"
#include "variant.h"
#include "system/kvm.h"
#include "hw/qdev-core.h"
#include "cpu.h"
#include "hw/intc/gicv3_internal.h"
#include "hw/virelay/gicv3_redist.h"
#include "hw/virelay/gicv3_redist_internal.h"
#include "hw/virelay/run.h"

#define BUILTIN "builtin"

/* Offsets in the block's two frames that the glue itself writes */
#define REDIST_SGI_BASE 0x10000

/* GICD_CTLR bits that are the block's wire */
#define GICD_CTLR_WIRE_MASK (GICD_CTLR_EN_GRP0 | GICD_CTLR_EN_GRP1_ALL | \
                             GICD_CTLR_DS)

/* --- creation --- */

static bool machine_has_its(void)
{
    Object *machine = qdev_get_machine();

    return object_property_find(machine, "its") &&
           object_property_get_bool(machine, "its", NULL);
}

static bool check_features(const GICv3State *s, Error **errp)
{
    const char *problem = NULL;

    if (kvm_enabled()) {
        problem = "it needs TCG: use accel=tcg";
    } else if (s->revision != 3) {
        problem = "the block is a GICv3: add gic-version=3 to -machine";
    } else if (machine_has_its()) {
        problem = "the block has no LPIs: add its=off to -machine";
    }
    if (problem) {
        error_setg(errp, "arm-gicv3.redist=%s: %s", s->redist, problem);
    }
    return !problem;
}

/* Parameters that are the machine's to say. */
#define MACHINE_PARAMS 3
#define MAX_PARAMS (MACHINE_PARAMS + 16)

/* Append what "name=value:name=value" says; false with *errp. */
static bool add_variant(const char *text, VrParam *params, size_t *count,
                        Error **errp)
{
    g_auto(GStrv) words = g_strsplit(text ?: "", ":", 0);

    for (char **word = words; *word; word++) {
        VrError err = { 0 };
        VrParam param;

        if (!vr_variant_parse(&vr_gicv3_redist_type, *word, &param, &err)) {
            error_setg(errp, "arm-gicv3.redist-variant: %s", err.text);
            return false;
        }
        for (size_t i = 0; i < *count; i++) {
            if (strcmp(params[i].name, param.name) == 0) {
                error_setg(errp, "arm-gicv3.redist-variant: '%s' is %s",
                           param.name, i < MACHINE_PARAMS
                           ? "set by the machine" : "given twice");
                return false;
            }
        }
        if (*count == MAX_PARAMS) {
            error_setg(errp, "arm-gicv3.redist-variant: too many parameters");
            return false;
        }
        params[(*count)++] = param;
    }
    return true;
}

static bool create_block(GICv3CPUState *cs, unsigned instance, Error **errp)
{
    VrParam params[MAX_PARAMS] = {
        { "affinity", cs->gicr_typer >> 32 },
        { "processor-number", extract64(cs->gicr_typer, 8, 16) },
        { "last", !!(cs->gicr_typer & GICR_TYPER_LAST) },
    };
    VrVariant variant = { params, MACHINE_PARAMS };
    const VirelayBlockOrigin origin = { cs->gic->redist, &variant, instance };
    VirelayRedist *vr = g_new0(VirelayRedist, 1);
    VrError err = { 0 };

    if (!add_variant(cs->gic->redist_variant, params, &variant.count, errp)) {
        g_free(vr);
        return false;
    }
    vr->cs = cs;
    vr->instance = instance;
    vr->block = vr_block_create(&vr_gicv3_redist_type, cs->gic->redist,
                                &variant, &virelay_redist_host, vr, &err);
    if (!vr->block) {
        error_setg(errp, "arm-gicv3.redist: %s (" BUILTIN ": QEMU's own "
                   "redistributor)", err.text);
        g_free(vr);
        return false;
    }
    cs->vr = vr;
    return virelay_run_attach(vr->block, &origin, errp);
}

static bool block_migration(GICv3State *s, Error **errp)
{
    if (vr_block_save(s->cpu[0].vr->block, NULL, 0) >= 0) {
        return true;
    }
    error_setg(&s->migration_blocker, "arm-gicv3.redist=%s cannot be saved; "
               "redist=model and redist=" BUILTIN " can", s->redist);
    return migrate_add_blocker(&s->migration_blocker, errp) == 0;
}

bool virelay_redist_realize(GICv3State *s, Error **errp)
{
    unsigned i;

    if (!s->redist || !strcmp(s->redist, BUILTIN)) {
        if (s->redist_variant) {
            error_setg(errp, "arm-gicv3.redist-variant: QEMU's own "
                       "redistributor has no variants; choose another redist");
            return false;
        }
        return true;
    }
    if (!check_features(s, errp)) {
        return false;
    }
    /*
     * The board asks for LPIs without an ITS too, and for NMIs where its CPUs
     * have them. The GIC may lack both; GICD_TYPER tells.
     */
    s->nmi_support = false;
    s->lpi_enable = false;
    for (i = 0; i < s->num_cpu; i++) {
        s->cpu[i].gicr_typer &= ~(uint64_t)GICR_TYPER_PLPIS;
        if (!create_block(&s->cpu[i], i, errp)) {
            return false;
        }
    }
    return block_migration(s, errp);
}

/* --- registers --- */

static uint16_t block_attr(MemTxAttrs attrs)
{
    return attrs.secure ? VR_ATTR_SECURE : 0;
}

MemTxResult virelay_redist_read(GICv3CPUState *cs, hwaddr offset,
                                uint64_t *data, unsigned size,
                                MemTxAttrs attrs)
{
    const VrEvent e = {
        .kind = VR_STIM_READ, .addr = offset, .size = size,
        .attr = block_attr(attrs),
    };
    VrReply reply = { 0 };

    virelay_redist_apply(cs->vr, &e, &reply);
    *data = reply.data;
    return reply.error ? MEMTX_ERROR : MEMTX_OK;
}

MemTxResult virelay_redist_write(GICv3CPUState *cs, hwaddr offset,
                                 uint64_t data, unsigned size,
                                 MemTxAttrs attrs)
{
    const VrEvent e = {
        .kind = VR_STIM_WRITE, .addr = offset, .size = size,
        .attr = block_attr(attrs), .data = { data },
    };
    VrReply reply = { 0 };

    virelay_redist_apply(cs->vr, &e, &reply);
    return reply.error ? MEMTX_ERROR : MEMTX_OK;
}

/* --- wires --- */

void virelay_redist_set_irq(GICv3CPUState *cs, int irq, int level)
{
    VirelayRedist *vr = cs->vr;

    if (extract32(vr->ppi, irq, 1) != !!level) {
        vr->ppi = deposit32(vr->ppi, irq, 1, !!level);
        virelay_redist_wire(vr, irq, !!level);
    }
}

static void drive_gicd_ctlr(GICv3CPUState *cs)
{
    virelay_redist_wire(cs->vr, VR_GICR_WIRE_GICD_CTLR,
                        cs->gic->gicd_ctlr & GICD_CTLR_WIRE_MASK);
}

void virelay_redist_gicd_ctlr(GICv3State *s)
{
    unsigned i;

    for (i = 0; i < s->num_cpu; i++) {
        if (s->cpu[i].vr) {
            drive_gicd_ctlr(&s->cpu[i]);
        }
    }
}

/* --- reset --- */

/*
 * QEMU boots a Non-secure kernel on a GIC with two Security states: do for
 * the redistributor what Secure firmware would have done.
 */
static void act_as_firmware(GICv3CPUState *cs)
{
    const MemTxAttrs secure = { .secure = 1 };

    virelay_redist_write(cs, REDIST_SGI_BASE + 0x80, UINT32_MAX, 4, secure);
    virelay_redist_write(cs, GICR_WAKER, 0, 4, secure);
}

static void reset_one(GICv3CPUState *cs)
{
    const VrEvent reset = { .kind = VR_STIM_RESET };
    VirelayRedist *vr = cs->vr;
    int irq;

    /* As QEMU's GIC does: devices drive their lines anew after a reset. */
    for (irq = GIC_NR_SGIS; irq < GIC_INTERNAL; irq++) {
        virelay_redist_set_irq(cs, irq, 0);
    }
    vr->held = false;
    vr->changed = true;
    vr->upstream = 0;
    virelay_redist_apply(vr, &reset, NULL);
    drive_gicd_ctlr(cs);
    if (cs->gic->irq_reset_nonsecure) {
        act_as_firmware(cs);
    }
    virelay_redist_igrpen(cs);
}

void virelay_redist_reset(GICv3State *s)
{
    unsigned i;

    for (i = 0; i < s->num_cpu; i++) {
        if (s->cpu[i].vr) {
            reset_one(&s->cpu[i]);
        }
    }
}

/* --- saved state --- */

static bool redist_needed(void *opaque)
{
    return ((GICv3CPUState *)opaque)->vr;
}

static int redist_pre_save(void *opaque)
{
    VirelayRedist *vr = ((GICv3CPUState *)opaque)->vr;
    int64_t size = vr_block_save(vr->block, NULL, 0);

    if (size < 0) {
        return size;
    }
    vr->state = g_realloc(vr->state, size);
    vr->state_size = size;
    vr_block_save(vr->block, vr->state, size);
    return 0;
}

static void forget_state(VirelayRedist *vr)
{
    g_free(vr->state);
    vr->state = NULL;
    vr->state_size = 0;
}

static int redist_post_save(void *opaque)
{
    forget_state(((GICv3CPUState *)opaque)->vr);
    return 0;
}

static int redist_pre_load(void *opaque)
{
    VirelayRedist *vr = ((GICv3CPUState *)opaque)->vr;

    if (!vr) {
        error_report("the saved state has redistributors of arm-gicv3.redist="
                     "model; start with the same");
        return -EINVAL;
    }
    forget_state(vr);
    return 0;
}

static const VMStateDescription vmstate_glue = {
    .name = "virelay_redist",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(held, VirelayRedist),
        VMSTATE_INT32(presented.irq, VirelayRedist),
        VMSTATE_UINT8(presented.prio, VirelayRedist),
        VMSTATE_INT32(presented.grp, VirelayRedist),
        VMSTATE_UINT32(upstream, VirelayRedist),
        VMSTATE_UINT32(ppi, VirelayRedist),
        VMSTATE_UINT32(state_size, VirelayRedist),
        VMSTATE_VBUFFER_ALLOC_UINT32(state, VirelayRedist, 1, NULL,
                                     state_size),
        VMSTATE_END_OF_LIST()
    }
};

const VMStateDescription vmstate_virelay_redist = {
    .name = "arm_gicv3_cpu/virelay",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = redist_needed,
    .pre_save = redist_pre_save,
    .post_save = redist_post_save,
    .pre_load = redist_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_POINTER(vr, GICv3CPUState, vmstate_glue, VirelayRedist),
        VMSTATE_END_OF_LIST()
    }
};

static bool load_one(VirelayRedist *vr)
{
    const char *backend = vr_block_backend(vr->block);
    bool ok;

    if (!vr->state) {
        error_report("the saved state has no redistributor of "
                     "arm-gicv3.redist=%s; start with redist=" BUILTIN,
                     backend);
        return false;
    }
    ok = vr_block_load(vr->block, vr->state, vr->state_size) == 0 &&
         vr->presented.irq >= 0 && vr->presented.irq < GIC_INTERNAL &&
         vr->presented.grp >= GICV3_G0 && vr->presented.grp <= GICV3_G1NS;
    if (!ok) {
        error_report("gicv3-redist.%u: the saved state is not one of backend "
                     "%s and this version", vr->instance, backend);
    }
    forget_state(vr);
    return ok;
}

bool virelay_redist_post_load(GICv3State *s)
{
    unsigned i;

    for (i = 0; i < s->num_cpu; i++) {
        if (s->cpu[i].vr && !load_one(s->cpu[i].vr)) {
            return false;
        }
    }
    return true;
}
