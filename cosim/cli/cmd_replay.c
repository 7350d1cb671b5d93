/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay replay: a recording against a fresh block, without QEMU. */
#include "cli.h"
#include "replay.h"

#include <stdio.h>
#include <string.h>

#define CONTEXT_SHOWN 20

typedef struct Arguments {
    char *backend, *waves, *json;
    gint64 until;
    gboolean verbose;
} Arguments;

typedef struct Printer {
    const VrBlockType *type;
    guint64 stimuli;
} Printer;

static void print_event(FILE *f, const VrBlockType *type, const char *prefix,
                        const VrEvent *e)
{
    char text[256];

    type->describe(e, text, sizeof(text));
    fprintf(f, "%s%s %s\n", prefix, vr_event_is_stimulus(e) ? "->" : "  <-",
            text);
}

static void verbose_event(void *opaque, const VrEvent *e)
{
    Printer *p = opaque;
    char number[32] = "";

    if (vr_event_is_stimulus(e)) {
        p->stimuli++;
    }
    snprintf(number, sizeof(number), "%8" G_GUINT64_FORMAT " ", p->stimuli);
    print_event(stdout, p->type, number, e);
}

static const char *verdict(const VrReplayResult *r)
{
    return r->mismatched ? "mismatch" : r->diverged ? "diverged"
                                                    : "as-recorded";
}

static bool same_as_recorded(const VrReplayResult *r)
{
    return r->mismatched && g_str_has_prefix(r->outcome, "mismatch: ") &&
           !strcmp(r->outcome + strlen("mismatch: "), r->text);
}

static void print_difference(const VrBlockType *type, const VrReplayResult *r)
{
    size_t skip = r->context_count > CONTEXT_SHOWN
                      ? r->context_count - CONTEXT_SHOWN : 0;

    printf("%s at %s\n", r->mismatched ? "mismatch"
                                       : "divergence from the recording",
           r->text);
    printf("the events up to it:\n");
    for (size_t i = skip; i < r->context_count; i++) {
        print_event(stdout, type, "  ", &r->context[i]);
    }
}

static void print_result(const char *path, const char *backend,
                         const VrRecordingInfo *info, const VrReplayResult *r,
                         double seconds)
{
    if (r->mismatched || r->diverged) {
        print_difference(info->type, r);
    }
    printf("%s: %s on %s: %" G_GUINT64_FORMAT " stimuli, %" G_GUINT64_FORMAT
           " effects, %" G_GUINT64_FORMAT " legal reorderings, %.1f ms: %s\n",
           path, info->type->name, backend, r->stimuli, r->effects,
           r->reorderings + r->lockstep.reorderings, seconds * 1e3,
           verdict(r));
    if (r->outcome[0]) {
        printf("recorded outcome: %s%s\n", r->outcome,
               same_as_recorded(r) ? " (the same)" : "");
    }
}

static JsonNode *to_json(const char *path, const char *backend,
                         const VrRecordingInfo *info, const VrReplayResult *r,
                         double seconds)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *root = json_object_new();

    vr_json_text(root, "recording", path);
    json_object_set_string_member(root, "block", info->type->name);
    json_object_set_string_member(root, "backend", backend);
    vr_json_text(root, "recorded_backend", info->backend);
    json_object_set_string_member(root, "verdict", verdict(r));
    vr_json_uint(root, "stimuli", r->stimuli);
    vr_json_uint(root, "effects", r->effects);
    vr_json_uint(root, "mismatches", r->lockstep.mismatches);
    vr_json_uint(root, "reorderings",
                 r->reorderings + r->lockstep.reorderings);
    json_object_set_double_member(root, "seconds", seconds);
    if (r->mismatched || r->diverged) {
        vr_json_uint(root, "stimulus", r->stimulus);
        json_object_set_string_member(root, "difference", r->text);
        json_object_set_boolean_member(root, "as_recorded",
                                       same_as_recorded(r));
    }
    if (r->outcome[0]) {
        vr_json_text(root, "recorded_outcome", r->outcome);
    }
    if (r->damage[0]) {
        json_object_set_string_member(root, "damage", r->damage);
    }
    json_node_take_object(node, root);
    return node;
}

static int replay(const VrCommand *self, Arguments *a, const char *path,
                  VrRecording *recording)
{
    const VrRecordingInfo *info = vr_recording_info(recording);
    const char *backend = a->backend ? a->backend : info->backend;
    bool json_only = a->json && !strcmp(a->json, "-");
    Printer printer = { .type = info->type };
    const VrReplayOptions options = {
        .backend = backend,
        .waves = a->waves,
        .until = a->until,
        .observer = a->verbose && !json_only ? verbose_event : NULL,
        .opaque = &printer,
    };
    g_autofree VrReplayResult *r = g_new(VrReplayResult, 1);
    gint64 start = g_get_monotonic_time();
    double seconds;
    VrError err;

    if (!vr_replay(recording, &options, r, &err)) {
        return vr_cli_fail(self, &err);
    }
    seconds = (g_get_monotonic_time() - start) / 1e6;
    if (!json_only) {
        print_result(path, backend, info, r, seconds);
    }
    if (a->json && !vr_cli_write_json(to_json(path, backend, info, r, seconds),
                                      a->json, &err)) {
        return vr_cli_fail(self, &err);
    }
    if (r->damage[0]) {
        vr_cli_error(self, VR_ERR_USAGE, "recording '%s': %s", path,
                     r->damage);
    }
    if (r->mismatched || r->diverged) {
        return VR_EXIT_VERDICT;
    }
    return r->damage[0] ? VR_EXIT_USAGE : VR_EXIT_OK;
}

static int run(const VrCommand *self, Arguments *a, int argc, char **argv)
{
    VrRecording *recording;
    VrError err;
    int ret;

    if (argc != 2 || a->until < 0) {
        return vr_cli_error(self, VR_ERR_USAGE, "%s; usage: virelay replay %s",
                            a->until < 0 ? "--until must not be negative"
                                         : "give one recording", self->usage);
    }
    if (!vr_cli_distinct(argv[1], a->waves, &err) ||
        !vr_cli_distinct(argv[1], a->json, &err)) {
        return vr_cli_fail(self, &err);
    }
    recording = vr_recording_open(argv[1], &err);
    if (!recording) {
        return vr_cli_fail(self, &err);
    }
    ret = replay(self, a, argv[1], recording);
    vr_recording_close(recording);
    return ret;
}

static int cmd_replay(const VrCommand *self, int argc, char **argv)
{
    Arguments a = { 0 };
    const GOptionEntry entries[] = {
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &a.backend,
          "model, rtl, or lockstep[:DUT:REFERENCE] (as recorded)", "B" },
        { "waves", 'w', 0, G_OPTION_ARG_FILENAME, &a.waves,
          "Write a waveform (FST)", "OUT" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a.json,
          "Write the result as JSON; - is standard output", "FILE" },
        { "until", 0, 0, G_OPTION_ARG_INT64, &a.until,
          "Stop after stimulus N; the first is 1", "N" },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &a.verbose,
          "Print every stimulus and effect", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0) {
        ret = run(self, &a, argc, argv);
    }
    g_free(a.backend);
    g_free(a.waves);
    g_free(a.json);
    return ret;
}

VR_COMMAND(replay, "replay",
           "Replay a recording against a block; find the first difference",
           "FILE [--backend B] [--waves OUT.fst] [--json FILE|-] "
           "[--verbose] [--until N]", cmd_replay)
