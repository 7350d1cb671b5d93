/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irqbypass.h"
#include "marks.h"
#include "scenarios.h"

void vr_scenario_IRQBYPASS_SCALING_ARM(VrContext *ctx)
{
    vr_irqbypass_scaling(ctx, VR_SCENARIO_IRQBYPASS_SCALING_ARM);
}

void vr_scenario_IRQBYPASS_PAIRS_ARM(VrContext *ctx)
{
    vr_irqbypass_collision(ctx);
}
