/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "report.h"
#include "testdev.h"

#define KICK_SIGNAL SIGUSR1 /* as in vcpu.c */
#define INTRUSION (150 * VR_US) /* after the round began */
/* Far more than what a CPU may be busy with before it runs a vCPU again */
#define WAKE_TIME (40 * VR_MS)

static VrSweep *sweep_of(const VrGuest *guest)
{
    return guest->opaque;
}

static void expect_one(VrSweep *s)
{
    uint64_t *due = &s->guest.vcpu[s->vcpu]->due[1];

    __atomic_store_n(due, *due + 1, __ATOMIC_RELEASE);
}

/* --- vCPU 0, in its thread --- */

static void arm_timer(VrSweep *s)
{
    const struct itimerspec once = { .it_value.tv_nsec = WAKE_TIME };
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = KICK_SIGNAL,
    };

    if (!s->has_timer) {
        event._sigev_un._tid = gettid();
        s->has_timer = timer_create(CLOCK_MONOTONIC, &event, &s->timer) == 0;
    }
    vr_sweep_write(VR_TESTDEV_SWEEP_WAKE, WAKE_TIME);
    timer_settime(s->timer, 0, &once, NULL);
}

static void post(VrSweep *s, unsigned vector)
{
    const struct kvm_msi msi = vr_guest_msi(s->vcpu, vector);

    vr_guest_signal_msi(&s->guest, &msi);
}

static void begin_point(VrSweep *s)
{
    if (s->paired) {
        vr_irqfd_part(&s->guest.vm, s->rig.event[0], 0);
        s->paired = false;
    }
    s->received = vr_guest_received(&s->guest, s->vcpu, VR_SWEEP_VECTOR);
    s->overdue = s->guest.vcpu[s->vcpu]->overdue;
    if (s->load == VR_SWEEP_LOAD_POST || s->load == VR_SWEEP_LOAD_PENDING) {
        s->loads++;
        expect_one(s);
    }
    if (s->load == VR_SWEEP_LOAD_PENDING) {
        post(s, VR_SWEEP_LOAD_VECTOR);
    }
}

static void end_round(const VrSweep *s)
{
    uint32_t received = vr_guest_received(&s->guest, s->vcpu, VR_SWEEP_VECTOR);
    uint32_t loads = vr_guest_received(&s->guest, s->vcpu, VR_SWEEP_LOAD_VECTOR) -
                     s->load_received;

    vr_sweep_write(VR_TESTDEV_SWEEP_END,
                   (received - s->received) | (s->loads - loads) << 16 |
                   (s->overdue != s->guest.vcpu[s->vcpu]->overdue
                        ? VR_SWEEP_OVERDUE : 0));
}

static void stop(VrSweep *s)
{
    if (!atomic_exchange(&s->over, true)) {
        __atomic_store_n(&s->guest.vcpu[s->vcpu]->idle, VR_IDLE_SPIN,
                         __ATOMIC_RELEASE);
        sem_post(&s->end);
    }
}

void vr_sweep_round(VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    VrSweep *s = sweep_of(guest);

    (void)vector;
    if (vcpu != s->vcpu || atomic_load(&s->over)) {
        return;
    }
    if (s->begun) {
        end_round(s);
    }
    s->begun = true;
    switch (vr_sweep_read(VR_TESTDEV_SWEEP_NEXT) & 0xff) {
    case VR_SWEEP_POINT:
        begin_point(s);
        break;
    case VR_SWEEP_OVER:
        stop(s);
        return;
    }
    if (s->load == VR_SWEEP_LOAD_HALT) {
        arm_timer(s);
    } else if (s->load == VR_SWEEP_LOAD_PREEMPT) {
        sem_post(&s->intrude);
    }
    atomic_fetch_add(&s->rounds, 1);
}

/* Nothing has woken it: it goes on behind its HLT. */
void vr_sweep_signal(VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
    const VrSweep *s = sweep_of(guest);
    const VrGuestVcpu *page = guest->vcpu[s->vcpu];

    (void)vector;
    if (vcpu == s->vcpu &&
        page->total == (uint32_t)(page->due[0] + page->due[1])) {
        vr_vm_ioctl(&guest->vm, guest->vm.vcpu[s->vcpu].fd, KVM_SET_MP_STATE, &state,
                    "KVM_SET_MP_STATE");
    }
}

/* --- the CPU that carries out orders --- */

static void signal_irqfd(const VrSweep *s)
{
    const uint64_t one = 1;

    if (write(s->event_fd, &one, sizeof(one)) != sizeof(one)) {
        vr_report_diag("eventfd: %s", strerror(errno));
    }
}

static void carry_out(VrSweep *s, uint64_t order)
{
    if (s->load == VR_SWEEP_LOAD_POST && s->event == VR_SWEEP_MSI) {
        post(s, VR_SWEEP_LOAD_VECTOR);
        return;
    }
    switch (order) {
    case VR_SWEEP_POST:
        expect_one(s);
        post(s, VR_SWEEP_VECTOR);
        break;
    case VR_SWEEP_IRQFD:
        expect_one(s);
        signal_irqfd(s);
        break;
    case VR_SWEEP_IPI:
        expect_one(s);
        vr_guest_order(&s->guest, vr_sweep_other(s), VR_CMD_IPI,
                       VR_SWEEP_VECTOR, s->vcpu, 1, 0);
        break;
    case VR_SWEEP_PAIR:
        s->paired = vr_irqfd_join(&s->guest.vm, s->rig.event[0], 0);
        break;
    }
}

static void *act(void *opaque)
{
    VrSweep *s = opaque;
    uint64_t order;

    vr_pin(vr_sweep_other(s));
    while ((order = vr_sweep_read(VR_TESTDEV_SWEEP_ORDER)) != VR_SWEEP_QUIT) {
        if (order) {
            carry_out(s, order);
            vr_sweep_write(VR_TESTDEV_SWEEP_DONE, order);
        }
    }
    return NULL;
}

bool vr_sweep_start_actor(VrSweep *s)
{
    int err = pthread_create(&s->actor, NULL, act, s);

    if (err) {
        vr_fail(s->ctx, "%s", vr_error_text("pthread_create", err));
    }
    s->has_actor = err == 0;
    return s->has_actor;
}

/* --- the thread that takes the CPU for a moment, once a round --- */

static void *intrude(void *opaque)
{
    VrSweep *s = opaque;
    const struct sched_param first = { .sched_priority = 1 };
    const struct timespec wait = { .tv_nsec = INTRUSION };

    vr_pin(s->vcpu);
    if (sched_setscheduler(0, SCHED_FIFO, &first)) {
        vr_report_diag("%s", vr_error_text("sched_setscheduler", errno));
    }
    while (sem_wait(&s->intrude) == 0 && !atomic_load(&s->over)) {
        nanosleep(&wait, NULL);
    }
    return NULL;
}

bool vr_sweep_start_intruder(VrSweep *s)
{
    int err = pthread_create(&s->intruder, NULL, intrude, s);

    if (err) {
        vr_fail(s->ctx, "%s", vr_error_text("pthread_create", err));
    }
    s->has_intruder = err == 0;
    return s->has_intruder;
}

void vr_sweep_join(VrSweep *s)
{
    if (s->has_actor) {
        pthread_join(s->actor, NULL);
    }
    if (s->has_intruder) {
        atomic_store(&s->over, true);
        sem_post(&s->intrude);
        pthread_join(s->intruder, NULL);
    }
    s->has_actor = s->has_intruder = false;
}
