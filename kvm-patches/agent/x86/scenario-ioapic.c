/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IOAPIC_STALE_EOI, IOAPIC_STALE_TWO: level-triggered interrupts that are in
 * flight on vCPU 0 while their routes change to vCPU 1. The irqchip is split,
 * so that an EOI that KVM intercepts comes out to this program; that is all
 * that is counted.
 *
 * In part PART (x2apic, xapic; nested, pending), a round, one interrupt of
 * each pin is in flight when the routes change, and is EOIed. Then vCPU 0 sends
 * itself the same vectors, which are no longer the pins': PART_sent_a,
 * PART_received_a. PART_eois_a is how many EOIs came out, of all of them. At
 * the end the pin of A interrupts vCPU 1: PART_target.
 *   nested   both are in service, that of B on top of that of A. Some of B's
 *            later ones come when B's is done with, and A's is not.
 *   pending  A is in service, B waits for it with interrupts disabled
 *
 * The last part of IOAPIC_STALE_EOI measures interrupts of a vector whose route
 * has not changed, and whose EOIs come out, with few routes and with many:
 * few_least, many_least, in ticks of the TSC.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "guestctl.h"
#include "scenarios.h"
#include "testdev.h"

#define PINS 240u /* KVM keeps 8 bits of their number */
/* KVM scans B's route first, which is of higher priority. */
#define PIN_A 5u
#define PIN_B 4u
#define VECTOR_A 0x61
#define VECTOR_B 0x71
#define VECTOR_MANY 0x81
#define FEW 8u
#define MANY 240u
#define LATER 20u /* interrupts after the one in flight */
#define MEANWHILE 5u
#define LATER_LIMIT (500 * VR_MS)
#define MEASURED 50u

#define MSI_LEVEL 0xc000u /* level-triggered, asserted */

typedef struct Pins {
    unsigned routes; /* from pin 0 on */
    bool two;        /* B has a route of its own */
    unsigned vcpu;   /* that A and B go to */
} Pins;

typedef struct Part {
    const char *name;
    unsigned round;
    bool x2apic;
    bool two;
    bool pending;
} Part;

static void set_route(struct kvm_irq_routing_entry *entry, unsigned pin,
                      unsigned vcpu, uint8_t vector)
{
    const struct kvm_msi msi = vr_guest_msi(vcpu, vector);

    entry->gsi = pin;
    entry->type = KVM_IRQ_ROUTING_MSI;
    entry->u.msi.address_lo = msi.address_lo;
    entry->u.msi.data = msi.data | MSI_LEVEL;
}

/* All pins but A and B go to vCPU 1, which is the one that they can't delay. */
static bool route(VrGuest *guest, const Pins *pins)
{
    struct kvm_irq_routing *table =
        calloc(1, sizeof(*table) + pins->routes * sizeof(table->entries[0]));
    bool ok;

    if (!table) {
        vr_vm_error(&guest->vm, "no memory for routes");
        return false;
    }
    table->nr = pins->routes;
    for (unsigned i = 0; i < pins->routes; i++) {
        set_route(&table->entries[i], i, 1, VECTOR_MANY);
    }
    set_route(&table->entries[PIN_A], PIN_A, pins->vcpu, VECTOR_A);
    if (pins->two) {
        set_route(&table->entries[PIN_B], PIN_B, pins->vcpu, VECTOR_B);
    }
    ok = vr_vm_ioctl(&guest->vm, guest->vm.fd, KVM_SET_GSI_ROUTING, table,
                     "KVM_SET_GSI_ROUTING");
    free(table);
    return ok;
}

/* The line rises and, as nothing looks at its level here, falls. */
static bool raise(VrGuest *guest, unsigned pin)
{
    struct kvm_irq_level line = { .irq = pin, .level = 1 };
    bool ok = vr_vm_ioctl(&guest->vm, guest->vm.fd, KVM_IRQ_LINE, &line,
                          "KVM_IRQ_LINE");

    line.level = 0;
    return ok && vr_vm_ioctl(&guest->vm, guest->vm.fd, KVM_IRQ_LINE, &line,
                             "KVM_IRQ_LINE");
}

