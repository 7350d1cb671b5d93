/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <glib/gstdio.h>
#include <string.h>

#include "child.h"
#include "env.h"
#include "machine_arch.h"
#include "signals.h"

/*
 * What the agent waits for the guest, when time is the wall's: QEMU's threads
 * share few processors then.
 */
#define REAL_TIME_PATIENCE_MS 1000u

struct VrMachine {
    VrChild *child;
    char *dir;
    unsigned timeout_s;
    bool timed_out;
};

static const VrMachineArch *const archs[] = { &vr_machine_arm64,
                                              &vr_machine_x86 };

static const VrMachineArch *arch_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(archs); i++) {
        if (strcmp(archs[i]->name, name) == 0) {
            return archs[i];
        }
    }
    g_assert_not_reached(); /* vr_env_check_arch() knows the same */
}

const char *vr_machine_cpu(const char *arch)
{
    return arch_of(arch)->cpu;
}

unsigned vr_machine_icount_shift(const char *arch)
{
    return arch_of(arch)->icount_shift;
}

const char *vr_machine_block(const char *arch)
{
    return arch_of(arch)->block;
}

bool vr_machine_choose(const char *name, char **backend, char **cpu,
                       VrError *err)
{
    const VrMachineArch *arch = arch_of(name);

    if (*cpu && !arch->cpu) {
        return vr_error_set(err, VR_ERR_USAGE, "--cpu: the machine of %s has "
                            "one CPU only", name);
    }
    if (!*backend) {
        *backend = g_strdup(arch->backend);
    }
    if (!*cpu) {
        *cpu = g_strdup(arch->cpu);
    }
    return true;
}

void vr_machine_defaults(VrMachineSpec *spec, const char *arch)
{
    *spec = (VrMachineSpec){
        .arch = arch,
        .backend = arch_of(arch)->backend,
        .cpu = arch_of(arch)->cpu,
        .scenarios = "",
        .cpus = 5,
        .mem_mib = 512,
        .timeout_s = 900,
        .stress = 100000,
        .seed = 1,
        .l2_rounds = 1,
        .icount = true,
        .trace = true,
    };
}

void vr_machine_settle(VrMachineSpec *spec)
{
    if (strcmp(spec->arch, "x86") == 0 && !spec->unit) {
        spec->backend = "builtin";
        spec->variant = NULL;
    }
}

