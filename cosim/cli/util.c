/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands share. */
#include "cli.h"
#include "nearest.h"
#include "outfile.h"
#include "progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int vr_cli_error(const VrCommand *self, VrErrorCode code, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    for (char *c = text; *c; c++) {
        if (g_ascii_iscntrl(*c) && *c != '\n' && *c != '\t') {
            *c = '?';
        }
    }
    fflush(stdout);
    vr_progress_clear();
    fprintf(stderr, "virelay %s: %s\n", self->name, text);
    return code;
}

int vr_cli_fail(const VrCommand *self, const VrError *err)
{
    return vr_cli_error(self, err->code, "%s", err->text);
}

int vr_cli_parse(const VrCommand *self, const GOptionEntry *entries,
                 int *argc, char ***argv)
{
    g_autoptr(GOptionContext) ctx = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean help = FALSE;
    const GOptionEntry help_entry[] = {
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this text", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };

    g_option_context_set_help_enabled(ctx, FALSE);
    g_option_context_set_summary(ctx, self->summary);
    g_option_context_add_main_entries(ctx, entries, NULL);
    g_option_context_add_main_entries(ctx, help_entry, NULL);
    if (!g_option_context_parse(ctx, argc, argv, &error)) {
        return vr_cli_error(self, VR_ERR_USAGE,
                            "%s; usage: virelay %s %s", error->message,
                            self->name, self->usage);
    }
    if (help) {
        g_autofree char *options = g_option_context_get_help(ctx, TRUE, NULL);
        const char *rest = strstr(options, "\n\n");

        printf("usage: virelay %s %s%s", self->name, self->usage,
               rest ? rest : "\n");
        return VR_EXIT_OK;
    }
    return -1;
}

static const char *type_name_at(const void *opaque, size_t index)
{
    const VrBlockType *type = vr_block_type_at(index);

    (void)opaque;
    return type ? type->name : NULL;
}

const VrBlockType *vr_cli_block_type(const char *name, VrError *err)
{
    const VrBlockType *type = vr_block_type_find(name);
    char hint[256];

    if (!type) {
        vr_error_set(err, VR_ERR_USAGE, "no block '%s'; %s", name,
                     vr_nearest(name, type_name_at, NULL, hint, sizeof(hint)));
    }
    return type;
}

bool vr_cli_write_json(JsonNode *root, const char *path, VrError *err)
{
    g_autoptr(JsonGenerator) gen = json_generator_new();
    g_autofree char *body = NULL;
    g_autofree char *text = NULL;

    json_generator_set_pretty(gen, TRUE);
    json_generator_set_root(gen, root);
    json_node_unref(root);
    body = json_generator_to_data(gen, NULL);
    text = g_strconcat(body, "\n", NULL);
    if (!strcmp(path, "-")) {
        if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
            return vr_error_set(err, VR_ERR_ENVIRONMENT,
                                "cannot write JSON to standard output: %s",
                                strerror(errno));
        }
        return true;
    }
    return vr_out_write(path, text, err);
}

bool vr_cli_distinct(const char *in, const char *out, VrError *err)
{
    struct stat a, b;

    if (!out || !strcmp(out, "-") || stat(in, &a) != 0 || stat(out, &b) != 0 ||
        a.st_dev != b.st_dev || a.st_ino != b.st_ino) {
        return true;
    }
    return vr_error_set(err, VR_ERR_USAGE, "'%s' is what is read; write to "
                        "another file", out);
}

void vr_json_text(JsonObject *o, const char *name, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    json_object_set_string_member(o, name, valid);
}

void vr_json_uint(JsonObject *o, const char *name, guint64 value)
{
    json_object_set_int_member(o, name, (gint64)value);
}

void vr_json_hex(JsonObject *o, const char *name, guint64 value)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%" G_GINT64_MODIFIER "x", value);
    json_object_set_string_member(o, name, text);
}

char *vr_cli_runs_dir(void)
{
    const char *runs = g_getenv("VIRELAY_RUNS");
    const char *build = g_getenv("VIRELAY_BUILD");

    return runs && *runs
               ? g_strdup(runs)
               : g_build_filename(build && *build ? build : "build", "runs",
                                  NULL);
}

char *vr_cli_new_run_dir(const char *parent, const char *prefix, VrError *err)
{
    g_autofree char *runs = parent ? g_strdup(parent) : vr_cli_runs_dir();
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");

    if (g_mkdir_with_parents(runs, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s", runs,
                     strerror(errno));
        return NULL;
    }
    for (unsigned n = 0; n < 1000; n++) {
        g_autofree char *name =
            n == 0 ? g_strdup_printf("%s/%s-%s", runs, prefix, stamp)
                   : g_strdup_printf("%s/%s-%s-%u", runs, prefix, stamp, n);

        if (mkdir(name, 0755) == 0) {
            return g_steal_pointer(&name);
        }
        if (errno != EEXIST) {
            vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                         name, strerror(errno));
            return NULL;
        }
    }
    vr_error_set(err, VR_ERR_ENVIRONMENT, "'%s' has too many runs of this "
                 "second; remove some", runs);
    return NULL;
}
