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

typedef struct Good {
    const char *cmdline;
    VrParams want;
} Good;

static const Good good[] = {
    { "", { ALL, 100000, 1, 20 } },
    { "\n", { ALL, 100000, 1, 20 } },
    { "console=ttyAMA0 quiet\n", { ALL, 100000, 1, 20 } },
    { "quiet vr.scenarios=BOOT\n", { 1u << 1, 100000, 1, 20 } },
    { "vr.scenarios=STRESS,BOOT,BOOT", { 1u << 8 | 1u << 1, 100000, 1, 20 } },
    { "vr.stress=5  vr.seed=0x10", { ALL, 5, 16, 20 } },
    { "vr.stress=5 vr.stress=7", { ALL, 7, 1, 20 } },
    { "vr.seed=18446744073709551615", { ALL, 100000, UINT64_MAX, 20 } },
    { "vr.patience=2000", { ALL, 100000, 1, 2000 } },
    { "nvr.stress=x vr", { ALL, 100000, 1, 20 } },
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
        p.seed != t->want.seed || p.patience != t->want.patience) {
        printf("\"%s\": scenarios %#llx stress %u seed %llu patience %u\n",
               t->cmdline, (unsigned long long)p.scenarios, p.stress,
               (unsigned long long)p.seed, p.patience);
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
