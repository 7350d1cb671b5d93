/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void drain(void)
{
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
}

void vr_report_begin(unsigned scenarios)
{
    printf("KTAP version 1\n1..%u\n", scenarios);
    drain();
}

void vr_report_fact(const char *scenario, const char *key, long long value)
{
    printf("# fact %s %s %lld\n", scenario, key, value);
    drain();
}

void vr_report_diag(const char *format, ...)
{
    va_list ap;

    printf("# ");
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\n");
    drain();
}

void vr_report_bail_out(const char *format, ...)
{
    va_list ap;

    printf("Bail out! ");
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\n");
    drain();
}

void vr_report_ok(unsigned number, const char *scenario)
{
    printf("ok %u %s\n", number, scenario);
    drain();
}

void vr_report_not_ok(unsigned number, const char *scenario, const char *why)
{
    printf("not ok %u %s # %s\n", number, scenario, why);
    drain();
}

void vr_report_skip(unsigned number, const char *scenario, const char *why)
{
    printf("ok %u %s # SKIP %s\n", number, scenario, why);
    drain();
}

const char *vr_error_text(const char *call, int err)
{
    static __thread char text[160];
    const char *name = strerrorname_np(err);

    snprintf(text, sizeof(text), "%s: %s (%s)", call, name ? name : "?",
             strerror(err));
    return text;
}
