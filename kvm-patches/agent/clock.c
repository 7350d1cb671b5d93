/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clock.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

/* Every CPU gets its turn within this time. */
#define PACE (50 * VR_US)

static void sleep_step(uint64_t ns)
{
    struct timespec step = { .tv_nsec = ns };

    nanosleep(&step, NULL);
}

static void *pace(void *opaque)
{
    (void)opaque;
    prctl(PR_SET_TIMERSLACK, 1);
    for (;;) {
        sleep_step(PACE);
    }
    return NULL;
}

bool vr_clock_init(void)
{
    pthread_t thread;

    prctl(PR_SET_TIMERSLACK, 1);
    return pthread_create(&thread, NULL, pace, NULL) == 0;
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

bool vr_wait(bool (*done)(void *opaque), void *opaque, uint64_t ns)
{
    uint64_t end = vr_now() + ns;

    while (!done(opaque)) {
        if (vr_now() >= end) {
            return done(opaque);
        }
        sleep_step(VR_WAIT_STEP);
    }
    return true;
}
