/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue of kernels: kvm-patches/kernels.ini. A group is a kernel:
 *
 *   [arm64-tdir]
 *   kind = series            base, series, mutant or option
 *   arch = arm64
 *   description = one line
 *   config = configs/arm64.config
 *   alias = M1               a second, short name
 *   on-top-of = other        its patches come first
 *   patches = a.patch;b.patch
 *   caught-by = check        mutants: what has to fail
 *   sweep = yes              mutants: only interleavings show it, so that
 *                            `virelay sweep` catches it, and conform leaves it
 *                            out; instead of caught-by
 *   sweep-fails = WINDOW LOAD EVENT,...;...
 *                            the sweeps that break it; all others have to pass,
 *                            but on a mutant
 *   expect-fail = check;...  what fails on base; what may fail on a mutant
 *   append = words           more of the host's command line
 *   checks = glob;...        only these are judged on it; all if missing
 *   cpu = svm                x86: of its machine, vmx or svm; else as asked for
 *   stress = 20000           interrupts of a scenario under load, where conform
 *                            is not told; 100000 if missing, 10000 of a mutant
 *   unit = yes               x86: its machine has a remapping unit, which the
 *                            backend serves, and devices that interrupt
 *
 * Files are named relative to the catalogue.
 */
#ifndef VIRELAY_CLI_CATALOGUE_H
#define VIRELAY_CLI_CATALOGUE_H

#include <glib.h>

#include "block.h"

/* What catches a mutant shows early: it is not worth the time of a whole run. */
#define VR_STRESS 100000
#define VR_STRESS_OF_MUTANTS 10000

typedef enum VrKernelKind {
    VR_KERNEL_BASE,
    VR_KERNEL_SERIES,
    VR_KERNEL_MUTANT,
    VR_KERNEL_OPTION, /* a base with other words on its command line */
    VR_KERNEL_OWN, /* the user's: every check has to pass */
} VrKernelKind;

typedef struct VrKernel {
    char *name;
    char *alias;         /* or NULL */
    VrKernelKind kind;
    char *arch;
    char *description;
    char *config;        /* path */
    char *on_top_of;     /* name, or NULL */
    GPtrArray *patches;  /* paths, those of on_top_of included, in order */
    char **caught_by;    /* check ids, NULL-terminated */
    char **expect_fail;  /* check ids, NULL-terminated */
    char **sweep_fails;  /* as in sweep_expected.h, NULL-terminated */
    char *append;        /* or NULL */
    char **checks;       /* globs, NULL-terminated; empty: all */
    char *cpu;           /* x86: "vmx" or "svm", or NULL: as asked for */
    uint64_t stress;     /* interrupts of a scenario under load */
    bool unit;           /* x86: with a remapping unit */
    bool sweep;          /* conform does not run it */
    /* A device mutant (device_mutants.h); else NULL */
    char *image;         /* name of the kernel that it runs */
    char *device_patch;  /* path, of the patch on the RTL */
    char *variant;       /* of its block, or NULL */
} VrKernel;

typedef struct VrCatalogue {
    GPtrArray *kernels; /* of VrKernel, in the file's order */
} VrCatalogue;

/* NULL with *err that says which group and key is wrong. */
VrCatalogue *vr_catalogue_load(const char *path, VrError *err);
/* kvm-patches/kernels.ini of the repository. */
VrCatalogue *vr_catalogue_load_ours(VrError *err);
void vr_catalogue_free(VrCatalogue *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VrCatalogue, vr_catalogue_free)

/*
 * A kernel may be called by its name, its alias, or either of them behind its
 * kind and a colon: "mutant:M1".
 */
bool vr_kernel_is_called(const VrKernel *k, const char *word);
/*
 * Whether a set (vr_catalogue_select()) has it by its name, and not by its kind:
 * "base" is a kind, whatever it is the name of.
 */
bool vr_kernel_is_named(const VrKernel *k, const char *set);
/* NULL with *err that names the nearest ones. */
const VrKernel *vr_catalogue_find(const VrCatalogue *c, const char *name,
                                  VrError *err);
/*
 * The kernels of a set: a list of kinds ("base,series,mutants,options") or
 * names (vr_kernel_is_called), for one architecture (all, for NULL), in the
 * catalogue's order. NULL with *err.
 */
GPtrArray *vr_catalogue_select(const VrCatalogue *c, const char *set,
                               const char *arch, VrError *err);

/* A kernel that is not in the catalogue. */
VrKernel *vr_kernel_own(const char *name, const char *arch);
void vr_kernel_free(VrKernel *k);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VrKernel, vr_kernel_free)
const char *vr_kernel_kind_name(VrKernelKind kind);
/* Those of @checks that are judged on this kernel, to free. */
GPtrArray *vr_kernel_checks(const VrKernel *k, const GPtrArray *checks);

#endif
