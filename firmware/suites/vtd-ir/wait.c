/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for what a unit does that may take its time */
#include "vtd.h"

/*
 * Enough for some requests of the slowest unit that is meant, whose delays come
 * to two seconds, and far less than the silence that the host takes for a hang
 */
#define LEISURE_US 5000000ull

static uint64_t waited;   /* ticks, in all waits of this case */

static uint64_t ticks(uint64_t us)
{
    return us * hal_ticks_per_us();
}

void wait_forget(void)
{
    waited = 0;
}

Wait wait_begin(uint64_t us)
{
    uint64_t now = hal_ticks();

    return (Wait) {
        .last = now, .end = now + ticks(us),
        .hurry = waited > ticks(LEISURE_US),
    };
}

bool wait_more(Wait *w)
{
    uint64_t now = hal_ticks();

    waited += now - w->last;
    w->last = now;
    if (w->hurry) {
        w->hurry = false;
        queue_sync_if_idle();
    }
    cpu_relax();
    return now < w->end;
}
