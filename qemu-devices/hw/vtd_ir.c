/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intel-iommu's interrupt side served by a block: creation, reset, saved
 * state.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "exec/translation-block.h"
#include "hw/core/cpu.h"
#include "hw/i386/x86-iommu.h"
#include "migration/blocker.h"
#include "migration/vmstate.h"
#include "system/kvm.h"
#include "crc32.h"
#include "variant.h"
#include "hw/virelay/run.h"
#include "hw/virelay/vtd_ir.h"
#include "hw/virelay/vtd_ir_internal.h"

#define BUILTIN "builtin"

/* Parameters that are the machine's to say. */
#define MACHINE_PARAMS 2
#define MAX_PARAMS (MACHINE_PARAMS + 16)

/* More than any backend's saved state has, in bytes */
#define MAX_STATE (1u << 20)

/* --- creation --- */

static bool check_features(IntelIOMMUState *s, Error **errp)
{
    const char *problem = NULL;

    if (kvm_enabled()) {
        problem = "it needs TCG: use accel=tcg";
    } else if (!x86_iommu_ir_supported(X86_IOMMU_DEVICE(s))) {
        problem = "the block is the unit's interrupt side: add intremap=on";
    }
    if (problem) {
        error_setg(errp, "intel-iommu.ir=%s: %s", s->ir, problem);
    }
    return !problem;
}

/* Append what "name=value:name=value" says; false with *errp. */
static bool add_variant(const char *text, VrParam *params, size_t *count,
                        Error **errp)
{
    g_auto(GStrv) words = g_strsplit(text ?: "", ":", 0);

    for (char **word = words; *word; word++) {
        VrError err = { 0 };
        VrParam param;

        if (!vr_variant_parse(&vr_vtd_ir_type, *word, &param, &err)) {
            error_setg(errp, "intel-iommu.ir-variant: %s", err.text);
            return false;
        }
        for (size_t i = 0; i < *count; i++) {
            if (strcmp(params[i].name, param.name) == 0) {
                error_setg(errp, "intel-iommu.ir-variant: '%s' is %s",
                           param.name, i < MACHINE_PARAMS
                           ? "set by the machine (eim=, x-scalable-mode=)"
                           : "given twice");
                return false;
            }
        }
        if (*count == MAX_PARAMS) {
            error_setg(errp, "intel-iommu.ir-variant: too many parameters");
            return false;
        }
        params[(*count)++] = param;
    }
    return true;
}

static bool has_delays(const VrVariant *variant)
{
    return vr_variant_get(&vr_vtd_ir_type, variant, "delay") ||
           vr_variant_get(&vr_vtd_ir_type, variant, "notify-delay");
}

static bool create_block(VirelayVtdIr *vr, Error **errp)
{
    IntelIOMMUState *s = vr->s;
    VrParam params[MAX_PARAMS] = {
        { "eim", s->intr_eim == ON_OFF_AUTO_ON },
        { "dw", s->scalable_mode },
    };
    VrVariant variant = { params, MACHINE_PARAMS };
    const VirelayBlockOrigin origin = { s->ir, &variant, 0 };
    VrError err = { 0 };

    if (!add_variant(s->ir_variant, params, &variant.count, errp)) {
        return false;
    }
    vr->delays = has_delays(&variant);
    vr->block = vr_block_create(&vr_vtd_ir_type, s->ir, &variant,
                                &virelay_vtd_ir_host, vr, &err);
    if (!vr->block) {
        error_setg(errp, "intel-iommu.ir: %s (" BUILTIN ": QEMU's own "
                   "interrupt remapping)", err.text);
        return false;
    }
    return virelay_run_attach(vr->block, &origin, errp);
}

static bool block_migration(VirelayVtdIr *vr, Error **errp)
{
    if (vr_block_save(vr->block, NULL, 0) >= 0) {
        return true;
    }
    error_setg(&vr->migration_blocker, "intel-iommu.ir=%s cannot be saved; "
               "ir=model and ir=" BUILTIN " can", vr->s->ir);
    return migrate_add_blocker(&vr->migration_blocker, errp) == 0;
}

bool virelay_vtd_ir_realize(IntelIOMMUState *s, Error **errp)
{
    VirelayVtdIr *vr;

    if (!s->ir || !strcmp(s->ir, BUILTIN)) {
        if (s->ir_variant) {
            error_setg(errp, "intel-iommu.ir-variant: QEMU's own interrupt "
                       "remapping has no variants; choose another ir");
            return false;
        }
        return true;
    }
    if (!check_features(s, errp)) {
        return false;
    }
    vr = g_new0(VirelayVtdIr, 1);
    vr->s = s;
    qemu_mutex_init(&vr->fault_lock);
    vr->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, virelay_vtd_ir_timer, vr);
    vr->fault_bh = qemu_bh_new(virelay_vtd_ir_fault_bh, vr);
    if (!create_block(vr, errp)) {
        qemu_bh_delete(vr->fault_bh);
        timer_free(vr->timer);
        qemu_mutex_destroy(&vr->fault_lock);
        g_free(vr);
        return false;
    }
    s->vr = vr;
    return block_migration(vr, errp);
}

