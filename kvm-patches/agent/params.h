/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel command line asks of the agent:
 *   vr.scenarios=NAME,NAME,...  which scenarios to run (default: all)
 *   vr.stress=COUNT             interrupts of STRESS, 1 to 100000000
 *   vr.seed=NUMBER              seed of all pseudo-random choices
 *   vr.patience=MILLISECONDS    how long to wait for what the guest does, 1 to
 *                               100000; more than the default is needed where
 *                               time is not counted by instructions
 *   vr.l2-rounds=COUNT          x86: how often each L2 boots, 1 to 10000
 *   vr.l2-limit=SECONDS         x86: how long one boot of L2 may take
 *   vr.l2-console=0|1           x86: all that L2's kernel says, or (0, the
 *                               default) what L2's agent and a panic say
 * Words that do not begin with "vr." belong to others and are ignored.
 */
#ifndef VR_AGENT_PARAMS_H
#define VR_AGENT_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VR_PARAMS_ERROR_SIZE 320
#define VR_STRESS_DEFAULT 100000u
#define VR_STRESS_MAX 100000000u
#define VR_SEED_DEFAULT 1u
#define VR_PATIENCE_DEFAULT 20u
#define VR_PATIENCE_MAX 100000u
#define VR_L2_ROUNDS_MAX 10000u
#define VR_L2_LIMIT_DEFAULT 120u
#define VR_L2_LIMIT_MAX 36000u

/* A scenario's name and number; a table of them ends with a NULL name. */
typedef struct VrScenarioName {
    unsigned number; /* 1 to 63 */
    const char *name;
} VrScenarioName;

typedef struct VrParams {
    uint64_t scenarios; /* bit n: run the scenario with number n */
    uint32_t stress;
    uint64_t seed;
    uint32_t patience; /* milliseconds */
    uint32_t l2_rounds;
    uint32_t l2_limit; /* seconds */
    uint32_t l2_console;
} VrParams;

/*
 * Parses cmdline (as /proc/cmdline gives it) into params. On false, error
 * holds one line: what is wrong, where, and what would be right.
 */
bool vr_params_parse(const char *cmdline, const VrScenarioName *names,
                     VrParams *params, char error[VR_PARAMS_ERROR_SIZE]);

#endif
