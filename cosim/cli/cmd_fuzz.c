/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay fuzz: random stimuli for a block, in lockstep or alone. */
#include "cli.h"
#include "fuzz/fuzz.h"
#include "fuzz/target.h"
#include "variant.h"

#include <stdio.h>
#include <string.h>

typedef struct Arguments {
    char *block, *target, *backend, *out, *json;
    gboolean no_sanitize;
    char **variant;
    gint64 count, seed, segment, max_mismatches;
    VrParam params[64];
} Arguments;

static void free_arguments(Arguments *a)
{
    g_free(a->block);
    g_free(a->target);
    g_free(a->backend);
    g_free(a->out);
    g_free(a->json);
    g_strfreev(a->variant);
}

static bool parse_variant(Arguments *a, VrFuzzOptions *o, VrError *err)
{
    size_t n = a->variant ? g_strv_length(a->variant) : 0;

    if (n > G_N_ELEMENTS(a->params)) {
        return vr_error_set(err, VR_ERR_USAGE, "more than %zu --variant",
                            G_N_ELEMENTS(a->params));
    }
    for (size_t i = 0; i < n; i++) {
        if (!vr_variant_parse(o->type, a->variant[i], &a->params[i], err)) {
            return false;
        }
    }
    o->fixed.params = a->params;
    o->fixed.count = n;
    return true;
}

static bool make_options(Arguments *a, VrFuzzOptions *o, VrError *err)
{
    if (a->count <= 0 || a->segment < 0 || a->max_mismatches <= 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--count and "
                            "--max-mismatches must be above 0, --segment not "
                            "below");
    }
    o->type = vr_cli_block_type(a->block ? a->block : "gicv3-redist", err);
    if (!o->type) {
        return false;
    }
    o->generator = vr_fuzz_generator(o->type, err);
    if (!o->generator) {
        return false;
    }
    o->backend = a->backend ? a->backend : "lockstep";
    o->count = a->count;
    o->seed = a->seed;
    o->segment = a->segment;
    o->max_mismatches = a->max_mismatches;
    if (!a->out) {
        g_autofree char *runs = vr_cli_runs_dir();

        a->out = g_build_filename(runs, "fuzz", NULL);
    }
    o->out = a->out;
    return parse_variant(a, o, err);
}

static double per_second(const VrFuzzResult *r)
{
    return r->seconds > 0 ? r->stimuli / r->seconds : 0;
}

static JsonArray *strings(const GPtrArray *list)
{
    JsonArray *a = json_array_new();

    for (guint i = 0; i < list->len; i++) {
        g_autofree char *text =
            g_utf8_make_valid(g_ptr_array_index(list, i), -1);

        json_array_add_string_element(a, text);
    }
    return a;
}

static JsonNode *to_json(const VrFuzzOptions *o, const VrFuzzResult *r)
{
    const VrFuzzGenerator *g = o->generator;
    JsonObject *root = json_object_new();
    JsonObject *seen = json_object_new();
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_object_set_string_member(root, "block", o->type->name);
    json_object_set_string_member(root, "backend", o->backend);
    vr_json_uint(root, "seed", o->seed);
    vr_json_uint(root, "stimuli", r->stimuli);
    vr_json_uint(root, "effects", r->effects);
    vr_json_uint(root, "segments", r->segments);
    vr_json_uint(root, "mismatches", r->mismatches);
    vr_json_uint(root, "reorderings", r->reorderings);
    json_object_set_double_member(root, "seconds", r->seconds);
    vr_json_uint(root, "per_second", per_second(r));
    json_object_set_string_member(root, "trace_sha256", r->sha256);
    for (size_t i = 0; i < g->goal_count; i++) {
        vr_json_uint(seen, g->goals[i].name, r->goals[i]);
    }
    json_object_set_object_member(root, "seen", seen);
    json_object_set_array_member(root, "recordings", strings(r->recordings));
    json_object_set_array_member(root, "differences", strings(r->texts));
    json_node_take_object(node, root);
    return node;
}

static void print_result(const VrFuzzOptions *o, const VrFuzzResult *r)
{
    const VrFuzzGenerator *g = o->generator;

    printf("%s on %s: %" G_GUINT64_FORMAT " stimuli, %" G_GUINT64_FORMAT
           " effects in %" G_GUINT64_FORMAT " segments, %.1f s, %.0f "
           "stimuli/s\n", o->type->name, o->backend, r->stimuli, r->effects,
           r->segments, r->seconds, per_second(r));
    printf("mismatches: %" G_GUINT64_FORMAT ", legal reorderings: %"
           G_GUINT64_FORMAT "\n", r->mismatches, r->reorderings);
    printf("seen:");
    for (size_t i = 0; i < g->goal_count; i++) {
        printf(" %s %" G_GUINT64_FORMAT "%s", g->goals[i].name, r->goals[i],
               i + 1 < g->goal_count ? "," : "\n");
    }
    printf("trace_sha256: %s\n", r->sha256);
    for (guint i = 0; i < r->recordings->len; i++) {
        printf("%s %s\n  replay it: virelay replay %s\n",
               i % 2 ? "  shortened to" : "mismatch at",
               (char *)g_ptr_array_index(r->texts, i),
               (char *)g_ptr_array_index(r->recordings, i));
    }
}

