/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The message cut line between a redistributor's block and QEMU's CPU
 * interface and distributor: effects in, answers out.
 *
 * A callback of the block must not apply a stimulus to it. Callbacks queue
 * what follows, and virelay_redist_apply() works the queue off.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "cpu.h"
#include "target/arm/internals.h"
#include "hw/intc/gicv3_internal.h"
#include "hw/virelay/gicv3_redist.h"
#include "hw/virelay/gicv3_redist_internal.h"
#include "hw/virelay/run.h"

/* Answers to one stimulus; a block that wants more is broken. */
#define MAX_ANSWERS 64

/* GENERATE_SGI.data: as the SGI message has it */
#define SGI_GROUP_MASK 3u
#define SGI_NS (1u << 2)

static const int qemu_group[] = {
    [VR_GIC_G0] = GICV3_G0,
    [VR_GIC_G1NS] = GICV3_G1NS,
    [VR_GIC_G1S] = GICV3_G1,
};

static unsigned block_group(int grp)
{
    switch (grp) {
    case GICV3_G0:
        return VR_GIC_G0;
    case GICV3_G1NS:
        return VR_GIC_G1NS;
    default:
        return VR_GIC_G1S;
    }
}

uint32_t virelay_redist_groups(const GICv3CPUState *cs, uint32_t groups)
{
    uint32_t out = 0;
    int grp;

    for (grp = GICV3_G0; grp <= GICV3_G1NS; grp++) {
        if (groups & (1u << grp)) {
            out |= 1u << block_group(grp);
        }
    }
    /* A CPU without EL3 takes Secure Group 1 interrupts as Group 0. */
    if (!arm_feature(&ARM_CPU(cs->cpu)->env, ARM_FEATURE_EL3)) {
        out &= ~(1u << VR_GIC_G1S);
        out |= out & (1u << VR_GIC_G0) ? 1u << VR_GIC_G1S : 0;
    }
    return out;
}

/* --- effects --- */

static void enqueue(VirelayRedist *vr, uint32_t opcode, uint64_t addr,
                    uint64_t data)
{
    VrEvent *e;

    if (vr->queue_count == VIRELAY_QUEUE_SIZE) {
        error_report_once("gicv3-redist.%u: more messages in answer to one "
                          "stimulus than the handshake has; some are lost",
                          vr->instance);
        return;
    }
    e = &vr->queue[(vr->queue_head + vr->queue_count) % VIRELAY_QUEUE_SIZE];
    vr->queue_count++;
    *e = (VrEvent) {
        .kind = VR_STIM_MSG, .id = opcode, .addr = addr, .data = { data },
    };
}

static void drop_presented(VirelayRedist *vr)
{
    if (vr->held) {
        vr->held = false;
        vr->changed = true;
    }
}

static void receive_set(VirelayRedist *vr, const VrEvent *m)
{
    unsigned group = extract64(m->data[0], 8, 8);

    if (m->addr >= GIC_INTERNAL || group >= ARRAY_SIZE(qemu_group)) {
        error_report_once("gicv3-redist.%u: SET of INTID %" PRIu64 ", group "
                          "%u: ignored", vr->instance, m->addr, group);
        return;
    }
    if (vr->held) {
        /* Only the better one can be taken: give the other back. */
        enqueue(vr, VR_GICR_RELEASE, vr->presented.irq, 0);
    }
    vr->presented = (PendingIrq) {
        .irq = m->addr,
        .prio = extract64(m->data[0], 0, 8),
        .grp = qemu_group[group],
    };
    vr->held = true;
    vr->changed = true;
}

static void receive_clear(VirelayRedist *vr, const VrEvent *m)
{
    if (vr->held && vr->presented.irq == m->addr) {
        drop_presented(vr);
    }
    enqueue(vr, VR_GICR_CLEAR_ACK, m->addr, 0);
}

