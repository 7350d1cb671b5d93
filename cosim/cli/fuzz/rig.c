/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"

#include <string.h>

bool vr_fuzz_rig_open(VrFuzzRig *rig, const VrFuzzRun *run, VrError *err)
{
    const VrFuzzGenerator *g = run->generator;

    if (!rig->state) {
        rig->state = g_malloc(g->state_size);
    }
    memset(rig->state, 0, g->state_size);
    rig->generator = g;
    rig->rng = run->first;
    if (g->begin) {
        g->begin(rig->state, &rig->rng, run->type, &run->variant);
    }
    rig->memory = g->memory ? g->memory(rig->state) : NULL;
    rig->block = vr_block_create(run->type, run->backend, &run->variant,
                                 rig->memory ? &vr_fuzz_memory_host : NULL,
                                 rig->memory, err);
    return rig->block != NULL;
}

bool vr_fuzz_rig_apply(VrFuzzRig *rig, const VrEvent *item)
{
    if (item->kind == VR_FUZZ_CPU) {
        vr_fuzz_memory_cpu(rig->memory, item);
        return true;
    }
    return vr_block_apply(rig->block, item, NULL);
}

void vr_fuzz_rig_close(VrFuzzRig *rig)
{
    vr_block_destroy(rig->block);
    rig->block = NULL;
}

void vr_fuzz_rig_free(VrFuzzRig *rig)
{
    vr_fuzz_rig_close(rig);
    g_clear_pointer(&rig->state, g_free);
}
