/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's interrupt handler: what it does is the vCPU's policy. */
#include "guest.h"

void vr_guest_irq(void);

static void wait_at_gate(VrGuestVcpu *me, uint32_t turn, uint32_t policy)
{
    if (policy & VR_POLICY_NEST) {
        irq_unmask();
    }
    while ((int32_t)(load(&me->gate) - turn) < 0) {
        relax();
    }
    irq_mask();
}

static void handle_sgi(VrGuestVcpu *me, uint32_t intid)
{
    bool eoimode = read_sysreg(ICC_CTLR_EL1) & ICC_CTLR_EOIMODE;

    write_sysreg(ICC_EOIR1_EL1, intid);
    if (eoimode) {
        write_sysreg(ICC_DIR_EL1, intid);
    }
    store(&me->sgi_acks, me->sgi_acks + 1);
}

static void handle_spi(VrGuestVcpu *me, uint32_t intid)
{
    uint32_t policy = load(&me->policy);
    uint32_t turn = me->spi_acks + 1;

    if (policy & VR_POLICY_HAND_OVER) {
        guest_note_ack(me, intid);
    }
    store(&me->acks[intid], me->acks[intid] + 1);
    store(&me->spi_acks, turn);

    if (policy & VR_POLICY_GATE) {
        wait_at_gate(me, turn, policy);
    }
    write_sysreg(ICC_EOIR1_EL1, intid);
    if (policy & VR_POLICY_HAND_OVER) {
        guest_hand_over(me, intid);
    } else if (policy & VR_POLICY_DIR) {
        write_sysreg(ICC_DIR_EL1, intid);
    }
    store(&me->eois[intid], me->eois[intid] + 1);
    store(&me->spi_eois, me->spi_eois + 1);
}

void vr_guest_irq(void)
{
    VrGuestVcpu *me = guest_me();
    uint32_t intid = read_sysreg(ICC_IAR1_EL1);

    if (intid >= INTID_SPECIAL) {
        store(&me->spurious, me->spurious + 1);
    } else if (intid < VR_GUEST_FIRST_SPI) {
        handle_sgi(me, intid);
    } else if (intid < VR_GUEST_MAX_INTID) {
        handle_spi(me, intid);
    }
}
