/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proofs.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "env.h"

#define DEPTH_MAX 1000

static void proof_free(void *opaque)
{
    VrProof *p = opaque;

    g_free(p->name);
    g_free(p->block);
    g_free(p->claim);
    g_free(p->section);
    g_free(p->mode);
    g_free(p->top);
    g_strfreev(p->files);
    g_strfreev(p->mutants);
    g_free(p);
}

static char **words(GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, group, key, NULL);
    g_auto(GStrv) split = g_strsplit_set(text ? text : "", " \t", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

    for (char **word = split; *word; word++) {
        if (**word) {
            g_ptr_array_add(list, g_strdup(*word));
        }
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

static VrProof *read_proof(GKeyFile *file, const char *path, const char *block,
                           const char *group, VrError *err)
{
    VrProof *p = g_new0(VrProof, 1);
    int depth = g_key_file_get_integer(file, group, "depth", NULL);

    p->name = g_strdup(group);
    p->block = g_strdup(block);
    p->claim = g_key_file_get_string(file, group, "claim", NULL);
    p->section = g_key_file_get_string(file, group, "section", NULL);
    p->mode = g_key_file_get_string(file, group, "mode", NULL);
    p->top = g_key_file_get_string(file, group, "top", NULL);
    p->depth = CLAMP(depth, 0, DEPTH_MAX);
    p->files = words(file, group, "files");
    p->mutants = words(file, group, "mutants");
    if (!p->claim || !p->section || !p->mode || !p->top || !p->files[0]
        || !p->mutants[0] || depth < 1 || depth > DEPTH_MAX) {
        vr_error_set(err, VR_ERR_USAGE, "%s: [%s] needs claim, section, mode, "
                     "depth (1 to %d), top, files and mutants", path, group,
                     DEPTH_MAX);
        proof_free(p);
        return NULL;
    }
    return p;
}

static bool load_file(GPtrArray *proofs, const char *path, const char *block,
                      VrError *err)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
        return vr_error_set(err, VR_ERR_USAGE, "%s: %s", path, error->message);
    }
    groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        VrProof *p = read_proof(file, path, block, *group, err);

        if (!p) {
            return false;
        }
        g_ptr_array_add(proofs, p);
    }
    return true;
}

GPtrArray *vr_proofs_load(const char *block, VrError *err)
{
    g_autofree char *rtl = vr_env_root("rtl-models", err);
    g_autoptr(GPtrArray) proofs = g_ptr_array_new_with_free_func(proof_free);
    const VrBlockType *type;

    for (size_t i = 0; rtl && (type = vr_block_type_at(i)); i++) {
        g_autofree char *path = g_build_filename(rtl, type->name, "formal",
                                                 "proofs.ini", NULL);

        if ((block && strcmp(block, type->name) != 0)
            || !g_file_test(path, G_FILE_TEST_EXISTS)) {
            continue;
        }
        if (!load_file(proofs, path, type->name, err)) {
            return NULL;
        }
    }
    return rtl ? g_steal_pointer(&proofs) : NULL;
}

static bool run_now(const char *const *argv, VrError *err)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                      NULL, &text, NULL, &status, &error)
        || !g_spawn_check_wait_status(status, &error)) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "%s: %s: %s", argv[0],
                            error->message, text ? text : "");
    }
    return true;
}

/* A copy of the RTL in @dir, with the mutant in it. */
static bool mutate(const char *rtl, const char *mutant, const char *dir,
                   VrError *err)
{
    g_autofree char *patch = g_build_filename(rtl, "mutants", mutant, NULL);
    const char *const copy[] = { "cp", "-r", rtl, dir, NULL };
    const char *const apply[] = { "patch", "-s", "-p1", "-d", dir, "-i", patch,
                                  NULL };

    if (!g_file_test(patch, G_FILE_TEST_IS_REGULAR)) {
        return vr_error_set(err, VR_ERR_USAGE, "no mutant '%s' (%s)", mutant,
                            patch);
    }
    return run_now(copy, err) && run_now(apply, err);
}

VrChild *vr_proof_start(const VrProof *p, const char *mutant, const char *dir,
                        VrError *err)
{
    g_autofree char *rtl = vr_env_root("rtl-models", err);
    g_autofree char *script = rtl ? g_build_filename(rtl, "prove.sh", NULL)
                                  : NULL;
    g_autofree char *base = mutant ? g_build_filename(dir, "rtl-models", NULL)
                                   : g_strdup(rtl);
    g_autofree char *log = g_build_filename(dir, "prove.log", NULL);
    g_autofree char *depth = g_strdup_printf("%u", p->depth);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

    if (!rtl) {
        return NULL;
    }
    if (g_mkdir_with_parents(dir, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s", dir,
                     g_strerror(errno));
        return NULL;
    }
    if (mutant && !mutate(rtl, mutant, dir, err)) {
        return NULL;
    }
    g_ptr_array_add(argv, g_strdup(script));
    g_ptr_array_add(argv, g_strdup(p->mode));
    g_ptr_array_add(argv, g_strdup(depth));
    g_ptr_array_add(argv, g_strdup(p->top));
    g_ptr_array_add(argv, g_strdup(dir));
    for (char **file = p->files; *file; file++) {
        g_ptr_array_add(argv, g_build_filename(base, p->block, *file, NULL));
    }
    g_ptr_array_add(argv, NULL);
    return vr_child_start((char **)argv->pdata, log, err);
}

VrProofResult vr_proof_result(int status)
{
    return status == 0 ? VR_PROOF_PROVED
         : status == 1 ? VR_PROOF_REFUTED : VR_PROOF_ERROR;
}

const char *vr_proof_result_name(VrProofResult r)
{
    static const char *const names[] = {
        [VR_PROOF_PROVED] = "proved",
        [VR_PROOF_REFUTED] = "refuted",
        [VR_PROOF_ERROR] = "error",
    };

    return names[r];
}
