/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace points of an Arm CPU and of its GICv3 CPU interface. */
#include "qemu/osdep.h"
#include "cpu.h"
#include "target/arm/internals.h"
#include "hw/core/cpu.h"
#include "hw/intc/arm_gicv3_common.h"
#include "hw/virelay/arm_trace.h"
#include "virelay-include/trace/trace.h"

/* VM_EXIT.id */
enum {
    EXIT_SYNC = 0,
    EXIT_IRQ = 1,
    EXIT_FIQ = 2,
    EXIT_SERROR = 3,
};

/* The trace's number of a group of QEMU's. */
static unsigned trace_group(int grp)
{
    switch (grp) {
    case GICV3_G0:
        return 0;
    case GICV3_G1NS:
        return 1;
    default:
        return 2;
    }
}

static unsigned index_of(const GICv3CPUState *cs)
{
    return cs->cpu->cpu_index;
}

void virelay_emit_icc_ack(GICv3CPUState *cs, uint64_t intid, int grp)
{
    vr_trace(VR_TRACE_ICC_ACK, index_of(cs), intid, trace_group(grp), 0, 0, 0);
}

void virelay_emit_icc_eoi(GICv3CPUState *cs, int irq, int grp)
{
    vr_trace(VR_TRACE_ICC_EOI, index_of(cs), irq, trace_group(grp), 0, 0, 0);
}

void virelay_emit_icc_dir(GICv3CPUState *cs, int irq)
{
    vr_trace(VR_TRACE_ICC_DIR, index_of(cs), irq, 0, 0, 0, 0);
}

void virelay_emit_icc_sgi(GICv3CPUState *cs, uint64_t value, int grp)
{
    vr_trace(VR_TRACE_ICC_SGI, index_of(cs), extract64(value, 24, 4), value,
             trace_group(grp), 0, 0);
}

void virelay_emit_icv_ack(GICv3CPUState *cs, uint64_t intid, int grp, int lr)
{
    vr_trace(VR_TRACE_ICV_ACK, index_of(cs), intid, trace_group(grp),
             (int64_t)lr, 0, 0);
}

void virelay_emit_icv_eoi(GICv3CPUState *cs, int irq, int grp, int lr,
                          bool eoicount_moved, bool deactivated)
{
    vr_trace(VR_TRACE_ICV_EOI, index_of(cs), irq, trace_group(grp),
             (int64_t)lr, eoicount_moved, deactivated);
}

void virelay_emit_icv_dir(GICv3CPUState *cs, int irq, int lr,
                          bool eoicount_moved, bool deactivated)
{
    vr_trace(VR_TRACE_ICV_DIR, index_of(cs), irq, 0, (int64_t)lr,
             eoicount_moved, deactivated);
}

void virelay_emit_ich_hcr(GICv3CPUState *cs, uint64_t value, uint64_t old)
{
    vr_trace(VR_TRACE_ICH_HCR, index_of(cs), 0, value, old, 0, 0);
}

void virelay_emit_ich_lr(GICv3CPUState *cs, int n, uint64_t value,
                         uint64_t old)
{
    vr_trace(VR_TRACE_ICH_LR, index_of(cs), n, value, old, 0, 0);
}

void virelay_emit_maint_irq(GICv3CPUState *cs, int level, uint32_t misr)
{
    if (cs->vr_maint_level != level) {
        cs->vr_maint_level = level;
        vr_trace(VR_TRACE_MAINT_IRQ, index_of(cs), 0, level, misr, 0, 0);
    }
}

bool virelay_in_guest(CPUARMState *env)
{
    return arm_current_el(env) < 2 && arm_is_el2_enabled(env) &&
           !(arm_hcr_el2_eff(env) & HCR_TGE);
}

static uint64_t ich_hcr(CPUARMState *env)
{
    const GICv3CPUState *cs = env->gicv3state;

    return cs ? cs->ich_hcr_el2 : 0;
}

static uint64_t vmid(CPUARMState *env)
{
    return extract64(env->cp15.vttbr_el2, 48, 16);
}

static unsigned exit_type(int exception_index)
{
    switch (exception_index) {
    case EXCP_IRQ:
    case EXCP_NMI:
        return EXIT_IRQ;
    case EXCP_FIQ:
        return EXIT_FIQ;
    case EXCP_VSERR:
        return EXIT_SERROR;
    default:
        return EXIT_SYNC;
    }
}

void virelay_emit_vm_exit(CPUARMState *env, int exception_index)
{
    unsigned type = exit_type(exception_index);
    bool has_esr = type == EXIT_SYNC || type == EXIT_SERROR;

    vr_trace(VR_TRACE_VM_EXIT, env_cpu(env)->cpu_index, type, env->elr_el[2],
             has_esr ? env->cp15.esr_el[2] : 0, ich_hcr(env), vmid(env));
}

void virelay_emit_vm_entry(CPUARMState *env, int from, uint32_t spsr)
{
    if (from == 2 && virelay_in_guest(env)) {
        uint64_t pc = is_a64(env) ? env->pc : env->regs[15];

        vr_trace(VR_TRACE_VM_ENTRY, env_cpu(env)->cpu_index, 0, pc, spsr,
                 ich_hcr(env), vmid(env));
    }
}
