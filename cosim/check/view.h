/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways to look at a trace: marks, rounds, which CPU a vCPU is on, sysreg
 * traps, sums. All over a range of a loaded run; nothing is copied.
 */
#ifndef VIRELAY_CHECK_VIEW_H
#define VIRELAY_CHECK_VIEW_H

#include "check.h"

/* ICH_HCR_EL2.TDIR: Arm IHI 0069, "ICH_HCR_EL2" */
#define VR_ICH_HCR_TDIR (UINT64_C(1) << 14)
#define VR_SPI_FIRST 32
#define VR_SPI_LIMIT 1020
#define VR_SGI_LIMIT 16
#define VR_MAX_VCPUS 8

static inline bool vr_is_spi(uint32_t intid)
{
    return intid >= VR_SPI_FIRST && intid < VR_SPI_LIMIT;
}

/* First record of a kind in the range; on any CPU if @cpu < 0. */
bool vr_find(const VrRun *run, VrRange range, VrTraceKind kind, int cpu,
             size_t *at);
/* Last one. */
bool vr_find_last(const VrRun *run, VrRange range, VrTraceKind kind, int cpu,
                  size_t *at);
/* First record of a kind with this id. */
bool vr_find_id(const VrRun *run, VrRange range, VrTraceKind kind,
                uint32_t id, size_t *at);
/* First mark of this id. */
bool vr_find_mark(const VrRun *run, VrRange range, uint32_t mark, size_t *at);
/* First mark of this id and value. */
bool vr_find_mark_of(const VrRun *run, VrRange range, uint32_t mark,
                     uint64_t value, size_t *at);

/* Where each vCPU of the slice's VM is pinned: the VCPU_ON_PCPU marks. */
typedef struct VrVcpus {
    int pcpu[VR_MAX_VCPUS]; /* -1: no mark */
    unsigned count;         /* vCPUs 0 .. count-1 have marks */
} VrVcpus;

VrVcpus vr_vcpus(const VrRun *run, const VrSlice *slice);

/* From a ROUND_BEGIN mark to its ROUND_END, both included. */
typedef struct VrRound {
    uint64_t number;
    VrRange range;
    bool ended;
} VrRound;

/* The round that begins at or after *at; *at then is behind it. */
bool vr_next_round(const VrRun *run, const VrSlice *slice, size_t *at,
                   VrRound *round);

/* Judge one round: NULL if it holds. */
typedef VrVerdict *(*VrRoundJudge)(const VrRun *run, const VrSlice *slice,
                                   const VrRound *round, void *opaque);
/*
 * Judge every round: NULL if all hold, and *count of them. Else the verdict of
 * the first that fails (or of the first that could not be judged), with its
 * number in the reason. No round at all is an error.
 */
VrVerdict *vr_judge_rounds(const VrRun *run, const VrSlice *slice,
                           VrRoundJudge judge, void *opaque, unsigned *count);

/* Fetch facts of the slice's scenario; an error verdict if one is missing. */
VrVerdict *vr_need_fact(const VrRun *run, VrScenario scenario,
                        const char *key, int64_t *value);

/*
 * A trapped access to a system register: a synchronous VM_EXIT with EC 0x18
 * (Arm ARM, "ISS encoding for an exception from MSR, MRS, or System
 * instruction execution in AArch64 state").
 */
#define VR_SYSREG(op0, op1, crn, crm, op2) \
    ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define VR_SYSREG_ICC_DIR_EL1 VR_SYSREG(3, 0, 12, 11, 1)

bool vr_sysreg_trap(const VrTraceRec *rec, uint32_t *sysreg, bool *write);
/* A trapped write of ICC_DIR_EL1. */
bool vr_is_dir_trap(const VrTraceRec *rec);

/* Sums over a range. */
typedef struct VrTally {
    uint64_t entries, exits;
    uint64_t spi_acks, sgi_acks;
    uint64_t spi_eois, sgi_eois;
    uint64_t dir_traps;
    uint64_t dirs_matched;   /* untrapped, a list register matched */
    uint64_t dirs_unmatched; /* untrapped, no list register matched */
    size_t first_dir_trap, first_unmatched; /* valid if their sum is not 0 */
    uint32_t list_registers; /* highest list register seen in use, plus one */
} VrTally;

VrTally vr_tally(const VrRun *run, VrRange range);

#endif
