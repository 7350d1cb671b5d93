/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay firmware: bare-metal suites on QEMU, on Bochs. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "env.h"
#include "firmware.h"
#include "firmware_machine.h"
#include "firmware_suite.h"
#include "options.h"
#include "outfile.h"
#include "progress.h"
#include "runfolder.h"
#include "signals.h"

typedef struct Options {
    char *arch, *suite, *machine, *glob, *cpu, *out, *junit, *json;
    char *backend, **variant, *joined, *unit;
    int cpus, timeout;
    gboolean list, verbose;
} Options;

static void options_clear(Options *o)
{
    g_free(o->arch);
    g_free(o->suite);
    g_free(o->machine);
    g_free(o->glob);
    g_free(o->cpu);
    g_free(o->out);
    g_free(o->junit);
    g_free(o->json);
    g_free(o->backend);
    g_strfreev(o->variant);
    g_free(o->joined);
    g_free(o->unit);
}

/* The block that the suite is about, if it is about one */
static bool check_block(Options *o, const VrFirmwareSuite *suite, VrError *err)
{
    if (suite->block) {
        vr_option_default(&o->backend, "model");
        return vr_option_backend(o->backend, suite->block, err)
            && vr_option_variant(o->variant, o->backend, suite->block,
                                 &o->joined, err);
    }
    if (o->backend || o->variant || o->unit) {
        return vr_error_set(err, VR_ERR_USAGE, "--backend, --variant and "
                            "--unit are for suites of a block; %s is of a "
                            "processor", suite->name);
    }
    return true;
}

static bool check_options(Options *o, VrError *err)
{
    const VrFirmwareSuite *suite = vr_firmware_suite(o->suite, err);

    if (!suite || !check_block(o, suite, err)) {
        return false;
    }
    if (strcmp(o->arch, "x86") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "suite %s is for --arch x86",
                            o->suite);
    }
    return vr_firmware_machine(o->machine, err)
        && vr_option_range("--cpus", o->cpus, 1, 8, err)
        && vr_option_range("--case-timeout", o->timeout, 1, 3600, err);
}

static void print_case(const VrFirmwareCase *c)
{
    g_auto(GStrv) lines = g_strsplit(c->text, "\n", -1);

    printf("%-5s %s %s\n", vr_case_result_name(c->result),
           vr_firmware_expected(c) ? " " : "!", c->id);
    for (char **line = lines; *line; line++) {
        if (**line) {
            printf("        %s\n", *line);
        }
    }
    if (c->known) {
        printf("        known difference: %s\n", c->known);
    }
}

static unsigned count_of(const GPtrArray *cases, VrCaseResult r)
{
    unsigned n = 0;

    for (guint i = 0; i < cases->len; i++) {
        n += ((VrFirmwareCase *)cases->pdata[i])->result == r;
    }
    return n;
}

static unsigned surprises(const GPtrArray *cases)
{
    unsigned n = 0;

    for (guint i = 0; i < cases->len; i++) {
        n += !vr_firmware_expected(cases->pdata[i]);
    }
    return n;
}

static void print_results(const Options *o, const GPtrArray *cases)
{
    for (guint i = 0; i < cases->len; i++) {
        const VrFirmwareCase *c = cases->pdata[i];

        if (o->verbose || c->result != VR_CASE_PASS
            || !vr_firmware_expected(c)) {
            print_case(c);
        }
    }
    printf("%u cases of suite %s on %s%s%s: %u passed, %u failed, %u hung, "
           "%u skipped; %u not as expected\n", cases->len, o->suite,
           o->machine, o->backend ? ", backend " : "",
           o->backend ? o->backend : "", count_of(cases, VR_CASE_PASS),
           count_of(cases, VR_CASE_FAIL), count_of(cases, VR_CASE_HUNG),
           count_of(cases, VR_CASE_SKIP), surprises(cases));
}

static void print_list(const GPtrArray *cases)
{
    for (guint i = 0; i < cases->len; i++) {
        const VrFirmwareCase *c = cases->pdata[i];

        printf("%-44s %s\n    %s\n", c->id, c->section, c->title);
    }
}

static bool write_json(const GPtrArray *cases, const char *path, VrError *err)
{
    JsonNode *root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < cases->len; i++) {
        const VrFirmwareCase *c = cases->pdata[i];
        JsonObject *o = json_object_new();

        json_object_set_string_member(o, "id", c->id);
        json_object_set_string_member(o, "result",
                                      vr_case_result_name(c->result));
        json_object_set_boolean_member(o, "expected",
                                       vr_firmware_expected(c));
        vr_json_text(o, "text", c->text);
        json_array_add_object_element(array, o);
    }
    json_node_take_array(root, array);
    return vr_cli_write_json(root, path, err);
}

static void junit_case(GString *s, const VrFirmwareCase *c)
{
    g_autofree char *id = g_markup_escape_text(c->id, -1);
    g_autofree char *text = g_markup_escape_text(c->text, -1);

    g_string_append_printf(s, "    <testcase name=\"%s\">", id);
    if (!vr_firmware_expected(c)) {
        g_string_append_printf(s, "<failure message=\"%s\">%s</failure>",
                               vr_case_result_name(c->result), text);
    } else if (c->result != VR_CASE_PASS) {
        g_string_append_printf(s, "<skipped message=\"%s\"/>",
                               c->known ? "known difference" : text);
    }
    g_string_append(s, "</testcase>\n");
}

