/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* memmem */
#include "firmware.h"

#include <string.h>

#include "child.h"
#include "env.h"
#include "firmware_machine.h"
#include "progress.h"
#include "signals.h"

#define POLL_US 20000
#define OPTIONS_MAGIC "VRLYFWOPTIONS01="
#define OPTIONS_SIZE (256 - sizeof(OPTIONS_MAGIC))
#define QEMU_MISMATCH 70     /* its exit status, qemu-devices/hw/run.h */

/* What one boot said */
typedef struct Boot {
    GPtrArray *cases;    /* all boots' */
    unsigned total;      /* of the plan line */
    unsigned done;       /* number of the last case with a result */
    bool started, ended;
    bool mismatched;     /* QEMU ended at a mismatch of a lockstep */
    char *running;       /* a case without a result yet */
    GString *notes;      /* its diagnostics */
    char *last_note;
} Boot;

static void case_free(gpointer p)
{
    VrFirmwareCase *c = p;

    g_free(c->id);
    g_free(c->section);
    g_free(c->title);
    g_free(c->text);
    g_free(c);
}

const char *vr_case_result_name(VrCaseResult r)
{
    static const char *const names[] = { "pass", "fail", "skip", "hung" };

    return names[r];
}

bool vr_firmware_expected(const VrFirmwareCase *c)
{
    bool bad = c->result == VR_CASE_FAIL || c->result == VR_CASE_HUNG;

    return bad == (c->known != NULL);
}

/* The image with its options ------------------------------------------------ */

static bool patch_options(char *image, gsize size, const char *options,
                          const char *path, VrError *err)
{
    const gsize magic = sizeof(OPTIONS_MAGIC) - 1;
    char *place = memmem(image, size, OPTIONS_MAGIC, magic);

    if (!place || image + size - place < 256) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "'%s' is no firmware image of ours (it has no "
                            "options); next: ./virelay setup", path);
    }
    if (strlen(options) >= OPTIONS_SIZE) {
        return vr_error_set(err, VR_ERR_USAGE, "--case: too long");
    }
    memset(place + magic, 0, 256 - magic);
    memcpy(place + magic, options, strlen(options));
    return true;
}

char *vr_firmware_image(const char *suite, const char *suffix, const char *dir,
                        const char *options, VrError *err)
{
    g_autofree char *name = g_strconcat(suite, suffix, NULL);
    g_autofree char *below = g_build_filename("ours/firmware", name, NULL);
    g_autofree char *from = vr_env_build(below, err);
    g_autofree char *to = g_build_filename(dir, name, NULL);
    g_autofree char *image = NULL;
    g_autoptr(GError) error = NULL;
    gsize size;

    if (!from) {
        return NULL;
    }
    if (!g_file_get_contents(from, &image, &size, &error)) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "%s; next: ./virelay setup",
                     error->message);
        return NULL;
    }
    if (!patch_options(image, size, options, from, err)) {
        return NULL;
    }
    if (!g_file_set_contents(to, image, size, &error)) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
        return NULL;
    }
    return g_steal_pointer(&to);
}

/* What it says --------------------------------------------------------------- */

static void add_case(Boot *b, const char *id, VrCaseResult result,
                     const char *text)
{
    VrFirmwareCase *c = g_new0(VrFirmwareCase, 1);

    c->id = g_strdup(id);
    c->result = result;
    c->text = g_strdup(text);
    g_ptr_array_add(b->cases, c);
    g_clear_pointer(&b->running, g_free);
    g_string_truncate(b->notes, 0);
}

static void parse_list(Boot *b, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, " | ", 3);
    VrFirmwareCase *c;

    if (g_strv_length(parts) == 3) {
        add_case(b, parts[0], VR_CASE_SKIP, "");
        c = g_ptr_array_index(b->cases, b->cases->len - 1);
        c->section = g_strdup(parts[1]);
        c->title = g_strdup(parts[2]);
    }
}

