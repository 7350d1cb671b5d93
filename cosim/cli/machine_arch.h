/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is different between the machines of the architectures. */
#ifndef VIRELAY_CLI_MACHINE_ARCH_H
#define VIRELAY_CLI_MACHINE_ARCH_H

#include "machine.h"

typedef struct VrMachineArch {
    const char *name;
    const char *backend;      /* the default */
    const char *block;        /* the type of blocks that it serves */
    const char *cpu;          /* the default; NULL: there is one only */
    const char *command_line; /* of the host's kernel, always */
    unsigned icount_shift;    /* an instruction takes 2^shift nanoseconds */
    /* The board, its CPU, and what only it has. */
    void (*add_machine)(GPtrArray *argv, const VrMachineSpec *spec);
    /* More for the agent; may be NULL. */
    void (*add_parameters)(GString *line, const VrMachineSpec *spec);
    /* Files in the run's folder that QEMU reads; may be NULL. */
    bool (*prepare)(const VrMachineSpec *spec, const char *dir, VrError *err);
    /* The initrd's path, to free; NULL with *err. */
    char *(*initrd)(const VrMachineSpec *spec, const char *dir, VrError *err);
} VrMachineArch;

extern const VrMachineArch vr_machine_arm64; /* machine_arm64.c */
extern const VrMachineArch vr_machine_x86;   /* machine_x86.c */
/* QEMU's -cpu for "vmx", "svm", or a model's name, which stays as it is */
const char *vr_machine_x86_cpu(const char *name);

/* Append one argument, or a list of words. */
void vr_argv_add(GPtrArray *argv, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void vr_argv_add_all(GPtrArray *argv, const char *words);

#endif