static int judge(const VrCommand *self, const VrFuzzOptions *o,
                 const VrFuzzResult *r)
{
    const VrFuzzGoal *missed = vr_fuzz_missed(o, r);

    if (r->mismatches > 0) {
        return VR_EXIT_VERDICT;
    }
    if (missed) {
        return vr_cli_error(self, VR_ERR_VERDICT,
                            "no '%s' was seen: the run did not reach what it "
                            "is for", missed->name);
    }
    return VR_EXIT_OK;
}

static int run(const VrCommand *self, Arguments *a)
{
    VrFuzzOptions options = { 0 };
    VrFuzzResult result;
    VrError err;
    bool ok;
    int ret;

    if (!make_options(a, &options, &err)) {
        return vr_cli_fail(self, &err);
    }
    ok = vr_fuzz_run(&options, &result, &err);
    if (ok && (!a->json || strcmp(a->json, "-") != 0)) {
        print_result(&options, &result);
    }
    if (ok && a->json) {
        ok = vr_cli_write_json(to_json(&options, &result), a->json, &err);
    }
    ret = ok ? judge(self, &options, &result) : vr_cli_fail(self, &err);
    vr_fuzz_result_free(&result);
    return ret;
}

static int run_target(const VrCommand *self, const Arguments *a)
{
    const VrFuzzTarget target = {
        .count = a->count, .seed = a->seed, .sanitize = !a->no_sanitize,
        .out = a->out, .json = a->json,
    };

    if (strcmp(a->target, "vmx") != 0) {
        return vr_cli_error(self, VR_ERR_USAGE,
                            "no such target: '%s'; there is vmx", a->target);
    }
    if (a->block || a->backend || a->variant) {
        return vr_cli_error(self, VR_ERR_USAGE, "--block, --backend and "
                            "--variant are not for --target");
    }
    return vr_fuzz_target_vmx(self, &target);
}

static int cmd_fuzz(const VrCommand *self, int argc, char **argv)
{
    Arguments a = {
        .count = 1000000, .seed = 1, .max_mismatches = 1,
    };
    const GOptionEntry entries[] = {
        { "block", 'b', 0, G_OPTION_ARG_STRING, &a.block,
          "Block to fuzz: gicv3-redist (if none is named), vtd-ir", "NAME" },
        { "target", 't', 0, G_OPTION_ARG_STRING, &a.target,
          "Instead of a block: vmx, the processor's VMX, by entries from "
          "hostile VMCSs", "NAME" },
        { "no-sanitize", 0, 0, G_OPTION_ARG_NONE, &a.no_sanitize,
          "--target: the usual QEMU, not the one with ASan and UBSan", NULL },
        { "count", 'n', 0, G_OPTION_ARG_INT64, &a.count,
          "Stimuli, or entries (1000000)", "N" },
        { "seed", 's', 0, G_OPTION_ARG_INT64, &a.seed,
          "All that is random comes from it (1)", "S" },
        { "backend", 0, 0, G_OPTION_ARG_STRING, &a.backend,
          "model, rtl, or lockstep[:DUT:REFERENCE] (lockstep)", "B" },
        { "variant", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.variant,
          "Fix a parameter that is otherwise drawn; may be repeated",
          "NAME=VALUE" },
        { "segment", 0, 0, G_OPTION_ARG_INT64, &a.segment,
          "Stimuli until the next variant (gicv3-redist: 20000, vtd-ir: 2000)", "N" },
        { "max-mismatches", 0, 0, G_OPTION_ARG_INT64, &a.max_mismatches,
          "Go on, with new segments, until so many (1)", "N" },
        { "out", 'o', 0, G_OPTION_ARG_FILENAME, &a.out,
          "Folder for the recordings of mismatches (the runs folder's fuzz)",
          "DIR" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a.json,
          "Write the result as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0 && argc > 1) {
        ret = vr_cli_error(self, VR_ERR_USAGE, "unexpected argument '%s'; "
                           "usage: virelay fuzz %s", argv[1], self->usage);
    }
    if (ret < 0) {
        ret = a.target ? run_target(self, &a) : run(self, &a);
    }
    free_arguments(&a);
    return ret;
}

VR_COMMAND(fuzz, "fuzz",
           "Random stimuli for a block; by default RTL against model",
           "[--block NAME | --target vmx] [--count N] [--seed S] [--backend B] "
           "[--variant NAME=VALUE]... [--out DIR] [--json FILE|-]",
           cmd_fuzz)
