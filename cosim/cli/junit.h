/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results as JUnit XML: a test suite a kernel, a test case a check. */
#ifndef VIRELAY_CLI_JUNIT_H
#define VIRELAY_CLI_JUNIT_H

#include "result.h"

/* The document; free with g_free. */
char *vr_junit_text(const GPtrArray *results, double seconds);
/* Write it; the file appears whole or not at all. */
bool vr_junit_write(const GPtrArray *results, double seconds,
                    const char *path, VrError *err);

#endif