/* "N - ID" or "N - ID # SKIP reason" */
static void parse_result(Boot *b, const char *rest, bool ok)
{
    g_auto(GStrv) parts = g_strsplit(rest, " - ", 2);
    char *skip;

    if (g_strv_length(parts) != 2) {
        return;
    }
    b->done = g_ascii_strtoull(parts[0], NULL, 10);
    skip = strstr(parts[1], " # SKIP ");
    if (skip) {
        *skip = 0;
        add_case(b, parts[1], VR_CASE_SKIP, skip + strlen(" # SKIP "));
    } else {
        add_case(b, parts[1], ok ? VR_CASE_PASS : VR_CASE_FAIL, b->notes->str);
    }
}

static void parse_note(Boot *b, const char *note)
{
    if (g_str_has_prefix(note, "case ")) {
        g_free(b->running);
        b->running = g_strdup(note + strlen("case "));
    } else if (g_str_has_prefix(note, "list ")) {
        parse_list(b, note + strlen("list "));
    } else if (g_str_has_prefix(note, "end ")) {
        b->ended = true;
    } else {
        g_free(b->last_note);
        b->last_note = g_strdup(note);
        g_string_append_printf(b->notes, "%s\n", note);
    }
}

static void parse_line(Boot *b, const char *line)
{
    if (g_str_has_prefix(line, "1..")) {
        b->started = true;
        b->total = g_ascii_strtoull(line + 3, NULL, 10);
    } else if (g_str_has_prefix(line, "ok ")) {
        parse_result(b, line + 3, true);
    } else if (g_str_has_prefix(line, "not ok ")) {
        parse_result(b, line + 7, false);
    } else if (g_str_has_prefix(line, "# ")) {
        parse_note(b, line + 2);
    } else if (g_str_has_prefix(line, "Bail out! ")) {
        g_string_append_printf(b->notes, "%s\n", line + 10);
    }
}

static void parse(Boot *b, const char *console)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    b->started = b->ended = false;
    g_clear_pointer(&b->running, g_free);
    g_string_truncate(b->notes, 0);
    if (!g_file_get_contents(console, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_strchomp(*line);
        parse_line(b, *line);
    }
}

/* Boots ----------------------------------------------------------------------- */

static gsize file_size(const char *path)
{
    g_autofree char *text = NULL;
    gsize size = 0;

    return g_file_get_contents(path, &text, &size, NULL) ? size : 0;
}

static bool said_end(const char *path)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL)
        && strstr(text, "\n# end ");
}

/* Until it ends, says that it has, or says nothing for too long */
static void watch(VrChild *child, const VrFirmwareSpec *spec,
                  const char *console, gint64 began)
{
    gint64 last = g_get_monotonic_time();
    gsize size = 0;

    while (!vr_child_ended(child) && !vr_signals_caught()) {
        gsize now = file_size(console);

        if (now != size) {
            size = now;
            last = g_get_monotonic_time();
            if (said_end(console)) {
                break;
            }
        }
        if (g_get_monotonic_time() - last
            > (gint64)spec->case_timeout_s * G_USEC_PER_SEC) {
            break;
        }
        vr_progress_tick(began, spec->suite);
        g_usleep(POLL_US);
    }
    vr_child_stop(child);
    vr_progress_clear();
}

static bool boot(Boot *b, const VrFirmwareSpec *spec, const char *dir,
                 unsigned number, gint64 began, VrError *err)
{
    const VrFirmwareMachine *machine = vr_firmware_machine(spec->machine, err);
    g_autofree char *options = g_strdup_printf("case=%s from=%u restart=1%s",
                                               spec->glob, b->done + 1,
                                               spec->list ? " list=1" : "");
    g_autofree char *name = g_strdup_printf("console-%u.txt", number);
    g_autofree char *console = g_build_filename(dir, name, NULL);
    g_autofree char *log = g_build_filename(dir, "machine.log", NULL);
    g_autofree char *image = NULL;
    g_autoptr(GPtrArray) argv = NULL;
    VrChild *child;

    image = machine ? vr_firmware_image(spec->suite, machine->suffix, dir,
                                        options, err) : NULL;
    argv = image ? machine->command(spec, image, dir, console, err) : NULL;
    child = argv ? vr_child_start((char **)argv->pdata, log, err) : NULL;
    if (!child) {
        return false;
    }
    watch(child, spec, console, began);
    b->mismatched = vr_child_status(child) == QEMU_MISMATCH;
    vr_child_free(child);
    parse(b, console);
    return true;
}