static void receive_quiesce(VirelayRedist *vr)
{
    if (vr->held) {
        enqueue(vr, VR_GICR_RELEASE, vr->presented.irq, 0);
        drop_presented(vr);
    }
    enqueue(vr, VR_GICR_QUIESCE_ACK, 0, 0);
}

static void redist_msg_out(void *opaque, const VrEvent *m)
{
    VirelayRedist *vr = opaque;

    switch (m->id) {
    case VR_GICR_SET:
        receive_set(vr, m);
        break;
    case VR_GICR_CLEAR:
        receive_clear(vr, m);
        break;
    case VR_GICR_DOWNSTREAM_CONTROL:
        enqueue(vr, VR_GICR_DOWNSTREAM_CONTROL_ACK, 0, 0);
        break;
    case VR_GICR_QUIESCE:
        receive_quiesce(vr);
        break;
    case VR_GICR_NET_SGI:
        if (vr->generating) {
            enqueue(vr, VR_GICR_NET_SGI, m->addr, m->data[0]);
        }
        break;
    default:
        /* Acknowledgements: nobody waits, effects are there on return. */
        break;
    }
}

static void redist_wire_out(void *opaque, uint32_t wire, uint64_t level)
{
    /* QEMU has no power controller to wake, and routes no 1-of-N. */
}

static void redist_guest_error(void *opaque, const char *text)
{
    const VirelayRedist *vr = opaque;

    qemu_log_mask(LOG_GUEST_ERROR, "gicv3-redist.%u: %s\n", vr->instance,
                  text);
}

const VrHost virelay_redist_host = {
    .msg_out = redist_msg_out,
    .wire_out = redist_wire_out,
    .guest_error = redist_guest_error,
};

/* --- stimuli --- */

/* Does an SGI register's value name this redistributor's CPU? */
static bool sgi_targets(uint64_t value, const GICv3CPUState *source,
                        const GICv3CPUState *target)
{
    uint32_t affinity = target->gicr_typer >> 32;
    unsigned aff0 = extract32(affinity, 0, 8);
    uint32_t cluster = extract64(value, 48, 8) << 16 |
                       extract64(value, 32, 8) << 8 |
                       extract64(value, 16, 8);

    if (extract64(value, 40, 1)) {
        return source != target; /* IRM: all but self */
    }
    return affinity >> 8 == cluster && aff0 < GICV3_TARGETLIST_BITS &&
           extract64(value, aff0, 1);
}

static void route_sgi(VirelayRedist *vr, const VrEvent *m)
{
    GICv3State *s = vr->cs->gic;
    int i;

    for (i = 0; i < s->num_cpu; i++) {
        if (sgi_targets(m->addr, vr->cs, &s->cpu[i])) {
            virelay_redist_message(s->cpu[i].vr, VR_GICR_SGI,
                                   extract64(m->addr, 24, 4), m->data[0]);
        }
    }
}

static void apply_one(VirelayRedist *vr, const VrEvent *stim, VrReply *reply)
{
    vr->generating = stim->id == VR_GICR_GENERATE_SGI &&
                     stim->kind == VR_STIM_MSG;
    if (!vr_block_apply(vr->block, stim, reply)) {
        virelay_run_end(VR_EXIT_MISMATCH);
    }
    vr->generating = false;
}

static void answer(VirelayRedist *vr)
{
    unsigned answers = 0;

    while (vr->queue_count) {
        VrEvent e = vr->queue[vr->queue_head];

        vr->queue_head = (vr->queue_head + 1) % VIRELAY_QUEUE_SIZE;
        vr->queue_count--;
        if (++answers > MAX_ANSWERS) {
            error_report_once("gicv3-redist.%u: the block and the CPU "
                              "interface answer each other without end; "
                              "messages are dropped", vr->instance);
            vr->queue_count = 0;
        } else if (e.id == VR_GICR_NET_SGI) {
            route_sgi(vr, &e);
        } else {
            apply_one(vr, &e, NULL);
        }
    }
}