void vr_argv_add(GPtrArray *argv, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_ptr_array_add(argv, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

void vr_argv_add_all(GPtrArray *argv, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", 0);

    for (char **word = list; *word; word++) {
        vr_argv_add(argv, "%s", *word);
    }
}

/* In QEMU's option lists a comma in a value is written twice. */
static char *quote_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", 0);

    return g_strjoinv(",,", parts);
}

static void add_run_object(GPtrArray *argv, const VrMachineSpec *spec,
                           const char *dir)
{
    g_autofree char *quoted = quote_commas(dir);
    g_autoptr(GString) object = g_string_new("virelay-run,id=vr0");

    if (spec->trace) {
        g_string_append_printf(object, ",trace=%s/trace.vrt", quoted);
    }
    if (!spec->no_record &&
        (spec->record || strncmp(spec->backend, "lockstep", 8) == 0)) {
        g_string_append_printf(object, ",recording=%s/recording", quoted);
    }
    g_string_append(object, ",on-mismatch=stop");
    vr_argv_add(argv, "-object");
    vr_argv_add(argv, "%s", object->str);
}

static void add_kernel(GPtrArray *argv, const VrMachineSpec *spec,
                       const char *initrd)
{
    g_autoptr(GString) line = g_string_new(arch_of(spec->arch)->command_line);

    if (!spec->console) {
        g_string_append(line, " quiet");
    }
    if (*spec->scenarios) {
        g_string_append_printf(line, " vr.scenarios=%s", spec->scenarios);
    }
    g_string_append_printf(line, " vr.stress=%" G_GUINT64_FORMAT " vr.seed=%"
                           G_GUINT64_FORMAT, spec->stress, spec->seed);
    if (!spec->icount) {
        g_string_append_printf(line, " vr.patience=%u", REAL_TIME_PATIENCE_MS);
    }
    if (arch_of(spec->arch)->add_parameters) {
        arch_of(spec->arch)->add_parameters(line, spec);
    }
    if (spec->plugin) {
        /* It knows code by the addresses of the image's symbols. */
        g_string_append(line, " nokaslr");
    }
    if (spec->append && *spec->append) {
        g_string_append_printf(line, " %s", spec->append);
    }
    vr_argv_add(argv, "-kernel");
    vr_argv_add(argv, "%s", spec->kernel);
    vr_argv_add(argv, "-initrd");
    vr_argv_add(argv, "%s", initrd);
    vr_argv_add(argv, "-append");
    vr_argv_add(argv, "%s", line->str);
}

GPtrArray *vr_machine_command(const VrMachineSpec *spec, const char *dir,
                              VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    const VrMachineArch *arch = arch_of(spec->arch);
    g_autofree char *qemu = vr_env_qemu(spec->arch, err);
    g_autofree char *initrd = qemu ? arch->initrd(spec, dir, err) : NULL;
    g_autofree char *quoted = quote_commas(dir);

    if (!initrd) {
        return NULL;
    }
    if (spec->library) {
        vr_argv_add(argv, "/usr/bin/env");
        vr_argv_add(argv, "LD_LIBRARY_PATH=%s", spec->library);
    }
    vr_argv_add(argv, "%s", qemu);
    vr_argv_add_all(argv, "-nodefaults -no-user-config -display none "
                          "-no-reboot");
    vr_argv_add(argv, "-chardev");
    vr_argv_add(argv, "file,id=con,path=%s/console.txt", quoted);
    vr_argv_add_all(argv, "-serial chardev:con");
    arch->add_machine(argv, spec);
    vr_argv_add_all(argv, "-rtc clock=vm,base=2024-01-01");
    vr_argv_add(argv, "-smp");
    vr_argv_add(argv, "%u", spec->cpus);
    vr_argv_add(argv, "-m");
    vr_argv_add(argv, "%u", spec->mem_mib);
    vr_argv_add(argv, "-seed");
    vr_argv_add(argv, "%" G_GUINT64_FORMAT, spec->seed);
    if (spec->icount) {
        vr_argv_add(argv, "-icount");
        vr_argv_add(argv, "shift=%u,sleep=off", arch->icount_shift);
    }
    add_run_object(argv, spec, dir);
    vr_argv_add_all(argv, "-device virelay-test");
    if (spec->plugin) {
        vr_argv_add(argv, "-plugin");
        vr_argv_add(argv, "%s", spec->plugin);
    }
    add_kernel(argv, spec, initrd);
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

VrMachine *vr_machine_start(const VrMachineSpec *spec, const char *dir,
                            VrError *err)
{
    g_autoptr(GPtrArray) argv = vr_machine_command(spec, dir, err);
    g_autofree char *log = g_build_filename(dir, "qemu.log", NULL);
    g_autofree char *recording = g_build_filename(dir, "recording", NULL);
    VrMachine *m;

    if (!argv) {
        return NULL;
    }
    if (g_mkdir_with_parents(recording, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s'", recording);
        return NULL;
    }
    if (arch_of(spec->arch)->prepare &&
        !arch_of(spec->arch)->prepare(spec, dir, err)) {
        return NULL;
    }
    m = g_new0(VrMachine, 1);
    m->child = vr_child_start((char *const *)argv->pdata, log, err);
    if (!m->child) {
        g_free(m);
        return NULL;
    }
    m->dir = g_strdup(dir);
    m->timeout_s = spec->timeout_s;
    return m;
}

/* QEMU makes it whether or not there is something to record. */
static void remove_if_empty(const VrMachine *m)
{
    g_autofree char *recording = g_build_filename(m->dir, "recording", NULL);

    g_rmdir(recording);
}

bool vr_machine_poll(VrMachine *m)
{
    if (!vr_child_ended(m->child) &&
        vr_child_seconds(m->child) > m->timeout_s) {
        m->timed_out = true;
        vr_child_stop(m->child);
    }
    if (!vr_child_ended(m->child)) {
        return false;
    }
    remove_if_empty(m);
    return true;
}

bool vr_machine_wait(VrMachine *m)
{
    while (!vr_machine_poll(m)) {
        if (vr_signals_caught()) {
            vr_child_stop(m->child);
            return false;
        }
        g_usleep(2000);
    }
    return true;
}

VrMachineEnd vr_machine_end(const VrMachine *m)
{
    if (m->timed_out) {
        return VR_END_TIMEOUT;
    }
    switch (vr_child_status(m->child)) {
    case 0:
        return VR_END_CLEAN;
    case VR_MACHINE_MISMATCH:
        return VR_END_MISMATCH;
    default:
        return VR_END_FAILED;
    }
}

int vr_machine_status(const VrMachine *m)
{
    return vr_child_status(m->child);
}

double vr_machine_seconds(const VrMachine *m)
{
    return vr_child_seconds(m->child);
}

/* The first line of what QEMU kept of it. */
static char *explain_mismatch(const VrMachine *m)
{
    g_autofree char *path =
        g_build_filename(m->dir, "recording", "mismatch.txt", NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return g_strdup("lockstep mismatch");
    }
    text[strcspn(text, "\n")] = '\0';
    return g_strdup_printf("lockstep: %s", text);
}

char *vr_machine_explain(const VrMachine *m)
{
    g_autofree char *log = g_build_filename(m->dir, "qemu.log", NULL);
    g_autofree char *said = vr_log_tail(log, 1);

    switch (vr_machine_end(m)) {
    case VR_END_TIMEOUT:
        return g_strdup_printf("the machine was ended after %u s (--timeout)",
                               m->timeout_s);
    case VR_END_MISMATCH:
        return explain_mismatch(m);
    case VR_END_FAILED:
        return g_strdup_printf("QEMU ended with status %d%s%s",
                               vr_machine_status(m), *said ? ": " : "", said);
    default:
        return NULL;
    }
}

void vr_machine_free(VrMachine *m)
{
    if (m) {
        vr_child_free(m->child);
        g_free(m->dir);
        g_free(m);
    }
}
