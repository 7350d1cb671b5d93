/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "newc.h"

#include <glib.h>
#include <string.h>

#define REGULAR_FILE 0100644u

static GMappedFile *map(const char *path, VrError *err)
{
    g_autoptr(GError) error = NULL;
    GMappedFile *file = g_mapped_file_new(path, FALSE, &error);

    if (!file) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot read '%s': %s", path,
                     error->message);
    }
    return file;
}

static void pad(GByteArray *out)
{
    static const guint8 zeros[4];

    g_byte_array_append(out, zeros, -out->len & 3);
}

static void add(GByteArray *out, const char *name, unsigned mode,
                const char *data, gsize size)
{
    g_autofree char *head = g_strdup_printf(
        "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1, mode,
        0, 0, 1, 0, (unsigned)size, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0);

    g_byte_array_append(out, (const guint8 *)head, strlen(head));
    g_byte_array_append(out, (const guint8 *)name, strlen(name) + 1);
    pad(out);
    if (size) {
        g_byte_array_append(out, (const guint8 *)data, size);
        pad(out);
    }
}

static bool add_archive(GByteArray *out, const char *path, VrError *err)
{
    g_autoptr(GMappedFile) file = map(path, err);

    if (!file) {
        return false;
    }
    g_byte_array_append(out, (const guint8 *)g_mapped_file_get_contents(file),
                        g_mapped_file_get_length(file));
    pad(out);
    return true;
}

static bool add_file(GByteArray *out, const char *name, const char *path,
                     VrError *err)
{
    g_autoptr(GMappedFile) file = map(path, err);

    if (!file) {
        return false;
    }
    add(out, name, REGULAR_FILE, g_mapped_file_get_contents(file),
        g_mapped_file_get_length(file));
    add(out, "TRAILER!!!", 0, NULL, 0);
    return true;
}

bool vr_newc_join(const char *base, const char *name, const char *path,
                  const char *const *more, const char *out, VrError *err)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    if (!add_archive(bytes, base, err) ||
        (path && !add_file(bytes, name, path, err))) {
        return false;
    }
    for (; *more; more++) {
        if (!add_archive(bytes, *more, err)) {
            return false;
        }
    }
    if (!g_file_set_contents_full(out, (const char *)bytes->data, bytes->len,
                                  G_FILE_SET_CONTENTS_NONE, 0644, &error)) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': %s",
                            out, error->message);
    }
    return true;
}
