/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "block.h"

#include <stdarg.h>
#include <stdio.h>

bool vr_error_set(VrError *err, VrErrorCode code, const char *fmt, ...)
{
    va_list ap;

    if (err) {
        err->code = code;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof(err->text), fmt, ap);
        va_end(ap);
    }
    return false;
}