/* --- reset --- */

/*
 * A machine with one vCPU, or with one thread for all, translates locked
 * instructions to plain ones. The unit changes descriptors from the main
 * loop's thread too: they have to be atomic. At reset, when all CPUs that the
 * machine starts with are there.
 */
static void lock_instructions(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        tcg_cflags_set(cpu, CF_PARALLEL);
    }
}

void virelay_vtd_ir_reset(IntelIOMMUState *s)
{
    const VrEvent reset = { .kind = VR_STIM_RESET };
    VirelayVtdIr *vr = s->vr;

    if (!vr) {
        return;
    }
    lock_instructions();
    WITH_QEMU_LOCK_GUARD(&vr->fault_lock) {
        vr->fault_count = 0;
    }
    virelay_vtd_ir_apply(vr, &reset, NULL);
}

/* --- saved state --- */

static bool vtd_ir_needed(void *opaque)
{
    return ((IntelIOMMUState *)opaque)->vr;
}

static int vtd_ir_pre_save(void *opaque)
{
    VirelayVtdIr *vr = ((IntelIOMMUState *)opaque)->vr;
    int64_t size;

    virelay_vtd_ir_settle(vr->s);
    size = vr_block_save(vr->block, NULL, 0);
    if (size < 0) {
        return size;
    }
    vr->state = g_realloc(vr->state, size);
    vr->state_size = size;
    vr_block_save(vr->block, vr->state, size);
    vr->state_crc = vr_crc32(0, vr->state, size);
    return 0;
}

static void forget_state(VirelayVtdIr *vr)
{
    g_free(vr->state);
    vr->state = NULL;
    vr->state_size = 0;
}

static int vtd_ir_post_save(void *opaque)
{
    forget_state(((IntelIOMMUState *)opaque)->vr);
    return 0;
}

static int vtd_ir_pre_load(void *opaque)
{
    VirelayVtdIr *vr = ((IntelIOMMUState *)opaque)->vr;

    if (!vr) {
        error_report("the saved state has an interrupt side of intel-iommu.ir="
                     "model; start with the same");
        return -EINVAL;
    }
    forget_state(vr);
    return 0;
}

static bool state_has_a_size(void *opaque, int version_id)
{
    return ((VirelayVtdIr *)opaque)->state_size <= MAX_STATE;
}

static const VMStateDescription vmstate_glue = {
    .name = "virelay_vtd_ir",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(due, VirelayVtdIr),
        VMSTATE_UINT32(state_size, VirelayVtdIr),
        VMSTATE_VALIDATE("size of vtd-ir's state", state_has_a_size),
        VMSTATE_VBUFFER_ALLOC_UINT32(state, VirelayVtdIr, 1, NULL,
                                     state_size),
        VMSTATE_UINT32(state_crc, VirelayVtdIr),
        VMSTATE_END_OF_LIST()
    }
};

const VMStateDescription vmstate_virelay_vtd_ir = {
    .name = "iommu-intel/virelay",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = vtd_ir_needed,
    .pre_save = vtd_ir_pre_save,
    .post_save = vtd_ir_post_save,
    .pre_load = vtd_ir_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_POINTER(vr, IntelIOMMUState, vmstate_glue,
                               VirelayVtdIr),
        VMSTATE_END_OF_LIST()
    }
};

bool virelay_vtd_ir_post_load(IntelIOMMUState *s)
{
    VirelayVtdIr *vr = s->vr;
    const char *backend;
    bool ok;

    if (!vr) {
        return true;
    }
    backend = vr_block_backend(vr->block);
    if (!vr->state) {
        error_report("the saved state has no interrupt side of intel-iommu.ir="
                     "%s; start with ir=" BUILTIN, backend);
        return false;
    }
    ok = vr_crc32(0, vr->state, vr->state_size) == vr->state_crc &&
         vr_block_load(vr->block, vr->state, vr->state_size) == 0;
    if (ok) {
        virelay_vtd_ir_arm(vr);
    } else {
        error_report("vtd-ir: the saved state is damaged, or not one of "
                     "backend %s and this version", backend);
    }
    forget_state(vr);
    return ok;
}
