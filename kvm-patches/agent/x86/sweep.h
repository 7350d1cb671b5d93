/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent does under `virelay sweep`: vCPU 0 comes round, past the swept
 * window, once for each point; another CPU carries out what the plugin orders.
 * The registers that they talk by are in marks.h.
 */
#ifndef VR_AGENT_X86_SWEEP_H
#define VR_AGENT_X86_SWEEP_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "assigned.h"
#include "guestctl.h"
#include "marks.h"
#include "rig.h"

#define VR_SWEEP_VECTOR 0x51      /* the event's interrupt */
#define VR_SWEEP_LOAD_VECTOR 0x41 /* the load's */

typedef struct VrSweep {
    VrContext *ctx;
    VrSweepEvent event;
    VrSweepLoad load;
    unsigned vcpu; /* the one that comes by the window, on CPU vcpu */
    VrGuest guest;
    VrRig rig;
    VrMsis msis;
    VrAssigned assigned;
    bool has_rig;
    bool paired;
    int event_fd; /* of VR_SWEEP_IRQFD */
    pthread_t actor;
    bool has_actor;
    pthread_t intruder; /* of VR_SWEEP_LOAD_PREEMPT */
    bool has_intruder;
    sem_t intrude;
    timer_t timer; /* wakes vCPU 0 from a halt */
    bool has_timer;
    bool begun;
    uint32_t received; /* before the point */
    uint64_t overdue;  /* likewise */
    uint32_t loads;    /* the load's interrupts that are due */
    uint32_t load_received; /* before the sweep */
    _Atomic uint64_t rounds;
    _Atomic bool over;
    sem_t end;
} VrSweep;

/* --- sweep.c --- */

/* The handlers of guestctl.h; guest->opaque is the VrSweep. */
VrGuestHandler vr_sweep_round;
VrGuestHandler vr_sweep_signal;
/* A vCPU, and the CPU of its number, that are not the swept one */
static inline unsigned vr_sweep_other(const VrSweep *s)
{
    return s->vcpu == 0;
}
/* Starts the CPU that carries out orders; false: the scenario has failed. */
bool vr_sweep_start_actor(VrSweep *s);
/* Starts the thread that takes the vCPU's CPU; likewise. */
bool vr_sweep_start_intruder(VrSweep *s);
/* Waits for both; the plugin tells it to quit when the sweep is over. */
void vr_sweep_join(VrSweep *s);

/* --- sweep-device.c --- */

/* Gives irqgen's vector 0 to the guest, as far as the event needs it; false: the
 * scenario is skipped or has failed. */
bool vr_sweep_assign(VrSweep *s);
void vr_sweep_unassign(VrSweep *s);

#endif