void virelay_redist_apply(VirelayRedist *vr, const VrEvent *stim,
                          VrReply *reply)
{
    apply_one(vr, stim, reply);
    answer(vr);
    if (vr->changed) {
        vr->changed = false;
        gicv3_redist_update(vr->cs);
    }
}

void virelay_redist_message(VirelayRedist *vr, uint32_t opcode, uint64_t addr,
                            uint64_t data)
{
    const VrEvent e = {
        .kind = VR_STIM_MSG, .id = opcode, .addr = addr, .data = { data },
    };

    virelay_redist_apply(vr, &e, NULL);
}

void virelay_redist_wire(VirelayRedist *vr, uint32_t wire, uint64_t level)
{
    const VrEvent e = { .kind = VR_STIM_WIRE, .id = wire, .data = { level } };

    virelay_redist_apply(vr, &e, NULL);
}

/* --- the CPU interface --- */

const PendingIrq *virelay_redist_presented(const GICv3CPUState *cs)
{
    return cs->vr && cs->vr->held ? &cs->vr->presented : NULL;
}

void virelay_redist_activate(GICv3CPUState *cs, int irq)
{
    drop_presented(cs->vr);
    /* The running priority changed, whatever the block presents next. */
    cs->vr->changed = true;
    virelay_redist_message(cs->vr, VR_GICR_ACTIVATE, irq, 0);
}

void virelay_redist_deactivate(GICv3CPUState *cs, int irq, uint32_t groups)
{
    virelay_redist_message(cs->vr, VR_GICR_DEACTIVATE, irq,
                           virelay_redist_groups(cs, groups));
}

void virelay_redist_generate_sgi(GICv3CPUState *cs, uint64_t value, int grp,
                                 bool ns)
{
    virelay_redist_message(cs->vr, VR_GICR_GENERATE_SGI, value,
                           block_group(grp) | (ns ? SGI_NS : 0));
}

void virelay_redist_igrpen(GICv3CPUState *cs)
{
    uint32_t groups = 0;
    int grp;

    if (!cs->vr) {
        return;
    }
    for (grp = GICV3_G0; grp <= GICV3_G1NS; grp++) {
        groups |= cs->icc_igrpen[grp] ? 1u << grp : 0;
    }
    groups = virelay_redist_groups(cs, groups);
    if (groups != cs->vr->upstream) {
        cs->vr->upstream = groups;
        virelay_redist_message(cs->vr, VR_GICR_UPSTREAM_CONTROL, 0, groups);
    }
}

/*
 * The rules of ICC_DIR_EL1 on which groups the PE may deactivate, by Security
 * state and exception level, and by where interrupts are routed.
 */
uint32_t virelay_redist_dir_groups(GICv3CPUState *cs)
{
    CPUARMState *env = &ARM_CPU(cs->cpu)->env;
    bool ds = cs->gic->gicd_ctlr & GICD_CTLR_DS;
    uint64_t hcr = arm_hcr_el2_eff(env);
    int el = arm_current_el(env);
    bool fiq_is_ours = !(env->cp15.scr_el3 & SCR_FIQ);
    bool irq_is_ours = !(env->cp15.scr_el3 & SCR_IRQ);
    uint32_t groups = 0;

    if (el == 3) {
        return 1u << GICV3_G0 | 1u << GICV3_G1 | 1u << GICV3_G1NS;
    }
    if (el == 1 && arm_is_secure_below_el3(env)) {
        groups |= fiq_is_ours ? 1u << GICV3_G0 : 0;
        groups |= irq_is_ours ? 1u << GICV3_G1NS : 0;
        groups |= irq_is_ours && !ds ? 1u << GICV3_G1 : 0;
        return groups;
    }
    if (el == 1) {
        fiq_is_ours = fiq_is_ours && !(hcr & HCR_FMO);
        irq_is_ours = irq_is_ours && !(hcr & HCR_IMO);
    }
    groups |= ds && fiq_is_ours ? 1u << GICV3_G0 : 0;
    groups |= irq_is_ours ? 1u << GICV3_G1NS : 0;
    return groups;
}