static bool nothing_said(const Boot *b, const char *dir, VrError *err)
{
    g_autofree char *log = g_build_filename(dir, "machine.log", NULL);
    g_autofree char *tail = vr_log_tail(log, 3);

    return vr_error_set(err, VR_ERR_ENVIRONMENT,
                        "the suite did not start: %s; the console is in %s",
                        b->last_note ? b->last_note : *tail ? tail
                        : "the machine said nothing", dir);
}

/* The line of QEMU's log that says where a lockstep's sides parted, the last */
static void add_mismatch(GString *notes, const char *dir)
{
    g_autofree char *log = g_build_filename(dir, "machine.log", NULL);
    g_autofree char *text = NULL;
    const char *at, *start;

    if (!g_file_get_contents(log, &text, NULL, NULL)
        || !(at = g_strrstr(text, ": mismatch at "))) {
        return;
    }
    start = g_strrstr_len(text, at - text, "\n");
    start = start ? start + 1 : text;
    g_string_append_printf(notes, "lockstep, %.*s\n",
                           (int)strcspn(start, "\n"), start);
}

/* The case that runs gets no result of its own: why the machine ended. */
static void add_ended(Boot *b, const char *dir)
{
    g_autofree char *id = g_strdup(b->running);

    if (b->mismatched) {
        add_mismatch(b->notes, dir);
    }
    add_case(b, id, VR_CASE_HUNG, b->notes->str);
    b->done++;
}

static bool boot_until_done(Boot *b, const VrFirmwareSpec *spec,
                            const char *dir, VrError *err)
{
    gint64 began = g_get_monotonic_time();
    unsigned number = 0, before;

    do {
        before = b->done;
        if (!boot(b, spec, dir, ++number, began, err)) {
            return false;
        }
        if (vr_signals_caught() || (spec->list && b->ended)) {
            return true;
        }
        if (!b->started || (b->total && !b->cases->len && !b->running)
            || (!b->running && !b->ended && b->done == before)) {
            return nothing_said(b, dir, err);
        }
        if (b->running) {
            add_ended(b, dir);
        }
    } while (!b->ended && b->done < b->total);
    return true;
}

/* Known differences: lines "ID reason", '#' begins a comment ------------------ */

static void mark_known(GPtrArray *cases, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, " ", 2);

    if (line[0] == '#' || g_strv_length(parts) != 2) {
        return;
    }
    for (guint i = 0; i < cases->len; i++) {
        VrFirmwareCase *c = cases->pdata[i];

        if (g_pattern_match_simple(parts[0], c->id)) {
            c->known = g_intern_string(g_strstrip(parts[1]));
        }
    }
}

static void apply_known(const VrFirmwareSpec *spec, GPtrArray *cases)
{
    g_autofree char *below = g_strdup_printf(
        "firmware/suites/%s/%s-differences.txt", spec->suite,
        spec->backend ? spec->backend : spec->machine);
    g_autofree char *path = vr_env_root(below, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!path || !g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        mark_known(cases, *line);
    }
}

GPtrArray *vr_firmware_run(const VrFirmwareSpec *spec, const char *dir,
                           VrError *err)
{
    Boot b = {
        .cases = g_ptr_array_new_with_free_func(case_free),
        .notes = g_string_new(NULL),
    };
    bool ok = boot_until_done(&b, spec, dir, err);

    g_string_free(b.notes, TRUE);
    g_free(b.running);
    g_free(b.last_note);
    if (!ok) {
        g_ptr_array_unref(b.cases);
        return NULL;
    }
    apply_known(spec, b.cases);
    return b.cases;
}
