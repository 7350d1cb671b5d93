/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unit test of the agent's command line parser; runs on the build machine. */
#include "params.h"

#include <stdio.h>
#include <string.h>

static const VrScenarioName names[] = {
    { 1, "BOOT" },
    { 2, "ASYM_DEACTIVATE" },
    { 8, "STRESS" },
    { 0, NULL },
};

#define ALL ((UINT64_C(1) << 1) | (UINT64_C(1) << 2) | (UINT64_C(1) << 8))

/* The defaults of the parameters of L2. */
#define L2 1, VR_L2_LIMIT_DEFAULT, 0

typedef struct Good {
    const char *cmdline;
    VrParams want;
} Good;

static const Good good[] = {
    { "", { ALL, 100000, 1, 20, L2 } },
    { "\n", { ALL, 100000, 1, 20, L2 } },
    { "console=ttyAMA0 quiet\n", { ALL, 100000, 1, 20, L2 } },
    { "quiet vr.scenarios=BOOT\n", { 1u << 1, 100000, 1, 20, L2 } },
    { "vr.scenarios=STRESS,BOOT,BOOT",
      { 1u << 8 | 1u << 1, 100000, 1, 20, L2 } },
    { "vr.stress=5  vr.seed=0x10", { ALL, 5, 16, 20, L2 } },
    { "vr.stress=5 vr.stress=7", { ALL, 7, 1, 20, L2 } },
    { "vr.seed=18446744073709551615", { ALL, 100000, UINT64_MAX, 20, L2 } },
    { "vr.patience=2000", { ALL, 100000, 1, 2000, L2 } },
    { "vr.l2-rounds=50 vr.l2-limit=9 vr.l2-console=1",
      { ALL, 100000, 1, 20, 50, 9, 1 } },
    { "nvr.stress=x vr", { ALL, 100000, 1, 20, L2 } },
};

typedef struct Bad {
    const char *cmdline;
    const char *want; /* must be a part of the error */
} Bad;

static const Bad bad[] = {
    { "vr.scenarios=", "unknown scenario \"\"" },
    { "vr.scenarios=BOO", "unknown scenario \"BOO\"" },
    { "vr.scenarios=BOOTS", "known: BOOT,ASYM_DEACTIVATE,STRESS" },
    { "vr.scenarios=BOOT,", "unknown scenario \"\"" },
    { "vr.scenarios", "vr.scenarios=VALUE" },
    { "vr.stress=0", "vr.stress: \"0\"" },
    { "vr.stress=-1", "vr.stress: \"-1\"" },
    { "vr.stress=1k", "vr.stress: \"1k\"" },
    { "vr.stress=100000001", "1 to 100000000" },
    { "vr.stress=", "vr.stress: \"\"" },
    { "vr.seed=18446744073709551616", "vr.seed" },
    { "vr.patience=0", "vr.patience: \"0\"" },
    { "vr.patience=100001", "1 to 100000" },
    { "vr.l2-rounds=0", "vr.l2-rounds: \"0\"" },
    { "vr.l2-console=2", "0 to 1" },
    { "vr.stres=3", "unknown parameter \"vr.stres=3\"" },
    { "vr.=3", "unknown parameter" },
};

static int check_good(const Good *t)
{
    VrParams p;
    char error[VR_PARAMS_ERROR_SIZE];

    if (!vr_params_parse(t->cmdline, names, &p, error)) {
        printf("\"%s\": refused: %s\n", t->cmdline, error);
        return 1;
    }
    if (p.scenarios != t->want.scenarios || p.stress != t->want.stress ||
        p.seed != t->want.seed || p.patience != t->want.patience ||
        p.l2_rounds != t->want.l2_rounds || p.l2_limit != t->want.l2_limit ||
        p.l2_console != t->want.l2_console) {
        printf("\"%s\": scenarios %#llx stress %u seed %llu patience %u "
               "l2 %u %u %u\n", t->cmdline, (unsigned long long)p.scenarios,
               p.stress, (unsigned long long)p.seed, p.patience, p.l2_rounds,
               p.l2_limit, p.l2_console);
        return 1;
    }
    return 0;
}

static int check_bad(const Bad *t)
{
    VrParams p;
    char error[VR_PARAMS_ERROR_SIZE];

    if (vr_params_parse(t->cmdline, names, &p, error)) {
        printf("\"%s\": not refused\n", t->cmdline);
        return 1;
    }
    if (!strstr(error, t->want)) {
        printf("\"%s\": error \"%s\" does not say: %s\n", t->cmdline, error,
               t->want);
        return 1;
    }
    return 0;
}

int main(void)
{
    int failures = 0;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        failures += check_good(&good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        failures += check_bad(&bad[i]);
    }
    printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
