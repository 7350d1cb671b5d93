/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace points of an Arm CPU and of its GICv3 CPU interface, called from
 * QEMU's own files. One predictable test each while no trace is open.
 *
 * Groups are QEMU's (GICV3_G0, GICV3_G1, GICV3_G1NS); the trace has its own
 * numbers for them, see trace_schema.def.
 */
#ifndef HW_VIRELAY_ARM_TRACE_H
#define HW_VIRELAY_ARM_TRACE_H

#include "virelay-include/trace/trace.h"

typedef struct GICv3CPUState GICv3CPUState;

void virelay_emit_icc_ack(GICv3CPUState *cs, uint64_t intid, int grp);
void virelay_emit_icc_eoi(GICv3CPUState *cs, int irq, int grp);
void virelay_emit_icc_dir(GICv3CPUState *cs, int irq);
void virelay_emit_icc_sgi(GICv3CPUState *cs, uint64_t value, int grp);
void virelay_emit_icv_ack(GICv3CPUState *cs, uint64_t intid, int grp, int lr);
void virelay_emit_icv_eoi(GICv3CPUState *cs, int irq, int grp, int lr,
                          bool eoicount_moved, bool deactivated);
void virelay_emit_icv_dir(GICv3CPUState *cs, int irq, int lr,
                          bool eoicount_moved, bool deactivated);
void virelay_emit_ich_hcr(GICv3CPUState *cs, uint64_t value, uint64_t old);
void virelay_emit_ich_lr(GICv3CPUState *cs, int n, uint64_t value,
                         uint64_t old);
void virelay_emit_maint_irq(GICv3CPUState *cs, int level, uint32_t misr);

/* Called after an exception from a guest to EL2 was taken. */
void virelay_emit_vm_exit(CPUArchState *env, int exception_index);
/* Called after the return; @from: the exception level that executed ERET. */
void virelay_emit_vm_entry(CPUArchState *env, int from, uint32_t spsr);
/* Does the CPU run a guest: below EL2, with HCR_EL2.TGE = 0? */
bool virelay_in_guest(CPUArchState *env);

#define VIRELAY_TRACE(point, ...)                   \
    do {                                            \
        if (unlikely(vr_trace_on)) {                \
            virelay_emit_##point(__VA_ARGS__);      \
        }                                           \
    } while (0)

#endif
