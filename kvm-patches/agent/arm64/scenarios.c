/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenarios.h"

#include <stddef.h>

#include "clock.h"

/* Far more than any scenario needs whose waits are all bounded. */
#define LIMIT (60 * VR_SEC)

const VrScenarioOps vr_scenarios[] = {
#define VR_SCENARIO(number, name, doc) \
    { number, #name, vr_scenario_##name, LIMIT },
#include "scenarios.def"
#undef VR_SCENARIO
    { 0, NULL, NULL, 0 },
};
