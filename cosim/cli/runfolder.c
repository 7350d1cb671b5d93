/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runfolder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define MAX_TRIES 1000

/* True if it was made; else *err is set unless it is there already. */
static bool try_folder(VrRunFolder *f, char *path, bool *taken, VrError *err)
{
    g_free(f->path);
    g_free(f->partial);
    f->path = path;
    f->partial = g_strconcat(path, ".partial", NULL);
    *taken = g_file_test(path, G_FILE_TEST_EXISTS);
    if (*taken) {
        return false;
    }
    if (mkdir(f->partial, 0755) == 0) {
        return true;
    }
    *taken = errno == EEXIST;
    if (!*taken) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                     f->partial, strerror(errno));
    }
    return false;
}

static bool make_named(VrRunFolder *f, const char *out, VrError *err)
{
    g_autofree char *parent = g_path_get_dirname(out);
    g_autofree char *plain = g_canonicalize_filename(out, NULL);
    bool taken;

    /* An empty folder was made for us. */
    if (rmdir(plain) != 0 && errno != ENOENT) {
        return vr_error_set(err, VR_ERR_USAGE, "the folder '%s' cannot be "
                            "used: %s; name one that is not there", out,
                            strerror(errno));
    }
    if (g_mkdir_with_parents(parent, 0755) != 0) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                            parent, strerror(errno));
    }
    if (try_folder(f, g_steal_pointer(&plain), &taken, err)) {
        return true;
    }
    return taken ? vr_error_set(err, VR_ERR_USAGE, "'%s' is there already, "
                                "left by a run that did not end; remove it",
                                f->partial)
                 : false;
}

static bool make_timed(VrRunFolder *f, const char *name, VrError *err)
{
    g_autofree char *runs = vr_cli_runs_dir();
    g_autofree char *dir = g_canonicalize_filename(runs, NULL);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    bool taken = true;

    if (g_mkdir_with_parents(dir, 0755) != 0) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                            dir, strerror(errno));
    }
    for (unsigned n = 1; taken && n < MAX_TRIES; n++) {
        g_autofree char *suffix = n > 1 ? g_strdup_printf("-%u", n) : NULL;
        char *path = g_strdup_printf("%s/%s-%s%s", dir, stamp, name,
                                     suffix ? suffix : "");

        if (try_folder(f, path, &taken, err)) {
            return true;
        }
    }
    return taken ? vr_error_set(err, VR_ERR_ENVIRONMENT, "'%s' has too many "
                                "runs of this second; remove some", dir)
                 : false;
}

VrRunFolder *vr_run_folder_new(const char *name, const char *out, VrError *err)
{
    VrRunFolder *f = g_new0(VrRunFolder, 1);

    if (out ? make_named(f, out, err) : make_timed(f, name, err)) {
        return f;
    }
    vr_run_folder_free(f);
    return NULL;
}

char *vr_run_folder_file(const VrRunFolder *f, const char *name)
{
    return g_build_filename(f->whole ? f->path : f->partial, name, NULL);
}

bool vr_run_folder_finish(VrRunFolder *f, VrError *err)
{
    if (rename(f->partial, f->path) != 0) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot rename '%s': %s",
                            f->partial, strerror(errno));
    }
    f->whole = true;
    return true;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
        dir = g_dir_open(path, 0, NULL);
    }
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *below = g_build_filename(path, name, NULL);

        remove_tree(below);
    }
    g_remove(path);
}

void vr_run_folder_discard(VrRunFolder *f)
{
    remove_tree(f->whole ? f->path : f->partial);
}

void vr_run_folder_free(VrRunFolder *f)
{
    if (f) {
        g_free(f->path);
        g_free(f->partial);
        g_free(f);
    }
}
