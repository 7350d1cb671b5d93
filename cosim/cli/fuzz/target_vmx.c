/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay fuzz --target vmx: what the user sees of it. */
#include "target.h"

#include <inttypes.h>
#include <stdio.h>

#include "../runfolder.h"
#include "../signals.h"
#include "vmx.h"

static bool write_json(const VrFuzzVmxOptions *o, const VrFuzzVmxResult *r,
                       const char *path, VrError *err)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "target", "vmx");
    vr_json_uint(object, "seed", o->seed);
    vr_json_uint(object, "entries", r->entries);
    vr_json_uint(object, "machines", r->boots);
    json_object_set_boolean_member(object, "sanitizers", o->sanitize);
    json_object_set_boolean_member(object, "failed", r->failed);
    if (r->failed) {
        vr_json_uint(object, "failed_seed", r->failed_seed);
        vr_json_text(object, "what", r->what);
    }
    json_node_take_object(root, object);
    return vr_cli_write_json(root, path, err);
}

static void print_result(const VrFuzzVmxOptions *o, const VrFuzzVmxResult *r,
                         double seconds)
{
    printf("vmx: %" PRIu64 " entries in %u machines, seed %" PRIu64 ", %s "
           "sanitizers, %.0f s (%.0f a second): %s\n", r->entries, r->boots,
           o->seed, o->sanitize ? "with" : "without", seconds,
           r->entries / (seconds > 0 ? seconds : 1),
           r->failed ? "FAILED" : "no crash, no hang");
    if (r->failed) {
        printf("  %s\n  again: ./virelay fuzz --target vmx --seed %" PRIu64
               "%s\n", r->what, r->failed_seed,
               o->sanitize ? "" : " --no-sanitize");
    }
}

static int fuzz(const VrCommand *self, VrFuzzVmxOptions *o, const char *json)
{
    gint64 began = g_get_monotonic_time();
    VrFuzzVmxResult r;
    VrError err;
    bool ok = vr_fuzz_vmx(o, &r, &err);

    if (ok && !r.interrupted) {
        print_result(o, &r,
                     (g_get_monotonic_time() - began) / (double)G_USEC_PER_SEC);
        ok = !json || write_json(o, &r, json, &err);
    }
    g_free(r.what);
    if (!ok) {
        return vr_cli_fail(self, &err);
    }
    return r.interrupted ? VR_EXIT_INTERRUPTED
        : r.failed ? VR_EXIT_VERDICT : VR_EXIT_OK;
}

int vr_fuzz_target_vmx(const VrCommand *self, const VrFuzzTarget *t)
{
    VrFuzzVmxOptions o = {
        .count = t->count, .seed = t->seed, .sanitize = t->sanitize,
    };
    VrRunFolder *folder;
    VrError err;
    int ret;

    if (t->count <= 0 || t->seed < 0) {
        return vr_cli_error(self, VR_ERR_USAGE,
                            "--count must be above 0, and --seed not below");
    }
    folder = vr_run_folder_new("fuzz-vmx", t->out, &err);
    if (!folder) {
        return vr_cli_fail(self, &err);
    }
    vr_signals_catch();
    o.dir = folder->partial;
    ret = fuzz(self, &o, t->json);
    if (ret == VR_EXIT_VERDICT && vr_run_folder_finish(folder, &err)) {
        printf("  %s\n", folder->path);
    } else {
        vr_run_folder_discard(folder);
    }
    vr_run_folder_free(folder);
    return ret;
}
