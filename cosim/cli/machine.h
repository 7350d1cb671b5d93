/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a machine is started, watched and ended: one boot of one host kernel. */
#ifndef VIRELAY_CLI_MACHINE_H
#define VIRELAY_CLI_MACHINE_H

#include <glib.h>

#include "block.h"

/* QEMU's exit status after a lockstep mismatch. */
#define VR_MACHINE_MISMATCH 70

typedef struct VrMachineSpec {
    const char *arch;      /* "arm64", "x86" */
    const char *kernel;    /* path of an image that was checked */
    const char *backend;   /* of the block; "builtin": QEMU's own */
    const char *variant;   /* of the block, "name=value:..." or NULL */
    const char *scenarios; /* "BOOT,STRESS" */
    const char *append;    /* more of the kernel's command line, or NULL */
    const char *cpu;       /* x86: "vmx", "svm", or QEMU's name of a model */
    unsigned cpus;
    unsigned mem_mib;
    unsigned timeout_s;    /* wall time */
    uint64_t stress;       /* interrupts of STRESS, PI_AFFINITY, PI_STORM */
    uint64_t seed;
    unsigned l2_rounds;    /* x86: how often each L2 boots */
    const char *selftests; /* x86: the archive of X86_SELFTESTS, or NULL */
    const char *plugin;    /* a TCG plugin with its options, or NULL */
    const char *library;   /* folder of another libvirelay.so, or NULL */
    bool unit;             /* x86: a remapping unit, and devices behind it */
    bool console;          /* x86: the kernels, L2's too, say all they can */
    bool icount;           /* one thread, virtual time by instructions */
    bool trace;
    bool record;           /* also of backends other than lockstep */
    bool no_record;        /* not even of lockstep: a mismatch leaves none */
} VrMachineSpec;

/* Every field but the kernel set to its default for this architecture. */
void vr_machine_defaults(VrMachineSpec *spec, const char *arch);
/* The CPU that an architecture's machine has by default; NULL: its only one. */
const char *vr_machine_cpu(const char *arch);
/* Under icount an instruction takes 2^shift nanoseconds. */
unsigned vr_machine_icount_shift(const char *arch);
/* The type of the blocks that @arch's backend serves ("gicv3-redist"). */
const char *vr_machine_block(const char *arch);
/*
 * The backend and the CPU of an architecture's machine, set to their defaults
 * where the user gave none. False with *err for what it does not have.
 */
bool vr_machine_choose(const char *arch, char **backend, char **cpu,
                       VrError *err);

/*
 * Without a remapping unit there is nothing for x86's backend to serve: it
 * becomes "builtin", without a variant.
 */
void vr_machine_settle(VrMachineSpec *spec);

typedef struct VrMachine VrMachine;

typedef enum VrMachineEnd {
    VR_END_CLEAN,    /* QEMU ended with status 0 */
    VR_END_MISMATCH, /* lockstep: status VR_MACHINE_MISMATCH */
    VR_END_FAILED,   /* any other status */
    VR_END_TIMEOUT,  /* the wall time was up; what there is was kept */
} VrMachineEnd;

/* QEMU's arguments, NULL-terminated; files go to @dir. NULL with *err. */
GPtrArray *vr_machine_command(const VrMachineSpec *spec, const char *dir,
                              VrError *err);

/* Start QEMU with all its files in @dir. NULL with *err. */
VrMachine *vr_machine_start(const VrMachineSpec *spec, const char *dir,
                            VrError *err);
/* Look after it; true once it has ended. Never waits long. */
bool vr_machine_poll(VrMachine *m);
/* Poll until it has ended; false if interrupted (QEMU is ended then). */
bool vr_machine_wait(VrMachine *m);

VrMachineEnd vr_machine_end(const VrMachine *m);
int vr_machine_status(const VrMachine *m);
double vr_machine_seconds(const VrMachine *m);
/* One line: how it ended, and where to look. NULL for VR_END_CLEAN. */
char *vr_machine_explain(const VrMachine *m);
/* Ends QEMU if it runs. */
void vr_machine_free(VrMachine *m);

#endif
