/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IRQBYPASS_SCALING and IRQBYPASS_PAIRS. The second begins with the collisions
 * that all architectures have, round 0. Then it pairs vectors and irqfds:
 *  1 producers first          2 consumers first
 *  3 a second producer        4 the eventfd closed
 *  5 another route            6 another eventfd for the producer
 *  7 the device off, and on   8 the VM gone first
 *  9 a second consumer       10 entries that are refused, where they can be
 * 11 the device gone first
 * What goes wrong can leave the unit posting into memory that is freed next, or
 * the manager with what is freed already: the rest is then not played.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "irqbypass.h"
#include "kmsg.h"
#include "marks.h"
#include "pairs.h"
#include "report.h"
#include "scenarios.h"
#include "testdev.h"

#define REPEATS 3
#define OTHER_VECTOR 0x60
#define REFUSE "/sys/module/irq_remapping/parameters/refuse_posting"

void vr_scenario_IRQBYPASS_SCALING(VrContext *ctx)
{
    vr_irqbypass_scaling(ctx, VR_SCENARIO_IRQBYPASS_SCALING);
}

/* Each is false where it could not be carried out, with the outcome set. */
typedef bool Round(VrPairs *p);

static bool producers_first(VrPairs *p)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        vr_pairs_see_remapped(p, i);
        vr_pairs_fire(p, i);
        if (!vr_pairs_join(p, i)) {
            return false;
        }
        vr_pairs_see_posted(p, i);
        vr_pairs_fire(p, i);
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (!vr_pairs_part(p, i)) {
            return false;
        }
        vr_pairs_see_remapped(p, i);
        vr_pairs_fire(p, i);
    }
    return true;
}

/* The producer goes first, or the consumer; the other comes and goes again. */
static bool part_one(VrPairs *p, unsigned vector, bool producer)
{
    if (producer) {
        if (!vr_pairs_off(p, vector)) {
            return false;
        }
        vr_pairs_see_off(p, vector);
        if (!vr_pairs_on(p, vector)) {
            return false;
        }
    } else {
        if (!vr_pairs_part(p, vector)) {
            return false;
        }
        vr_pairs_see_remapped(p, vector);
        if (!vr_pairs_join(p, vector)) {
            return false;
        }
    }
    vr_pairs_see_posted(p, vector);
    vr_pairs_fire(p, vector);
    return true;
}

static bool consumers_first(VrPairs *p)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (!vr_pairs_off(p, i) || !vr_pairs_join(p, i)) {
            return false;
        }
        vr_pairs_see_off(p, i);
        if (!vr_pairs_on(p, i)) {
            return false;
        }
        vr_pairs_see_posted(p, i);
        vr_pairs_fire(p, i);
    }
    for (unsigned n = 0; n < 2 * VR_RIG_VECTORS; n++) {
        if (!part_one(p, n % VR_RIG_VECTORS, (n ^ n >> 3) & 1)) {
            return false;
        }
    }
    for (unsigned i = VR_RIG_VECTORS; i-- > 0;) {
        if (!vr_pairs_part(p, i)) {
            return false;
        }
        vr_pairs_see_remapped(p, i);
    }
    return true;
}

/* Vector 1 signals the eventfd of vector 0, which is paired: refused. */
static bool second_producer(VrPairs *p)
{
    const int own = p->rig.event[1];
    bool ok;

    if (!vr_pairs_join(p, 0)) {
        return false;
    }
    p->rig.event[1] = p->rig.event[0];
    ok = vr_pairs_on(p, 1);
    vr_pairs_see_posted(p, 0);
    vr_pairs_see_remapped(p, 1);
    vr_pairs_fire(p, 0);
    vr_pairs_fire_as(p, 1, 0);
    ok = ok && vr_pairs_off(p, 0);
    vr_pairs_see_remapped(p, 1);
    vr_pairs_fire_as(p, 1, 0);
    ok = ok && vr_pairs_on(p, 0);
    vr_pairs_see_posted(p, 0);
    p->rig.event[1] = own;
    ok = ok && vr_pairs_on(p, 1);
    vr_pairs_see_posted(p, 0);
    vr_pairs_see_remapped(p, 1);
    vr_pairs_fire(p, 0);
    vr_pairs_fire(p, 1);
    ok = ok && vr_pairs_part(p, 0);
    vr_pairs_see_remapped(p, 0);
    return ok;
}

