/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU by multiboot; Bochs from a disk image. */
#include <string.h>

#include "env.h"
#include "firmware_machine.h"
#include "firmware_suite.h"
#include "machine_arch.h"

static GPtrArray *qemu_command(const VrFirmwareSpec *spec, const char *image,
                               const char *dir, const char *console,
                               VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    char *qemu = spec->qemu ? g_strdup(spec->qemu) : vr_env_qemu("x86", err);

    (void)dir;
    if (!qemu) {
        return NULL;
    }
    g_ptr_array_add(argv, qemu);
    vr_env_add_firmware(argv);
    vr_argv_add_all(argv, "-M q35 -accel tcg,thread=multi -m 512 -nodefaults "
                    "-display none -no-reboot -device isa-debug-exit,"
                    "iobase=0xf4,iosize=1 -cpu");
    vr_argv_add(argv, "%s", vr_machine_x86_cpu(spec->cpu));
    vr_argv_add(argv, "-smp");
    vr_argv_add(argv, "%u", spec->cpus);
    vr_argv_add(argv, "-serial");
    vr_argv_add(argv, "file:%s", console);
    vr_firmware_add_devices(argv, spec);
    vr_argv_add(argv, "-kernel");
    vr_argv_add(argv, "%s", image);
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

/* Debian's Bochs has its debugger built in, which needs to be told to go on,
 * and of its displays only one that wants a terminal. */
static const char bochs_configuration[] =
    "display_library: term\n"
    "config_interface: textconfig\n"
    "cpu: model=corei7_icelake_u, count=%u, ips=50000000, "
    "reset_on_triple_fault=0\n"
    "megs: 512\n"
    "romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
    "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
    "ata0-master: type=disk, path=\"%s\", mode=flat, cylinders=4, heads=16, "
    "spt=63\n"
    "boot: disk\n"
    "com1: enabled=1, mode=file, dev=\"%s\"\n"
    "clock: sync=none\n"
    "log: \"%s/bochs.log\"\n"
    "panic: action=fatal\n"
    "error: action=report\n";

static bool write_text(const char *dir, const char *name, const char *text,
                       VrError *err)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) error = NULL;

    if (g_file_set_contents(path, text, -1, &error)) {
        return true;
    }
    return vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
}

static GPtrArray *bochs_command(const VrFirmwareSpec *spec, const char *image,
                                const char *dir, const char *console,
                                VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = g_strdup_printf(bochs_configuration, spec->cpus,
                                            image, console, dir);
    g_autofree char *quoted = g_shell_quote(dir);
    g_autofree char *bochs = g_find_program_in_path("bochs");

    if (spec->backend) {
        vr_error_set(err, VR_ERR_USAGE, "suite %s is for --machine qemu: "
                     "Bochs has no VT-d", spec->suite);
        return NULL;
    }
    if (!bochs) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "Bochs is not installed; next: "
                     "apt-get install bochs bochs-term bochsbios vgabios");
        return NULL;
    }
    if (!write_text(dir, "bochsrc", text, err)
        || !write_text(dir, "bochs.commands", "c\nq\n", err)) {
        return NULL;
    }
    vr_argv_add_all(argv, "script -qfec");
    vr_argv_add(argv, "TERM=xterm bochs -q -f %s/bochsrc -rc "
                "%s/bochs.commands", quoted, quoted);
    vr_argv_add(argv, "%s/bochs.out", dir);
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

static const VrFirmwareMachine machines[] = {
    { "qemu", ".elf", qemu_command },
    { "bochs", ".img", bochs_command },
};

const VrFirmwareMachine *vr_firmware_machine(const char *name, VrError *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
        if (strcmp(machines[i].name, name) == 0) {
            return &machines[i];
        }
    }
    vr_error_set(err, VR_ERR_USAGE,
                 "no such machine: '%s'; there are qemu and bochs", name);
    return NULL;
}
