/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's q35 board, with VMX or SVM; the host's kernel is also its guest's. */
#include <stdio.h>
#include <string.h>

#include "env.h"
#include "machine_arch.h"
#include "newc.h"

/*
 * The initrd of a run: the agent, the kernel that it boots as L2, the kernel's
 * own tests of KVM, where they are asked for, and its modules, where it has
 * any: build-kernel leaves them beside the image.
 */
#define INITRD "initrd.img"
#define L2_KERNEL "bzImage"
#define MODULES ".modules"

/*
 * The CPUs by what their KVM needs. An Intel server's family and model: Linux
 * looks for VMX's MSRs only there, and knows its quirks by them. Leaf 15h says
 * how fast the clocks are, so that Linux does not measure it. No string
 * instruction is announced as a fast one, for with icount TCG leaves its block
 * at each repetition: Linux would clear a page in 4096 of them.
 */
static const struct {
    const char *name, *qemu;
} cpus[] = {
    { "vmx", "max,vendor=GenuineIntel,family=6,model=106,stepping=6,svm=off,"
             "vmx=on,level=0x15,erms=off,fsrm=off,fzrm=off,fsrs=off,fsrc=off" },
    { "svm", "max" },
};

const char *vr_machine_x86_cpu(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cpus); i++) {
        if (strcmp(cpus[i].name, name) == 0) {
            return cpus[i].qemu;
        }
    }
    return name;
}

/*
 * Two stock NICs on one wire. Each has a port of its own, as it claims functions
 * beside it.
 */
static void add_nics(GPtrArray *argv)
{
    for (int i = 0; i < 2; i++) {
        vr_argv_add(argv, "-netdev");
        vr_argv_add(argv, "hubport,id=wire%d,hubid=0", i);
        vr_argv_add(argv, "-device");
        vr_argv_add(argv, "pcie-root-port,id=port%d,chassis=%d", i, i + 1);
        vr_argv_add(argv, "-device");
        vr_argv_add(argv, "igb,bus=port%d,netdev=wire%d,romfile=,"
                    "mac=52:54:00:12:34:%02x", i, i, i);
    }
}

/* To probe NICs is a tenth of a boot: not for scenarios that leave them alone. */
static bool uses_nics(const VrMachineSpec *spec)
{
    static const char *const users[] = { "IR_REMAPPED", "PI_POSTED",
                                         "BYPASS_POSTED" };

    for (size_t i = 0; i < G_N_ELEMENTS(users); i++) {
        if (strstr(spec->scenarios, users[i])) {
            return true;
        }
    }
    return spec->console;
}

/*
 * The remapping unit has to come before what stands behind it: the device that
 * interrupts on demand, and the NICs.
 */
static void add_unit(GPtrArray *argv, const VrMachineSpec *spec)
{
    const bool builtin = strcmp(spec->backend, "builtin") == 0;

    vr_argv_add(argv, "-device");
    vr_argv_add(argv, "intel-iommu,intremap=on,eim=on%s%s%s%s",
                builtin ? "" : ",ir=", builtin ? "" : spec->backend,
                spec->variant ? ",ir-variant=" : "",
                spec->variant ? spec->variant : "");
    vr_argv_add_all(argv, "-device virelay-irqgen");
    if (uses_nics(spec)) {
        add_nics(argv);
    }
}

static void add_machine(GPtrArray *argv, const VrMachineSpec *spec)
{
    vr_env_add_firmware(argv);
    /* Ticks of the HPET come late enough for Linux to distrust its APIC. */
    vr_argv_add_all(argv, "-M q35,hpet=off -cpu");
    vr_argv_add(argv, "%s", vr_machine_x86_cpu(spec->cpu));
    vr_argv_add(argv, "-accel");
    vr_argv_add(argv, "tcg,thread=%s", spec->icount ? "single" : "multi");
    if (spec->unit) {
        add_unit(argv, spec);
    }
}

static void add_parameters(GString *line, const VrMachineSpec *spec)
{
    g_string_append_printf(line, " vr.l2-rounds=%u", spec->l2_rounds);
    if (spec->unit) {
        /* With PAT, Linux lets nobody map RAM through /dev/mem. */
        g_string_append(line, " nopat");
    }
    if (spec->console) {
        g_string_append(line, " vr.l2-console=1");
    }
}

/* To unpack what nobody needs is a seventh of a boot. */
static bool boots_l2(const VrMachineSpec *spec)
{
    return strstr(spec->scenarios, "L2_") != NULL;
}

static bool prepare(const VrMachineSpec *spec, const char *dir, VrError *err)
{
    g_autofree char *agent = vr_env_agent(spec->arch, err);
    g_autofree char *path = g_build_filename(dir, INITRD, NULL);
    g_autofree char *modules = g_strconcat(spec->kernel, MODULES, NULL);
    const char *more[3] = { NULL };
    unsigned count = 0;

    if (spec->selftests) {
        more[count++] = spec->selftests;
    }
    if (g_file_test(modules, G_FILE_TEST_EXISTS)) {
        more[count++] = modules;
    }
    return agent && vr_newc_join(agent, L2_KERNEL,
                                 boots_l2(spec) ? spec->kernel : NULL, more,
                                 path, err);
}

static char *initrd(const VrMachineSpec *spec, const char *dir, VrError *err)
{
    (void)spec;
    (void)err;
    return g_build_filename(dir, INITRD, NULL);
}

const VrMachineArch vr_machine_x86 = {
    .name = "x86",
    .block = "vtd-ir",
    .backend = "lockstep",
    .cpu = "vmx",
    /*
     * The emulated TSC never stops and is the same on all CPUs; delays that
     * real hardware needs, and calibration of what is known, are left out. So
     * are a self-test of a hash, and text of the trace events that nobody reads.
     */
    .command_line = "console=ttyS0 panic=-1 tsc=reliable no_timer_check "
                    "cpu_init_udelay=0 lpj=10000000 "
                    "initcall_blacklist=blake2s_mod_init,trace_eval_init",
    /* Linux waits in loops of PAUSE, at each of which QEMU changes the CPU. */
    .icount_shift = 4,
    .add_machine = add_machine,
    .add_parameters = add_parameters,
    .prepare = prepare,
    .initrd = initrd,
};