static uint32_t eois(const VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    return atomic_load(&guest->ioapic_eois[vcpu][vector]);
}

/* Out of the handler: the routes change while the interrupt is in service. */
static void on_vector(VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    Pins *pins = guest->opaque;

    vr_guest_policy(guest, vcpu, vector, 0);
    pins->vcpu = 1;
    route(guest, pins);
}

static bool wait_received(VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    return vr_guest_wait_received(guest, vcpu, vector, 1, guest->patience);
}

/* One pin: its handler comes out. */
static bool fly_one(VrGuest *guest)
{
    vr_guest_policy(guest, 0, VECTOR_A, VR_VECTOR_CALL);
    return raise(guest, PIN_A) && wait_received(guest, 0, VECTOR_A);
}

/*
 * Others of B's vector, from without. One that is pending when the last one is
 * EOIed could be the pin's, as far as KVM knows: each is sent when A's handler,
 * which B's interrupts, was seen to go on.
 */
static bool signal_b(VrGuest *guest)
{
    const struct kvm_msi msi = vr_guest_msi(0, VECTOR_B);
    bool ok = vr_guest_wait_progress(guest, 0);

    for (unsigned i = 0; ok && i < MEANWHILE; i++) {
        uint32_t received = vr_guest_received(guest, 0, VECTOR_B);

        ok = vr_guest_signal_msi(guest, &msi) &&
             vr_guest_wait_received(guest, 0, VECTOR_B, received + 1,
                                    guest->patience) &&
             vr_guest_wait_progress(guest, 0);
    }
    return ok;
}

/* A's handler waits, B's interrupts it and comes out. */
static bool fly_nested(VrGuest *guest)
{
    bool ok;

    vr_guest_policy(guest, 0, VECTOR_A, VR_VECTOR_WAIT | VR_VECTOR_NEST);
    vr_guest_policy(guest, 0, VECTOR_B, VR_VECTOR_CALL);
    ok = raise(guest, PIN_A) && wait_received(guest, 0, VECTOR_A) &&
         raise(guest, PIN_B) && wait_received(guest, 0, VECTOR_B) &&
         signal_b(guest);
    vr_guest_policy(guest, 0, VECTOR_A, 0);
    return ok;
}

/* A's handler waits with interrupts disabled until the routes have changed. */
static bool fly_pending(VrGuest *guest)
{
    Pins *pins = guest->opaque;
    bool ok;

    vr_guest_policy(guest, 0, VECTOR_A, VR_VECTOR_WAIT);
    ok = raise(guest, PIN_A) && wait_received(guest, 0, VECTOR_A) &&
         raise(guest, PIN_B);
    pins->vcpu = 1;
    ok = ok && route(guest, pins);
    vr_guest_policy(guest, 0, VECTOR_A, 0);
    return ok && wait_received(guest, 0, VECTOR_B);
}

static void fact(const VrGuest *guest, const Part *part, const char *what,
                 uint8_t vector, uint32_t value)
{
    char key[40];

    snprintf(key, sizeof(key), "%s_%s_%c", part->name, what,
             vector == VECTOR_A ? 'a' : 'b');
    vr_fact(guest->ctx, key, value);
}

/* Interrupts of the vector that have nothing to do with the pin. */
static bool send_later(VrGuest *guest, uint8_t vector)
{
    return vr_guest_tell(guest, 0, VR_CMD_SELF_IPI, vector, LATER, VR_SELF_ICR,
                         0) &&
           vr_guest_wait_done(guest, 0, vr_patient(guest->ctx, LATER_LIMIT));
}

/* Of a pin, when all its interrupts are done; one was in flight. */
static void report(const VrGuest *guest, const Part *part, uint8_t vector)
{
    const bool signalled = part->two && !part->pending && vector == VECTOR_B;

    fact(guest, part, "sent", vector, LATER + (signalled ? MEANWHILE : 0));
    fact(guest, part, "received", vector,
         vr_guest_received(guest, 0, vector) - 1);
    fact(guest, part, "eois", vector, eois(guest, 0, vector));
}

