/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's main loop: commands of the agent, else idle. */
#include "guest.h"

void vr_guest_main(uint32_t vcpu);
void vr_guest_irq(void);
void vr_guest_panic(void);

static void set_eoimode(uint64_t eoimode)
{
    write_sysreg(ICC_CTLR_EL1, eoimode ? ICC_CTLR_EOIMODE : 0);
}

static void gic_init(void)
{
    write_sysreg(ICC_SRE_EL1, 7);
    write_sysreg(ICC_PMR_EL1, 0xff);
    write_sysreg(ICC_BPR1_EL1, 0);
    set_eoimode(shared->eoimode);
    write_sysreg(ICC_IGRPEN1_EL1, 1);
}

/* ICC_SGI1R_EL1 for one vCPU: its Aff0 is its index, all else is 0. */
static uint64_t sgi_to(uint32_t vcpu, uint32_t intid)
{
    return (uint64_t)intid << 24 | UINT64_C(1) << vcpu;
}

static void self_sgis(VrGuestVcpu *me, uint32_t intid, uint64_t count)
{
    while (count--) {
        uint32_t before = load(&me->sgi_acks);

        write_sysreg(ICC_SGI1R_EL1, sgi_to(guest_vcpu(), intid));
        while (load(&me->sgi_acks) == before) {
            relax();
        }
    }
}

static void execute(VrGuestVcpu *me)
{
    switch (me->command) {
    case VR_CMD_DIR:
        write_sysreg(ICC_DIR_EL1, me->arg0);
        break;
    case VR_CMD_SGI:
        write_sysreg(ICC_SGI1R_EL1, me->arg0);
        break;
    case VR_CMD_SELF_SGIS:
        self_sgis(me, me->arg0, me->arg1);
        break;
    case VR_CMD_SET_EOIMODE:
        irq_mask();
        set_eoimode(me->arg0);
        irq_unmask();
        break;
    }
}

static void idle(VrGuestVcpu *me)
{
    switch (load(&me->idle)) {
    case VR_IDLE_WFI:
        wfi();
        break;
    case VR_IDLE_SWEEP:
        guest_sweep(me);
        break;
    default:
        store(&me->spins, me->spins + 1);
        relax();
    }
}

void vr_guest_main(uint32_t vcpu)
{
    VrGuestVcpu *me = &shared->vcpu[vcpu];

    gic_init();
    irq_unmask();
    store(&me->online, 1);

    for (;;) {
        uint32_t request = load(&me->request);

        if (request != me->completed) {
            execute(me);
            store(&me->completed, request);
        } else if (!guest_drain_inbox(me)) {
            idle(me);
        }
    }
}

void vr_guest_panic(void)
{
    VrGuestVcpu *me = guest_me();

    me->panic_esr = read_sysreg(esr_el1);
    me->panic_elr = read_sysreg(elr_el1);
    me->panic_far = read_sysreg(far_el1);
    for (;;) {
        *(volatile uint32_t *)(uintptr_t)VR_GUEST_PANIC_BASE = 1;
    }
}
