/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watchdog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "report.h"
#include "testdev.h"

#define WATCHDOG_STEP (500 * VR_MS)
#define DISARMED UINT64_MAX

static _Atomic uint64_t deadline = DISARMED;
static _Atomic unsigned armed_for;

void vr_power_off(uint32_t status)
{
    vr_testdev_exit(status);
    if (getpid() == 1) {
        reboot(RB_POWER_OFF);
    }
    _exit(status);
}

static void *watch(void *opaque)
{
    struct timespec step = { .tv_nsec = WATCHDOG_STEP };

    (void)opaque;
    /* Not the control thread's CPU, which may be the one that hangs. */
    vr_pin(0);
    for (;;) {
        nanosleep(&step, NULL);
        if (vr_now() > atomic_load(&deadline)) {
            vr_report_fact("RUN", "watchdog", atomic_load(&armed_for));
            vr_report_bail_out("scenario %u did not end in time",
                               atomic_load(&armed_for));
            vr_power_off(1);
        }
    }
    return NULL;
}

bool vr_watchdog_start(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, watch, NULL) == 0;
}

void vr_watchdog_arm(unsigned scenario, uint64_t ns)
{
    atomic_store(&armed_for, scenario);
    atomic_store(&deadline, vr_now() + ns);
}

void vr_watchdog_disarm(void)
{
    atomic_store(&deadline, DISARMED);
}
