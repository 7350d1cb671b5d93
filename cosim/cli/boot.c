/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "filesum.h"
#include "kernel_image.h"
#include "manifest.h"
#include "runfolder.h"
#include "sweep.h"
#include "table.h"

#define MAX_MISMATCH_LINES 24

struct VrBoot {
    VrBootOrder order;
    VrRunFolder *folder;
    VrMachine *machine;
    char *image_sha256;
    char *plugin;   /* that sweeps, or NULL */
    char *no_sweep; /* why there is none where one is asked for */
};

static void add_sweep(VrBoot *b)
{
    VrMachineSpec *m = &b->order.machine;
    VrError err;

    if (!vr_sweep_is_asked(m->scenarios)) {
        return;
    }
    b->plugin = vr_sweep_check_plugin(m, b->folder->partial, &err);
    m->plugin = b->plugin;
    if (!b->plugin) {
        b->no_sweep = g_strdup(err.text);
    }
}

static bool start_machine(VrBoot *b, VrError *err)
{
    add_sweep(b);
    b->machine = vr_machine_start(&b->order.machine, b->folder->partial, err);
    return b->machine != NULL;
}

VrBoot *vr_boot_start(const VrBootOrder *order, VrError *err)
{
    VrBoot *b = g_new0(VrBoot, 1);

    b->order = *order;
    if (vr_kernel_image_check(order->machine.kernel, order->machine.arch,
                              err) &&
        (b->image_sha256 = vr_file_sha256(order->machine.kernel, err)) &&
        (b->folder = vr_run_folder_new(order->name, order->out, err)) &&
        start_machine(b, err)) {
        return b;
    }
    vr_boot_free(b);
    return NULL;
}

bool vr_boot_poll(VrBoot *b)
{
    return vr_machine_poll(b->machine);
}

char *vr_boot_file(const VrBoot *b, const char *name)
{
    return vr_run_folder_file(b->folder, name);
}

VrMachineEnd vr_boot_end(const VrBoot *b)
{
    return vr_machine_end(b->machine);
}

static VrResultSet *judge(const VrBoot *b)
{
    g_autofree char *console = vr_run_folder_file(b->folder, "console.txt");
    g_autofree char *trace = vr_run_folder_file(b->folder, "trace.vrt");
    g_autofree char *trouble = vr_machine_explain(b->machine);
    const VrMachineSpec *m = &b->order.machine;
    VrResultSet *r = vr_result_new(b->order.kernel, m->backend, m->variant,
                                   m->cpu);

    r->image_sha256 = g_strdup(b->image_sha256);
    r->seconds = vr_machine_seconds(b->machine);
    r->icount = m->icount;
    r->no_sweep = g_strdup(b->no_sweep);
    vr_result_judge(r, b->order.checks, console,
                    b->order.machine.trace ? trace : NULL,
                    b->order.machine.stress, trouble,
                    vr_boot_end(b) == VR_END_MISMATCH);
    return r;
}

static bool write_report(const VrBoot *b, const VrResultSet *r, VrError *err)
{
    g_autofree char *path = vr_run_folder_file(b->folder, "report.txt");
    FILE *f = fopen(path, "we");
    bool ok;

    if (!f) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': %s",
                            path, strerror(errno));
    }
    fprintf(f, "kernel %s, backend %s, scenarios %s\n", r->kernel->name,
            r->backend, b->order.machine.scenarios);
    if (r->trouble) {
        fprintf(f, "%s\n", r->trouble);
    }
    vr_verdicts_print(f, r);
    ok = !ferror(f);
    ok = fclose(f) == 0 && ok;
    return ok || vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': is "
                              "there disk space?", path);
}

static bool write_manifest(const VrBoot *b, VrError *err)
{
    g_autofree char *path = vr_run_folder_file(b->folder, "manifest.json");
    const VrManifest manifest = {
        .kernel = b->order.kernel,
        .machine = &b->order.machine,
        .image_sha256 = b->image_sha256,
        .partial_dir = b->folder->partial,
        .final_dir = b->folder->path,
        .qemu_status = vr_machine_status(b->machine),
        .seconds = vr_machine_seconds(b->machine),
    };

    return vr_manifest_write(&manifest, path, err);
}

static bool write_verdicts(const VrBoot *b, VrResultSet *r, VrError *err)
{
    g_autofree char *path = vr_run_folder_file(b->folder, "verdicts.json");
    g_autoptr(GPtrArray) results = g_ptr_array_new();

    g_ptr_array_add(results, r);
    return vr_cli_write_json(vr_results_json(results, r->seconds), path, err);
}

/* What is large, and can be made again by the same command. */
static void drop_trace(const VrBoot *b)
{
    g_autofree char *trace = vr_run_folder_file(b->folder, "trace.vrt");
    g_autofree char *initrd = vr_run_folder_file(b->folder, "initrd.img");
    g_autofree char *recording = vr_run_folder_file(b->folder, "recording");
    g_autoptr(GDir) dir = g_dir_open(recording, 0, NULL);
    const char *name;

    g_unlink(trace);
    g_unlink(initrd);
    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".vrr")) {
            g_autofree char *path = g_build_filename(recording, name, NULL);

            g_unlink(path);
        }
    }
}

VrResultSet *vr_boot_finish(VrBoot *b, VrError *err)
{
    VrResultSet *r = judge(b);

    r->folder = g_strdup(b->folder->path);
    if (b->order.drop_trace && r->unexpected == 0) {
        drop_trace(b);
    }
    if (write_report(b, r, err) && write_verdicts(b, r, err) &&
        write_manifest(b, err) && vr_run_folder_finish(b->folder, err)) {
        return r;
    }
    vr_result_free(r);
    return NULL;
}

void vr_boot_free(VrBoot *b)
{
    if (!b) {
        return;
    }
    vr_machine_free(b->machine);
    if (b->folder && !b->folder->whole) {
        vr_run_folder_discard(b->folder);
    }
    vr_run_folder_free(b->folder);
    g_free(b->image_sha256);
    g_free(b->plugin);
    g_free(b->no_sweep);
    g_free(b);
}

/* The recording of the instance that a mismatch names ("gicv3-redist.2: "). */
static char *recording_of(const char *folder, const char *text)
{
    g_autofree char *name = g_strndup(text, strcspn(text, ":"));
    g_autofree char *file = g_strconcat(name, ".vrr", NULL);
    g_autofree char *path =
        g_build_filename(folder, "recording", file, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path)
                                                 : NULL;
}

void vr_boot_print_mismatch(FILE *f, const char *folder)
{
    g_autofree char *path =
        g_build_filename(folder, "recording", "mismatch.txt", NULL);
    g_autofree char *recording = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        fprintf(f, "lockstep mismatch; see %s/qemu.log\n", folder);
        return;
    }
    recording = recording_of(folder, text);
    lines = g_strsplit(g_strchomp(text), "\n", MAX_MISMATCH_LINES + 1);
    for (unsigned i = 0; i < MAX_MISMATCH_LINES && lines[i]; i++) {
        fprintf(f, "%s\n", lines[i]);
    }
    if (recording) {
        fprintf(f, "replay it without QEMU:\n  ./virelay replay %s\n",
                recording);
    }
}
