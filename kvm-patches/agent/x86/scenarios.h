/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x86 scenarios; what they do is said in scenarios.def. */
#ifndef VR_AGENT_SCENARIOS_H
#define VR_AGENT_SCENARIOS_H

#include "agent.h"

#define VR_SCENARIO_arm64(name)
#define VR_SCENARIO_x86(name) void vr_scenario_##name(VrContext *ctx);
#define VR_SCENARIO(number, name, arch, doc) VR_SCENARIO_##arch(name)
#include "scenarios.def"
#undef VR_SCENARIO
#undef VR_SCENARIO_arm64
#undef VR_SCENARIO_x86

#endif
