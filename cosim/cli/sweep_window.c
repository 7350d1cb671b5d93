/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "sweep.h"

/*
 * Functions with one caller, which compilers inline. Whoever asks for such a
 * window gets that of the caller, in which it lies.
 */
static const struct {
    const char *name, *caller;
} inlined[] = {
    { "vcpu_enter_guest", "kvm_arch_vcpu_ioctl_run" },
    { "vcpu_run", "kvm_arch_vcpu_ioctl_run" },
    { "vmx_deliver_posted_interrupt", "vmx_deliver_interrupt" },
    { "kvm_vcpu_block", "kvm_vcpu_halt" },
};

static const char *known_caller(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(inlined); i++) {
        if (strcmp(inlined[i].name, name) == 0) {
            return inlined[i].caller;
        }
    }
    return NULL;
}

static char *caller_of(const VrSymbols *symbols, const char *name)
{
    char *caller = vr_symbols_inlined(symbols, name);

    return caller ? caller : g_strdup(known_caller(name));
}

/* "NAME+OFFSET" */
static bool split(const char *text, char **name, uint64_t *offset,
                  VrError *err)
{
    const char *plus = strchr(text, '+');
    char *end = NULL;

    *offset = plus ? g_ascii_strtoull(plus + 1, &end, 0) : 0;
    if (!*text || (plus && (*end || end == plus + 1))) {
        return vr_error_set(err, VR_ERR_USAGE, "--window: '%s' is not FUNCTION "
                            "or FUNCTION+OFFSET", text);
    }
    *name = plus ? g_strndup(text, plus - text) : g_strdup(text);
    return true;
}

/* Those that may be meant: functions that are inlined, then all others. */
static const char *name_at(const void *symbols, size_t index)
{
    return index < G_N_ELEMENTS(inlined)
               ? inlined[index].name
               : vr_symbols_name(symbols, index - G_N_ELEMENTS(inlined));
}

/* Whether KVM is in the image, and not in a module, whose symbols it lacks. */
static bool has_kvm(const VrSymbols *symbols)
{
    uint64_t address;

    return vr_symbols_find(symbols, "kvm_vcpu_halt", &address);
}

static bool unknown(const VrSymbols *symbols, const char *name,
                    const char *caller, VrError *err)
{
    char hint[300];
    const char *near = vr_nearest(name, name_at, symbols, hint, sizeof(hint));

    if (caller) {
        return vr_error_set(err, VR_ERR_USAGE, "--window: '%s' is inlined into "
                            "'%s' in this image; sweep that one, or a part of "
                            "it: %s+0x...", name, caller, caller);
    }
    /* All that are known would be thousands. */
    return vr_error_set(err, VR_ERR_USAGE, "--window: this image has no "
                        "function '%s', or it is inlined everywhere%s%s%s", name,
                        g_str_has_prefix(near, "did") ? "; " : "",
                        g_str_has_prefix(near, "did") ? near : "",
                        has_kvm(symbols) ? "" : "; the image has no KVM, or has "
                        "it as a module: sweeps need it built in");
}

static bool locate(const VrSymbols *symbols, const char *text,
                   uint64_t *address, VrError *err)
{
    g_autofree char *name = NULL;
    g_autofree char *caller = NULL;
    uint64_t offset;

    if (!split(text, &name, &offset, err)) {
        return false;
    }
    if (vr_symbols_find(symbols, name, address)) {
        *address += offset;
        return true;
    }
    caller = caller_of(symbols, name);
    return unknown(symbols, name, caller, err);
}

/* The whole function. Where it is inlined, the one that contains it. */
static bool whole(const VrSymbols *symbols, VrSweepJob *job, const char *from,
                  VrError *err)
{
    g_autofree char *caller = NULL;

    job->to_return = true;
    if (vr_symbols_find(symbols, from, &job->from)) {
        return true;
    }
    caller = caller_of(symbols, from);
    if (!caller || !vr_symbols_find(symbols, caller, &job->from)) {
        return unknown(symbols, from, NULL, err);
    }
    job->note = g_strdup_printf("%s is inlined into %s, which is swept whole",
                                from, caller);
    return true;
}

bool vr_sweep_window(const VrSymbols *symbols, VrSweepJob *job, VrError *err)
{
    const char *dots = strstr(job->window, "..");
    g_autofree char *from = dots ? g_strndup(job->window, dots - job->window)
                                 : g_strdup(job->window);

    if (!dots && *from && !strchr(from, '+')) {
        return whole(symbols, job, from, err);
    }
    if (!locate(symbols, from, &job->from, err)) {
        return false;
    }
    if (!dots || strcmp(dots + 2, "return") == 0) {
        if (strchr(from, '+')) {
            return vr_error_set(err, VR_ERR_USAGE, "--window: '%s' begins in "
                                "the middle of a function, so it needs an end: "
                                "%s..FUNCTION+OFFSET", job->window, from);
        }
        job->to_return = true;
        return true;
    }
    return locate(symbols, dots + 2, &job->to, err);
}
