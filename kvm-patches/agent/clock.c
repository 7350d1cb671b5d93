/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clock.h"

#include <sys/prctl.h>
#include <time.h>

static void sleep_step(uint64_t ns)
{
    struct timespec step = { .tv_nsec = ns };

    nanosleep(&step, NULL);
}

void vr_clock_init(void)
{
    prctl(PR_SET_TIMERSLACK, 1);
}

uint64_t vr_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * VR_SEC + now.tv_nsec;
}

void vr_sleep(uint64_t ns)
{
    uint64_t end = vr_now() + ns;

    for (uint64_t now = vr_now(); now < end; now = vr_now()) {
        sleep_step(end - now < VR_WAIT_STEP ? end - now : VR_WAIT_STEP);
    }
}

static bool wait_in_steps(bool (*done)(void *opaque), void *opaque,
                          uint64_t ns, uint64_t step)
{
    uint64_t end = vr_now() + ns;

    while (!done(opaque)) {
        if (vr_now() >= end) {
            return done(opaque);
        }
        sleep_step(step);
    }
    return true;
}

bool vr_wait(bool (*done)(void *opaque), void *opaque, uint64_t ns)
{
    return wait_in_steps(done, opaque, ns, VR_WAIT_STEP);
}

bool vr_wait_long(bool (*done)(void *opaque), void *opaque, uint64_t ns)
{
    return wait_in_steps(done, opaque, ns, VR_LONG_STEP);
}