/* The last close of an eventfd takes the irqfd down, in the background. */
static bool closed_eventfd(VrPairs *p)
{
    if (!vr_pairs_join_all(p)) {
        return false;
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        close(p->rig.event[i]);
        p->joined[i] = false;
        vr_pairs_wait_remapped(p, i);
        if (!vr_rig_new_event(&p->rig, i) || !vr_pairs_on(p, i)) {
            return false;
        }
        vr_pairs_see_remapped(p, i);
        vr_pairs_fire(p, i);
    }
    return true;
}

static bool other_routes(VrPairs *p)
{
    const VrPairRoute before = p->route[0];
    const VrPairRoute routes[] = {
        { 0, OTHER_VECTOR }, { 1, OTHER_VECTOR }, { 1, OTHER_VECTOR + 1 },
    };
    const VrMsi all = vr_msi_physical(0xff, VR_MSI_FIXED, OTHER_VECTOR + 1);
    const VrMsi nmi = vr_msi_physical(0, VR_MSI_NMI, 0);
    bool ok = vr_pairs_join(p, 0);

    for (unsigned i = 0; i < sizeof(routes) / sizeof(*routes) && ok; i++) {
        ok = vr_pairs_route(p, 0, routes[i]);
        vr_pairs_see_posted(p, 0);
        vr_pairs_fire(p, 0);
    }
    /* To all vCPUs: it arrives at the last route's as well. */
    ok = ok && vr_pairs_send(p, 0, all);
    vr_pairs_see_remapped(p, 0);
    vr_pairs_fire(p, 0);
    ok = ok && vr_pairs_route(p, 0, before);
    vr_pairs_see_posted(p, 0);
    vr_pairs_fire(p, 0);
    ok = ok && vr_pairs_send(p, 0, nmi);
    vr_pairs_see_remapped(p, 0);
    ok = ok && vr_pairs_route(p, 0, before);
    vr_pairs_see_posted(p, 0);
    ok = ok && vr_pairs_part(p, 0);
    vr_pairs_see_remapped(p, 0);
    return ok;
}

/*
 * The irqfd has lost its producer, which has an eventfd of its own now; then it
 * has none. The irqfd's route is none of the producer's business any more.
 */
static bool other_eventfd(VrPairs *p)
{
    const VrPairRoute before = p->route[0], other = { 1, OTHER_VECTOR };
    const int event = p->rig.event[0];
    bool ok = vr_pairs_join(p, 0);

    vr_pairs_see_posted(p, 0);
    ok = ok && vr_rig_new_event(&p->rig, 0) && vr_pairs_on(p, 0);
    vr_pairs_see_remapped(p, 0);
    ok = ok && vr_pairs_route(p, 0, other);
    vr_pairs_see_remapped(p, 0);
    p->joined[0] = false; /* the new eventfd has no irqfd */
    vr_pairs_fire(p, 0);
    ok = ok && vr_pairs_off(p, 0) && vr_pairs_route(p, 0, before);
    vr_pairs_see_off(p, 0);
    close(p->rig.event[0]);
    p->rig.event[0] = event;
    p->joined[0] = true;
    ok = ok && vr_pairs_on(p, 0);
    vr_pairs_see_posted(p, 0);
    vr_pairs_fire(p, 0);
    ok = ok && vr_pairs_part(p, 0);
    vr_pairs_see_remapped(p, 0);
    return ok;
}

static bool device_off(VrPairs *p)
{
    if (!vr_pairs_join_all(p) || !vr_vfio_set_msix(&p->rig.vfio, NULL, 0) ||
        !vr_rig_vectors_on(&p->rig)) {
        return false;
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        vr_pairs_see_posted(p, i);
        vr_pairs_fire(p, i);
        if (!vr_pairs_part(p, i)) {
            return false;
        }
        vr_pairs_see_remapped(p, i);
    }
    return true;
}

static bool vm_first(VrPairs *p)
{
    if (!vr_pairs_join_all(p)) {
        return false;
    }
    vr_pairs_close_vm(p);
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        vr_pairs_see_remapped(p, i);
        vr_pairs_fire(p, i);
    }
    if (!vr_pairs_open_vm(p) || !vr_pairs_join_all(p)) {
        return false;
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        vr_pairs_fire(p, i);
        if (!vr_pairs_part(p, i)) {
            return false;
        }
        vr_pairs_see_remapped(p, i);
    }
    return true;
}

