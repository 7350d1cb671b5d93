/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X86_PARAMS: KVM's parameters as facts. A parameter NAME has the fact NAME
 * (0 or 1, or its number), and NAME.off if the command line switches it off.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "kvmparam.h"
#include "scenarios.h"

typedef struct Module {
    const char *name;
    const char *parameters[12]; /* ends with NULL */
} Module;

static const Module intel = {
    "kvm_intel",
    { "enable_apicv", "ept", "vpid", "unrestricted_guest", "flexpriority",
      "preemption_timer", "eptad", "vnmi", "nested", "enable_ipiv", NULL },
};

static const Module amd = {
    "kvm_amd",
    { "npt", "nrips", "vgif", "vls", "avic", "nested", NULL },
};

static bool read_text(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t len = fd < 0 ? -1 : read(fd, buf, size - 1);

    if (fd >= 0) {
        close(fd);
    }
    buf[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* MODULE.NAME=0, =n or =N */
static bool switched_off(const char *cmdline, const char *module,
                         const char *name)
{
    char word[96];
    size_t len = snprintf(word, sizeof(word), "%s.%s=", module, name);
    const char *at = strstr(cmdline, word);

    return at && (at == cmdline || isspace((unsigned char)at[-1])) &&
           strchr("0nN", at[len]) && at[len];
}

static unsigned report(VrContext *ctx, const Module *module,
                       const char *cmdline)
{
    unsigned found = 0;

    for (const char *const *name = module->parameters; *name; name++) {
        char key[64];
        long long value;

        if (!vr_kvm_parameter(module->name, *name, &value)) {
            continue;
        }
        found++;
        vr_fact(ctx, *name, value);
        if (switched_off(cmdline, module->name, *name)) {
            snprintf(key, sizeof(key), "%s.off", *name);
            vr_fact(ctx, key, 1);
        }
    }
    return found;
}

void vr_scenario_X86_PARAMS(VrContext *ctx)
{
    char cmdline[4096] = "";
    bool vmx = vr_cpu_has_vmx();
    bool kvm = access("/dev/kvm", R_OK | W_OK) == 0;

    vr_fact(ctx, "vmx", vmx);
    vr_fact(ctx, "svm", vr_cpu_has_svm());
    vr_fact(ctx, "kvm", kvm);
    read_text("/proc/cmdline", cmdline, sizeof(cmdline));
    if (!vmx && !vr_cpu_has_svm()) {
        vr_fail(ctx, "the host's CPU has neither VMX nor SVM");
    } else if (!report(ctx, vmx ? &intel : &amd, cmdline)) {
        vr_fail(ctx, "%s has no parameters", vmx ? intel.name : amd.name);
    } else if (!kvm) {
        vr_fail(ctx, "there is no /dev/kvm: the module found no fit CPU");
    }
}
