/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU that comes round, and deactivates what another one was given. */
#include "guest.h"

void guest_sweep(VrGuestVcpu *me)
{
    const VrGuestVcpu *taker = &shared->vcpu[me->arg0];
    uint32_t intid = me->arg1;
    uint64_t turns = 0;

    *(volatile uint32_t *)(uintptr_t)VR_GUEST_ROUND_BASE = 1;
    while (load(&taker->spi_eois) != load(&shared->due) &&
           turns++ < VR_GUEST_SWEEP_TURNS) {
        if (turns % 16 == 0) {
            relax();
        }
    }
    if (load(&taker->spi_eois) != me->sweep_seen) {
        me->sweep_seen = load(&taker->spi_eois);
        write_sysreg(ICC_DIR_EL1, intid);
    }
}