/* An irqfd of another VM for the eventfd of a pair: not a second pair. */
static bool second_consumer(VrPairs *p)
{
    const int other = vr_irqfd_vm(p->ctx, p->vm.kvm_fd);
    bool ok = other >= 0 && vr_pairs_join(p, 0);

    ok = ok && vr_irqfd_assign(other, p->rig.event[0], 1, true) == 0;
    vr_pairs_see_posted(p, 0);
    ok = ok && vr_irqfd_assign(other, p->rig.event[0], 1, false) == 0;
    vr_pairs_see_posted(p, 0);
    vr_pairs_fire(p, 0);
    ok = ok && vr_irqfd_assign(other, p->rig.event[0], 1, true) == 0 &&
         vr_pairs_part(p, 0);
    vr_pairs_see_remapped(p, 0);
    if (other >= 0) {
        close(other);
    }
    vr_pairs_see_remapped(p, 0);
    vr_pairs_fire(p, 0);
    return ok;
}

/* What a kernel for tests has: the next entries that shall post are refused. */
static bool refused(VrPairs *p)
{
    const bool can = vr_file_write(REFUSE, "1");
    bool ok = true;

    vr_fact(p->ctx, "refusals", can);
    if (!can) {
        return true;
    }
    for (unsigned i = 0; i < 2 && ok; i++) {
        ok = vr_file_write(REFUSE, "1");
        if (i == 0) {
            ok = ok && vr_pairs_join(p, i);
        } else {
            ok = ok && vr_pairs_off(p, i) && vr_pairs_join(p, i) &&
                 vr_pairs_on(p, i);
        }
        vr_pairs_see_remapped(p, i);
        vr_pairs_fire(p, i);
        ok = ok && vr_pairs_part(p, i);
        vr_pairs_see_remapped(p, i);
        ok = ok && vr_pairs_on(p, i) && vr_pairs_join(p, i);
        vr_pairs_see_posted(p, i);
        vr_pairs_fire(p, i);
        ok = ok && vr_pairs_part(p, i);
        vr_pairs_see_remapped(p, i);
    }
    vr_file_write(REFUSE, "0");
    return ok;
}

static bool play_round(VrPairs *p, unsigned number, Round *round)
{
    bool ok;

    p->round = number;
    vr_mark(VR_MARK_ROUND_BEGIN, number);
    ok = round(p);
    vr_mark(VR_MARK_ROUND_END, number);
    return ok && !p->wrong && !p->lost;
}

/* How many came out right. */
static unsigned play_rounds(VrPairs *p)
{
    static Round *const rounds[] = {
        producers_first, consumers_first, second_producer, closed_eventfd,
        other_routes, other_eventfd, device_off, vm_first, second_consumer,
        refused,
    };
    const unsigned count = sizeof(rounds) / sizeof(*rounds);
    unsigned played = 0;
    bool ok = true;

    for (unsigned n = 0; n < REPEATS * 2 && ok; n++) {
        ok = play_round(p, n % 2 + 1, rounds[n % 2]);
        played += ok;
    }
    for (unsigned n = 2; n < count && ok; n++) {
        ok = play_round(p, n + 1, rounds[n]);
        played += ok;
    }
    p->round = count + 1;
    if (ok && vr_pairs_join_all(p)) {
        played++;
    }
    return played;
}

static void report(const VrPairs *p, int log)
{
    int warnings = vr_kmsg_count(log, "WARNING: ", "");

    vr_fact(p->ctx, "looks", p->looks);
    vr_fact(p->ctx, "wrong", p->wrong);
    vr_fact(p->ctx, "posted", p->posted);
    vr_fact(p->ctx, "remapped", p->remapped);
    vr_fact(p->ctx, "lost", p->lost);
    vr_fact(p->ctx, "astray", p->astray);
    vr_fact(p->ctx, "warnings", warnings);
    if (p->wrong || p->lost || p->astray || warnings) {
        vr_fail(p->ctx, "%u of %u entries are wrong, %u interrupts lost, %u "
                "astray, %d warnings of the kernel", p->wrong, p->looks,
                p->lost, p->astray, warnings);
    }
}

void vr_scenario_IRQBYPASS_PAIRS(VrContext *ctx)
{
    static VrPairs p;
    const char *why = vr_irqfd_no_bypass();
    int log;

    if (why) {
        vr_skip(ctx, "%s", why);
        return;
    }
    if (!vr_irqbypass_collision(ctx)) {
        vr_fact(ctx, "unsafe", 1);
        vr_fail(ctx, "eventfds have other users than they should");
        return;
    }
    log = vr_kmsg_open();
    if (vr_pairs_open(&p, ctx)) {
        unsigned played = play_rounds(&p);

        /* The device first, so that nothing posts into the VM any more. */
        vr_pairs_close(&p);
        vr_fact(ctx, "rounds", played);
        report(&p, log);
    } else {
        vr_pairs_close(&p);
    }
    if (log >= 0) {
        close(log);
    }
}
