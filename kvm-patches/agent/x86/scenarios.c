/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios.h"

#include <stddef.h>

#include "clock.h"

/* Far more than any scenario needs; those that boot a kernel set their own. */
#define LIMIT (60 * VR_SEC)

const VrScenarioOps vr_scenarios[] = {
#define VR_SCENARIO_arm64(number, name)
#define VR_SCENARIO_x86(number, name) \
    { number, #name, vr_scenario_##name, LIMIT },
#define VR_SCENARIO(number, name, arch, doc) VR_SCENARIO_##arch(number, name)
#include "scenarios.def"
#undef VR_SCENARIO
    { 0, NULL, NULL, 0 },
};
