/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outfile.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool write_through(const char *path, const char *text, VrError *err)
{
    FILE *f = fopen(path, "we");
    bool ok = f && fputs(text, f) >= 0;
    int error = errno;

    if (f && fclose(f) != 0 && ok) {
        ok = false;
        error = errno;
    }
    return ok || vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': %s",
                              path, strerror(error));
}

bool vr_out_write(const char *path, const char *text, VrError *err)
{
    g_autoptr(GError) error = NULL;
    struct stat st;

    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return write_through(path, text, err);
    }
    return g_file_set_contents(path, text, -1, &error) ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
}
