/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pins of vtd-ir in the machine: requests and faults in, messages to the
 * local APICs out, descriptors to the DMA side and its answers, time.
 *
 * A callback of the block must not apply a stimulus to it. What follows from
 * effects is noted, and virelay_vtd_ir_apply() works it off.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "hw/i386/apic_internal.h"
#include "hw/i386/intel_iommu_internal.h"
#include "hw/i386/x86-iommu.h"
#include "hw/pci-host/q35.h"
#include "hw/virelay/run.h"
#include "hw/virelay/vtd_ir.h"
#include "hw/virelay/vtd_ir_internal.h"

/* DMA_DESC_DONE.data: an error, and where IQEI is */
#define DONE_ERROR 1
#define DONE_IQEI_SHIFT 4

/* The upper part of a destination in a message's upper address */
#define UPPER_DEST_MASK 0xffffff00u

/* --- messages out --- */

static void send_msi(uint64_t address, uint32_t data)
{
    MSIMessage msg = { .address = address, .data = data };

    apic_get_class(NULL)->send_msi(&msg);
}

static void receive_remapped(const VrEvent *m)
{
    X86IOMMUIrq irq = {
        .vector = extract64(m->data[0], 0, 8),
        .delivery_mode = extract64(m->data[0], 8, 3),
        .dest_mode = extract64(m->data[0], 11, 1),
        .redir_hint = extract64(m->data[0], 12, 1),
        .trigger_mode = extract64(m->data[0], 15, 1),
        .dest = m->addr,
    };
    MSIMessage msg;

    /* The hint asks for one of a logical destination; QEMU's bus ignores it. */
    if (irq.redir_hint && irq.dest_mode &&
        irq.delivery_mode == APIC_DM_FIXED) {
        irq.delivery_mode = APIC_DM_LOWPRI;
    }
    x86_iommu_irq_to_msi_message(&irq, &msg);
    send_msi(msg.address, msg.data);
}

static void receive_notify(const VrEvent *m)
{
    X86IOMMUIrq irq = {
        .vector = m->data[0],
        .delivery_mode = APIC_DM_FIXED,
        .dest_mode = APIC_DESTMODE_PHYSICAL,
        .trigger_mode = APIC_TRIGGER_EDGE,
        .dest = m->addr,
    };
    MSIMessage msg;

    x86_iommu_irq_to_msi_message(&irq, &msg);
    send_msi(msg.address, msg.data);
}

/* An event of the unit itself */
static void receive_event(const VrEvent *m)
{
    uint32_t low = m->addr;

    if (low < VTD_INTERRUPT_ADDR_FIRST || low > VTD_INTERRUPT_ADDR_LAST) {
        qemu_log_mask(LOG_GUEST_ERROR, "vtd-ir: an event's address 0x%08x is "
                      "not in the interrupt range\n", low);
        return;
    }
    send_msi((m->addr >> 32 & UPPER_DEST_MASK) << 32 | low, m->data[0]);
}

static void receive_desc(VirelayVtdIr *vr, const VrEvent *m)
{
    vr->desc[0] = m->addr;
    vr->desc[1] = m->data[0];
    if (!vr->desc_high) {
        vr->desc[2] = vr->desc[3] = 0;
    }
    vr->desc_waits = true;
}

static void vtd_msg_out(void *opaque, const VrEvent *m)
{
    VirelayVtdIr *vr = opaque;

    switch (m->id) {
    case VR_VTD_PASS:
        send_msi(m->addr, m->data[0]);
        break;
    case VR_VTD_REMAPPED:
        receive_remapped(m);
        break;
    case VR_VTD_NOTIFY:
        receive_notify(m);
        break;
    case VR_VTD_FAULT_EVENT:
    case VR_VTD_COMPLETION_EVENT:
        receive_event(m);
        break;
    case VR_VTD_DMA_DESC_HIGH:
        vr->desc[2] = m->addr;
        vr->desc[3] = m->data[0];
        vr->desc_high = true;
        break;
    case VR_VTD_DMA_DESC:
        receive_desc(vr, m);
        break;
    default:
        error_report_once("vtd-ir: unknown message %u: ignored", m->id);
        break;
    }
}

/* --- time --- */

void virelay_vtd_ir_arm(VirelayVtdIr *vr)
{
    if (vr->due) {
        timer_mod(vr->timer, MIN(vr->due, INT64_MAX));
    } else {
        timer_del(vr->timer);
    }
}

static void vtd_wire_out(void *opaque, uint32_t wire, uint64_t level)
{
    VirelayVtdIr *vr = opaque;

    if (wire == VR_VTD_WIRE_TIMER) {
        vr->due = level;
        virelay_vtd_ir_arm(vr);
    }
}

static void vtd_guest_error(void *opaque, const char *text)
{
    qemu_log_mask(LOG_GUEST_ERROR, "vtd-ir: %s\n", text);
}

