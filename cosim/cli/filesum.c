/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filesum.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

/* The file's path, and what changes with its content. */
static char *identity(const char *path, VrError *err)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        vr_error_set(err, VR_ERR_USAGE, "cannot read '%s': %s", path,
                     strerror(errno));
        return NULL;
    }
    return g_strdup_printf("%ju %ju %jd %jd.%09ld %jd.%09ld %s",
                           (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
                           (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
                           st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec,
                           st.st_ctim.tv_nsec, path);
}

static char *sum_of(const char *path, VrError *err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GMappedFile) map = NULL;
    g_autoptr(GError) error = NULL;

    map = g_mapped_file_new(path, FALSE, &error);
    if (!map) {
        vr_error_set(err, VR_ERR_USAGE, "cannot read '%s': %s", path,
                     error->message);
        return NULL;
    }
    g_checksum_update(sum, (const guchar *)g_mapped_file_get_contents(map),
                      g_mapped_file_get_length(map));
    return g_strdup(g_checksum_get_string(sum));
}

char *vr_file_sha256(const char *path, VrError *err)
{
    static GHashTable *known; /* identity -> sum, as long as the program runs */
    char *key = identity(path, err);
    char *sum;

    if (!key) {
        return NULL;
    }
    if (!known) {
        known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    sum = g_strdup(g_hash_table_lookup(known, key));
    if (!sum && (sum = sum_of(path, err))) {
        g_hash_table_insert(known, g_steal_pointer(&key), g_strdup(sum));
    }
    g_free(key);
    return sum;
}
