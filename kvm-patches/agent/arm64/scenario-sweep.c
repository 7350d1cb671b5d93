/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SWEEP_SPI: EOImode 1; a vCPU comes by the swept window in rounds. At some
 * instruction of it, while it stands still, another CPU makes an SPI pending
 * that goes to another vCPU, which acknowledges and EOIs it. The first one then
 * writes DIR. Facts: rounds.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "guestctl.h"
#include "report.h"
#include "scenarios.h"
#include "watchdog.h"

#define INTID VR_GUEST_FIRST_SPI
#define ACTOR_CPU 2           /* neither vCPU's */
#define STEP (100 * VR_MS)    /* in which the guest has to come round */
#define LIMIT (60 * VR_SEC)

typedef struct Sweep {
    VrContext *ctx;
    VrVm vm;
    unsigned vcpu, taker;
    uint32_t received; /* EOIs before the point */
    bool begun, over;
    _Atomic uint64_t rounds;
    sem_t end;
    pthread_t actor;
} Sweep;

static uint32_t eois(const Sweep *s)
{
    return __atomic_load_n(&s->vm.shared->vcpu[s->taker].spi_eois,
                           __ATOMIC_ACQUIRE);
}

/* --- the vCPU's thread --- */

static void stop(Sweep *s)
{
    s->over = true;
    s->vm.shared->vcpu[s->vcpu].idle = VR_IDLE_WFI;
    sem_post(&s->end);
}

/*
 * An SPI that was not deactivated would not come again: the vCPU that has it
 * does what the other one could not.
 */
static void recover(Sweep *s)
{
    VrGuestVcpu *taker = &s->vm.shared->vcpu[s->taker];

    taker->arg0 = INTID;
    taker->command = VR_CMD_DIR;
    __atomic_store_n(&taker->request, taker->request + 1, __ATOMIC_RELEASE);
    vr_vcpu_kick(&s->vm.vcpu[s->taker]);
    vr_sleep(VR_WAIT_STEP);
}

static bool on_round(VrVcpu *vcpu)
{
    Sweep *s = vcpu->vm->opaque;
    uint64_t next;

    if (vcpu->index != s->vcpu || s->over) {
        return true;
    }
    if (s->begun) {
        vr_sweep_write(VR_TESTDEV_SWEEP_END, eois(s) - s->received);
    }
    s->begun = true;
    next = vr_sweep_read(VR_TESTDEV_SWEEP_NEXT);
    if (next & VR_SWEEP_FAILED) {
        recover(s);
    }
    switch (next & 0xff) {
    case VR_SWEEP_POINT:
        s->received = eois(s);
        break;
    case VR_SWEEP_OVER:
        stop(s);
        break;
    }
    atomic_fetch_add(&s->rounds, 1);
    return true;
}

/* --- the CPU that carries out orders --- */

static void *act(void *opaque)
{
    Sweep *s = opaque;
    uint64_t order;

    vr_pin(ACTOR_CPU);
    while ((order = vr_sweep_read(VR_TESTDEV_SWEEP_ORDER)) != VR_SWEEP_QUIT) {
        if (order == VR_SWEEP_SPI) {
            __atomic_fetch_add(&s->vm.shared->due, 1, __ATOMIC_SEQ_CST);
            vr_gic_irq_line(&s->vm, INTID, true);
        }
        if (order) {
            vr_sweep_write(VR_TESTDEV_SWEEP_DONE, order);
        }
    }
    return NULL;
}

/* --- all of it --- */

static bool prepare(Sweep *s)
{
    VrGuestVcpu *me = &s->vm.shared->vcpu[s->vcpu];

    s->vm.on_round = on_round;
    s->vm.opaque = s;
    if (!vr_gic_set_edge(&s->vm, INTID, true) ||
        !vr_gic_set_target(&s->vm, INTID, s->taker) ||
        !vr_guest_start(&s->vm)) {
        return false;
    }
    vr_sweep_write(VR_TESTDEV_SWEEP_VECTOR, INTID);
    me->arg0 = s->taker;
    me->arg1 = INTID;
    return true;
}

static void wait_for_end(Sweep *s)
{
    uint64_t before;
    struct timespec until;

    do {
        before = atomic_load(&s->rounds);
        vr_watchdog_arm(VR_SCENARIO_SWEEP_SPI, LIMIT);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += STEP;
        until.tv_sec += until.tv_nsec / VR_SEC;
        until.tv_nsec %= VR_SEC;
        if (sem_timedwait(&s->end, &until) == 0) {
            return;
        }
    } while (atomic_load(&s->rounds) != before);
    vr_sweep_write(VR_TESTDEV_SWEEP_END, VR_SWEEP_STUCK);
    vr_fail(s->ctx, "the guest does not come round any more");
}

static void play(Sweep *s)
{
    int err = pthread_create(&s->actor, NULL, act, s);

    if (err) {
        vr_fail(s->ctx, "%s", vr_error_text("pthread_create", err));
        return;
    }
    __atomic_store_n(&s->vm.shared->vcpu[s->vcpu].idle, VR_IDLE_SWEEP,
                     __ATOMIC_RELEASE);
    vr_vcpu_kick(&s->vm.vcpu[s->vcpu]);
    wait_for_end(s);
    pthread_join(s->actor, NULL);
    vr_fact(s->ctx, "rounds", atomic_load(&s->rounds));
}

void vr_scenario_SWEEP_SPI(VrContext *ctx)
{
    uint64_t info = vr_sweep_read(VR_TESTDEV_SWEEP_INFO);
    Sweep s = { .ctx = ctx, .vcpu = info >> 16 & 0xff };

    if (!info) {
        vr_skip(ctx, "nothing sweeps: it is started by virelay sweep");
        return;
    }
    s.taker = s.vcpu == 0;
    sem_init(&s.end, 0, 0);
    if (vr_guest_open(ctx, &s.vm, (s.vcpu > 1 ? s.vcpu : 1) + 1, 1, 0,
                      VR_IDLE_SPIN) &&
        prepare(&s)) {
        s.vm.shared->vcpu[s.taker].idle = VR_IDLE_WFI;
        play(&s);
    }
    vr_guest_close(ctx, &s.vm);
}
