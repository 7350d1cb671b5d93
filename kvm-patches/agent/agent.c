/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

void vr_fact(const VrContext *ctx, const char *key, long long value)
{
    vr_report_fact(ctx->scenario, key, value);
}

static void set_outcome(VrContext *ctx, VrOutcome outcome, const char *format,
                        va_list ap)
{
    if (ctx->outcome == VR_OUTCOME_OK) {
        ctx->outcome = outcome;
        vsnprintf(ctx->why, sizeof(ctx->why), format, ap);
    }
}

void vr_fail(VrContext *ctx, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set_outcome(ctx, VR_OUTCOME_NOT_OK, format, ap);
    va_end(ap);
}

void vr_skip(VrContext *ctx, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set_outcome(ctx, VR_OUTCOME_SKIP, format, ap);
    va_end(ap);
}

uint64_t vr_patient(const VrContext *ctx, uint64_t ns)
{
    return ns * ctx->params->patience / VR_PATIENCE_DEFAULT;
}

bool vr_pin(unsigned pcpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(pcpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

void vr_unpin(void)
{
    cpu_set_t set;

    memset(&set, 0xff, sizeof(set));
    sched_setaffinity(0, sizeof(set), &set);
}