/* All handlers are done when a command is. */
static bool fly(VrGuest *guest, const Part *part)
{
    bool ok = part->pending ? fly_pending(guest)
              : part->two   ? fly_nested(guest) : fly_one(guest);

    return ok && vr_guest_order(guest, 0, VR_CMD_NONE, 0, 0, 0, 0);
}

static bool hit_target(VrGuest *guest, const Part *part)
{
    char key[40];
    bool ok = raise(guest, PIN_A) && wait_received(guest, 1, VECTOR_A) &&
              vr_guest_order(guest, 1, VR_CMD_NONE, 0, 0, 0, 0);

    snprintf(key, sizeof(key), "%s_target", part->name);
    vr_fact(guest->ctx, key, eois(guest, 1, VECTOR_A));
    return ok;
}

static bool play_part(VrGuest *guest, const Part *part)
{
    bool ok;

    vr_mark(VR_MARK_ROUND_BEGIN, part->round);
    ok = fly(guest, part) && send_later(guest, VECTOR_A) &&
         (!part->two || send_later(guest, VECTOR_B));
    vr_mark(VR_MARK_ROUND_END, part->round);
    report(guest, part, VECTOR_A);
    if (part->two) {
        report(guest, part, VECTOR_B);
    }
    return ok && hit_target(guest, part);
}

static bool run_part(VrContext *ctx, const Part *part)
{
    Pins pins = { .routes = FEW, .two = part->two };
    const VrGuestConfig config = {
        .vcpus = 2, .x2apic = part->x2apic, .split_irqchip = true,
        .on_vector = on_vector, .opaque = &pins,
    };
    VrGuest guest;
    bool ok = vr_guest_create(&guest, ctx, &config) && route(&guest, &pins) &&
              vr_guest_start(&guest) && play_part(&guest, part);

    return vr_guest_destroy(&guest) && ok;
}

/*
 * Interrupts of A's vector that the vCPU sends itself: as A's route goes there,
 * the EOI of each comes out. Meanwhile this thread keeps out of the way.
 */
static bool measure(VrGuest *guest, unsigned routes, const char *key)
{
    const struct timespec step = { .tv_nsec = LATER_LIMIT / 50 };
    const Pins pins = { .routes = routes };
    bool ok = route(guest, &pins) &&
              vr_guest_tell(guest, 0, VR_CMD_SELF_IPI, VECTOR_A, MEASURED,
                            VR_SELF_ICR, 0);

    nanosleep(&step, NULL);
    ok = ok &&
         vr_guest_wait_done(guest, 0, vr_patient(guest->ctx, LATER_LIMIT));
    vr_fact(guest->ctx, key, ok ? guest->vcpu[0]->ticks_least : 0);
    return ok;
}

static bool run_measured(VrContext *ctx)
{
    const VrGuestConfig config = {
        .vcpus = 1, .x2apic = true, .split_irqchip = true, .pins = PINS,
    };
    VrGuest guest;
    bool ok = vr_guest_create(&guest, ctx, &config) && vr_guest_start(&guest);

    ok = ok && measure(&guest, FEW, "few_least") &&
         measure(&guest, MANY, "many_least");
    vr_fact(ctx, "measured", eois(&guest, 0, VECTOR_A));
    return vr_guest_destroy(&guest) && ok;
}

static void end(VrContext *ctx, bool ok)
{
    if (ctx->outcome != VR_OUTCOME_SKIP) {
        vr_fact(ctx, "timeout", !ok);
    }
}

void vr_scenario_IOAPIC_STALE_EOI(VrContext *ctx)
{
    static const Part parts[] = {
        { "x2apic", 1, true, false, false },
        { "xapic", 2, false, false, false },
    };

    vr_guest_host_facts(ctx);
    end(ctx, run_part(ctx, &parts[0]) && run_part(ctx, &parts[1]) &&
             run_measured(ctx));
}

void vr_scenario_IOAPIC_STALE_TWO(VrContext *ctx)
{
    static const Part parts[] = {
        { "nested", 1, true, true, false },
        { "pending", 2, true, true, true },
    };

    vr_guest_host_facts(ctx);
    end(ctx, run_part(ctx, &parts[0]) && run_part(ctx, &parts[1]));
}
