/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arm64 scenarios; what they do is said in scenarios.def. */
#ifndef VR_AGENT_SCENARIOS_H
#define VR_AGENT_SCENARIOS_H

#include "agent.h"

#define VR_SCENARIO(number, name, doc) void vr_scenario_##name(VrContext *ctx);
#include "scenarios.def"
#undef VR_SCENARIO

#endif