const VrHost virelay_vtd_ir_host = {
    .mem_read = virelay_vtd_ir_mem_read,
    .mem_write = virelay_vtd_ir_mem_write,
    .mem_cas = virelay_vtd_ir_mem_cas,
    .msg_out = vtd_msg_out,
    .wire_out = vtd_wire_out,
    .guest_error = vtd_guest_error,
};

/* --- stimuli --- */

static void apply_one(VirelayVtdIr *vr, const VrEvent *stim, VrReply *reply)
{
    vr->applying = true;
    if (!vr_block_apply(vr->block, stim, reply)) {
        virelay_run_end(VR_EXIT_MISMATCH);
    }
    vr->applying = false;
}

static void apply_message(VirelayVtdIr *vr, uint32_t opcode, uint64_t addr,
                          uint64_t data)
{
    const VrEvent e = {
        .kind = VR_STIM_MSG, .id = opcode, .addr = addr, .data = { data },
    };

    apply_one(vr, &e, NULL);
}

static bool next_fault(VirelayVtdIr *vr, VirelayVtdFault *fault)
{
    QEMU_LOCK_GUARD(&vr->fault_lock);

    if (!vr->fault_count) {
        return false;
    }
    *fault = vr->faults[0];
    vr->fault_count--;
    memmove(&vr->faults[0], &vr->faults[1],
            vr->fault_count * sizeof(vr->faults[0]));
    return true;
}

/* May come back here with a stimulus, from who hears of an invalidation. */
static void serve_desc(VirelayVtdIr *vr)
{
    const uint64_t desc[4] = {
        vr->desc[0], vr->desc[1], vr->desc[2], vr->desc[3],
    };
    bool wide = vr->desc_high;
    unsigned iqei;

    vr->desc_waits = false;
    vr->desc_high = false;
    iqei = vtd_process_dma_desc(vr->s, desc, wide);
    apply_message(vr, VR_VTD_DMA_DESC_DONE, 0,
                  iqei ? DONE_ERROR | iqei << DONE_IQEI_SHIFT : 0);
}

/* Faults that came before a stimulus, or with it, and descriptors */
static void work_off(VirelayVtdIr *vr)
{
    VirelayVtdFault fault;

    for (;;) {
        if (next_fault(vr, &fault)) {
            apply_message(vr, VR_VTD_DMA_FAULT, fault.lo, fault.hi);
        } else if (vr->desc_waits) {
            serve_desc(vr);
        } else {
            break;
        }
    }
}

void virelay_vtd_ir_apply(VirelayVtdIr *vr, const VrEvent *stim,
                          VrReply *reply)
{
    assert(bql_locked());
    if (vr->applying) {
        error_report_once("vtd-ir: an access from within an effect: ignored");
        return;
    }
    work_off(vr);
    apply_one(vr, stim, reply);
    work_off(vr);
}

static void apply_time(VirelayVtdIr *vr)
{
    const VrEvent e = {
        .kind = VR_STIM_TIME,
        .data = { qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) },
    };

    virelay_vtd_ir_apply(vr, &e, NULL);
}

void virelay_vtd_ir_timer(void *opaque)
{
    apply_time(opaque);
}

void virelay_vtd_ir_request(IntelIOMMUState *s, uint64_t address,
                            uint32_t data, uint16_t sid)
{
    VirelayVtdIr *vr = s->vr;
    const VrEvent e = {
        .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = address,
        .data = { data | (uint64_t)sid << 32 },
    };

    if (vr->delays) {
        apply_time(vr);
    }
    virelay_vtd_ir_apply(vr, &e, NULL);
}

bool virelay_vtd_ir_hpet_msi(X86IOMMUState *iommu, MSIMessage *msg)
{
    IntelIOMMUState *s = INTEL_IOMMU_DEVICE(iommu);

    if (!s->vr || msg->address < VTD_INTERRUPT_ADDR_FIRST ||
        msg->address > VTD_INTERRUPT_ADDR_LAST) {
        return false;
    }
    virelay_vtd_ir_request(s, msg->address, msg->data,
                           PCI_BUILD_BDF(Q35_PSEUDO_BUS_PLATFORM,
                                         Q35_PSEUDO_DEVFN_HPET));
    return true;
}

/* --- faults of DMA --- */

void virelay_vtd_ir_dma_fault(IntelIOMMUState *s, uint64_t lo, uint64_t hi)
{
    VirelayVtdIr *vr = s->vr;

    WITH_QEMU_LOCK_GUARD(&vr->fault_lock) {
        if (vr->fault_count == VIRELAY_VTD_FAULTS) {
            return;
        }
        vr->faults[vr->fault_count++] = (VirelayVtdFault) { lo, hi };
    }
    qemu_bh_schedule(vr->fault_bh);
}

static void settle(VirelayVtdIr *vr)
{
    if (!vr->applying) {
        work_off(vr);
    }
}

void virelay_vtd_ir_fault_bh(void *opaque)
{
    settle(opaque);
}

void virelay_vtd_ir_settle(IntelIOMMUState *s)
{
    if (s->vr && bql_locked()) {
        settle(s->vr);
    }
}
