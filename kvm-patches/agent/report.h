/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's report on the console: KTAP, with facts as diagnostic lines
 * "# fact SCENARIO key integer". Every function writes whole lines and returns
 * when they have left the machine, so that no console interrupt disturbs what
 * follows.
 */
#ifndef VR_AGENT_REPORT_H
#define VR_AGENT_REPORT_H

void vr_report_begin(unsigned scenarios);

void vr_report_fact(const char *scenario, const char *key, long long value);

/* A diagnostic line, "# text". */
void vr_report_diag(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* KTAP's "Bail out! text": the agent cannot go on. */
void vr_report_bail_out(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

void vr_report_ok(unsigned number, const char *scenario);
void vr_report_not_ok(unsigned number, const char *scenario, const char *why);
void vr_report_skip(unsigned number, const char *scenario, const char *why);

/* "call: ENAME (text)" for the error number err, in a buffer of the thread. */
const char *vr_error_text(const char *call, int err);

#endif
