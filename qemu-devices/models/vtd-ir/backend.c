/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of "vtd-ir" as a backend: create, stimuli, destroy. */
#include <stdlib.h>

#include "vtd_ir_state.h"

static void reset(VtdIr *s)
{
    uint64_t timer = s->d.timer;

    memset(&s->d, 0, sizeof(s->d));
    s->d.timer = timer;
    vtd_regs_reset(s);
}

static void message(VtdIr *s, const VrEvent *stim)
{
    switch (stim->id) {
    case VR_VTD_REQUEST:
        vtd_request(s, stim->addr, stim->data[0]);
        break;
    case VR_VTD_DMA_DESC_DONE:
        vtd_invq_dma_done(s, stim->data[0]);
        break;
    case VR_VTD_DMA_FAULT:
        vtd_fault_record(s, stim->addr, stim->data[0]);
        break;
    }
}

static bool vtd_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    VtdIr *s = (VtdIr *)b;

    switch (stim->kind) {
    case VR_STIM_RESET:
        reset(s);
        break;
    case VR_STIM_READ:
        reply->data = vtd_regs_read(s, stim->addr, stim->size);
        break;
    case VR_STIM_WRITE:
        vtd_regs_write(s, stim->addr, stim->size, stim->data[0]);
        break;
    case VR_STIM_MSG:
        message(s, stim);
        break;
    case VR_STIM_TIME:
        vtd_time(s, stim->data[0]);
        break;
    }
    vtd_invq_run(s);
    vtd_timer_update(s);
    return true;
}

static VrBlock *vtd_create(const VrBlockType *type, const char *spec,
                           const VrVariant *v, VrError *err)
{
    VtdIr *s;

    if (spec) {
        vr_error_set(err, VR_ERR_USAGE, "backend 'model' takes no ':%s'", spec);
        return NULL;
    }
    s = calloc(1, sizeof(*s));
    if (!s) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for vtd-ir");
        return NULL;
    }
    s->pi = vr_variant_get(type, v, "pi");
    s->eim = vr_variant_get(type, v, "eim");
    s->esirtps = vr_variant_get(type, v, "esirtps");
    s->dw = vr_variant_get(type, v, "dw");
    s->mhmv = vr_variant_get(type, v, "mhmv");
    s->frcd_count = vr_variant_get(type, v, "frcd");
    s->sets = 1u << vr_variant_get(type, v, "iec-sets");
    s->ways = vr_variant_get(type, v, "iec-ways");
    s->round_robin = vr_variant_get(type, v, "iec-policy");
    s->cas_tries = vr_variant_get(type, v, "cas-tries");
    s->delay = vr_variant_get(type, v, "delay");
    s->notify_delay = vr_variant_get(type, v, "notify-delay");
    vtd_regs_init(s);
    reset(s);
    return &s->parent;
}

static void vtd_destroy(VrBlock *b)
{
    free(b);
}

static const VrBackend vtd_model = {
    .block = "vtd-ir",
    .name = "model",
    .create = vtd_create,
    .destroy = vtd_destroy,
    .apply = vtd_apply,
    .save = vtd_save,
    .load = vtd_load,
};

__attribute__((constructor)) static void vtd_model_register(void)
{
    vr_backend_register(&vtd_model);
}