static bool write_junit(const Options *o, const GPtrArray *cases, VrError *err)
{
    g_autoptr(GString) s = g_string_new(NULL);

    g_string_append_printf(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<testsuites>\n  <testsuite name=\"%s.%s\" "
                           "tests=\"%u\" failures=\"%u\">\n", o->suite,
                           o->backend ? o->backend : o->machine, cases->len, surprises(cases));
    for (guint i = 0; i < cases->len; i++) {
        junit_case(s, cases->pdata[i]);
    }
    g_string_append(s, "  </testsuite>\n</testsuites>\n");
    return vr_out_write(o->junit, s->str, err);
}

static bool run_in(const Options *o, const VrFirmwareSpec *spec,
                   VrRunFolder *folder, int *ret, VrError *err)
{
    g_autoptr(GPtrArray) cases = vr_firmware_run(spec, folder->partial, err);

    if (!cases || (vr_signals_caught() && (*ret = VR_EXIT_INTERRUPTED))) {
        return cases != NULL;
    }
    if (cases->len == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "no case matches '%s'; next: "
                            "./virelay firmware --list", o->glob);
    }
    if (o->list) {
        print_list(cases);
        return true;
    }
    print_results(o, cases);
    *ret = surprises(cases) ? VR_EXIT_VERDICT : VR_EXIT_OK;
    return (!o->json || write_json(cases, o->json, err))
        && (!o->junit || write_junit(o, cases, err));
}

static VrFirmwareSpec spec_of(const Options *o)
{
    return (VrFirmwareSpec) {
        .suite = o->suite, .machine = o->machine, .cpu = o->cpu,
        .backend = o->backend, .variant = o->joined, .unit = o->unit,
        .glob = o->glob, .cpus = o->cpus, .case_timeout_s = o->timeout,
        .list = o->list,
    };
}

static int run(const VrCommand *self, Options *o)
{
    g_autofree char *name = g_strconcat("firmware-", o->suite, NULL);
    VrFirmwareSpec spec;
    VrRunFolder *folder;
    int ret = VR_EXIT_OK;
    VrError err;
    bool ok;

    if (!check_options(o, &err)
        || !(folder = vr_run_folder_new(name, o->out, &err))) {
        return vr_cli_fail(self, &err);
    }
    spec = spec_of(o);
    vr_signals_catch();
    ok = run_in(o, &spec, folder, &ret, &err);
    if (o->list || ret == VR_EXIT_INTERRUPTED
        || (!ok && err.code == VR_ERR_USAGE)) {
        vr_run_folder_discard(folder);
    } else if (ok) {
        ok = vr_run_folder_finish(folder, &err);
        printf("%s\n", folder->path);
    }
    vr_run_folder_free(folder);
    return ok ? ret : vr_cli_fail(self, &err);
}

static int cmd_firmware(const VrCommand *self, int argc, char **argv)
{
    Options o = { .cpus = 4, .timeout = 60 };
    const GOptionEntry entries[] = {
        { "arch", 0, 0, G_OPTION_ARG_STRING, &o.arch, "x86 (the default)",
          "ARCH" },
        { "suite", 's', 0, G_OPTION_ARG_STRING, &o.suite,
          "vmx (the default), or vtd-ir: interrupt remapping and posting",
          "NAME" },
        { "machine", 'm', 0, G_OPTION_ARG_STRING, &o.machine,
          "qemu (the default) or bochs, as a second opinion", "NAME" },
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &o.backend,
          "vtd-ir: builtin, model (the default), rtl, lockstep or "
          "lockstep:DUT:REFERENCE", "B" },
        { "variant", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.variant,
          "vtd-ir: a parameter of the block; may be repeated", "NAME=VALUE" },
        { "unit", 0, 0, G_OPTION_ARG_STRING, &o.unit,
          "vtd-ir: more properties of QEMU's intel-iommu, as eim=off",
          "LIST" },
        { "case", 'c', 0, G_OPTION_ARG_STRING, &o.glob,
          "Cases to run, with * and ? (all)", "GLOB" },
        { "cpu", 0, 0, G_OPTION_ARG_STRING, &o.cpu,
          "QEMU: vmx (the default) or a model as QEMU's -cpu", "CPU" },
        { "cpus", 0, 0, G_OPTION_ARG_INT, &o.cpus, "Processors (4)", "N" },
        { "case-timeout", 0, 0, G_OPTION_ARG_INT, &o.timeout,
          "A case that says nothing for S seconds hangs (60)", "S" },
        { "list", 'l', 0, G_OPTION_ARG_NONE, &o.list,
          "List the cases with their sections of the manual", NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose,
          "Show the cases that passed too", NULL },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "Results as JSON",
          "FILE" },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit,
          "Results as JUnit XML", "FILE" },
        { "out", 'o', 0, G_OPTION_ARG_FILENAME, &o.out,
          "The run's folder (one named by the time)", "DIR" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0 && argc > 1) {
        ret = vr_cli_error(self, VR_ERR_USAGE, "what is '%s'?", argv[1]);
    }
    if (ret < 0) {
        vr_option_default(&o.arch, "x86");
        vr_option_default(&o.suite, "vmx");
        vr_option_default(&o.machine, "qemu");
        vr_option_default(&o.glob, "*");
        vr_option_default(&o.cpu, "vmx");
        ret = run(self, &o);
    }
    options_clear(&o);
    return ret;
}

VR_COMMAND(firmware, "firmware",
           "Bare-metal suites: what the hardware does, from the software side",
           "[--suite NAME] [--machine M] [--case GLOB] [OPTION...]",
           cmd_firmware)
