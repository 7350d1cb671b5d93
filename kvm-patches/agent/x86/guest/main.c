/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's main loop: commands of the agent, else idle. */
#include "guest.h"

void vr_guest_main(VrGuestVcpu *me);

/* The page of a vCPU; all have the same size. */
static const VrGuestVcpu *page_of(uint32_t vcpu)
{
    return (const VrGuestVcpu *)(uintptr_t)
           (VR_GUEST_SHARED_BASE + vcpu * VR_GUEST_SHARED_SIZE);
}

static void await(VrGuestVcpu *me, const uint32_t *count, uint32_t before)
{
    for (unsigned i = 0; load(count) == before; i++) {
        if (i == me->patience) {
            store(&me->missing, me->missing + 1);
            return;
        }
        relax();
    }
}

static void clear_ticks(VrGuestVcpu *me)
{
    me->ticks_least = UINT64_MAX;
    me->ticks_all = 0;
}

static void add_ticks(VrGuestVcpu *me, uint64_t ticks)
{
    me->ticks_all += ticks;
    if (ticks < me->ticks_least) {
        me->ticks_least = ticks;
    }
}

static void self_ipi(VrGuestVcpu *me, uint8_t vector, uint64_t how)
{
    switch (how) {
    case VR_SELF_ICR:
        apic_write_icr(me, ICR_SELF | ICR_ASSERT | vector);
        break;
    case VR_SELF_ICR_ID:
        apic_write_icr(me, icr_to(me, vector, me->index));
        break;
    case VR_SELF_MSR:
        apic_write(me, APIC_SELF_IPI, vector);
        break;
    }
}

static void self_ipis(VrGuestVcpu *me, uint8_t vector, uint64_t count,
                      uint64_t how)
{
    clear_ticks(me);
    while (count--) {
        uint32_t before = load(&me->received[vector]);
        uint64_t begin = rdtsc();

        self_ipi(me, vector, how);
        await(me, &me->received[vector], before);
        add_ticks(me, rdtsc() - begin);
        store(&me->sent, me->sent + 1);
    }
}

static void ipis(VrGuestVcpu *me, uint8_t vector, uint32_t apic_id,
                 uint64_t count, uint32_t awaited)
{
    const uint32_t *received =
        &page_of(awaited ? awaited - 1 : me->index)->received[vector];

    while (count--) {
        uint32_t before = load(received);

        apic_write_icr(me, icr_to(me, vector, apic_id));
        if (awaited) {
            await(me, received, before);
        }
        store(&me->sent, me->sent + 1);
    }
}

static void icrs(VrGuestVcpu *me, uint64_t value, uint64_t count)
{
    clear_ticks(me);
    while (count--) {
        uint64_t begin = rdtsc();

        apic_write_icr(me, value);
        add_ticks(me, rdtsc() - begin);
    }
}

static void eois(VrGuestVcpu *me, uint64_t count)
{
    clear_ticks(me);
    while (count--) {
        uint64_t begin = rdtsc();

        apic_write(me, APIC_EOI, 0);
        add_ticks(me, rdtsc() - begin);
    }
}

static void nops(VrGuestVcpu *me, uint64_t count)
{
    clear_ticks(me);
    while (count--) {
        uint64_t begin = rdtsc();

        __asm__ volatile(".rept 100\n\tnop\n\t.endr");
        add_ticks(me, rdtsc() - begin);
    }
}

static void execute(VrGuestVcpu *me)
{
    const uint64_t *arg = me->arg;

    switch (me->command) {
    case VR_CMD_SELF_IPI:
        self_ipis(me, arg[0], arg[1], arg[2]);
        break;
    case VR_CMD_IPI:
        ipis(me, arg[0], arg[1], arg[2], arg[3]);
        break;
    case VR_CMD_EOI:
        eois(me, arg[0]);
        break;
    case VR_CMD_ICR:
        icrs(me, arg[0], arg[1]);
        break;
    case VR_CMD_NOPS:
        nops(me, arg[0]);
        break;
    case VR_CMD_DONE:
        out(VR_GUEST_PORT_DONE, arg[0]);
        break;
    }
}

/* A request that comes before HLT has begun ends it, by its interrupt. */
static void halt(const VrGuestVcpu *me)
{
    irq_disable();
    if (load(&me->request) == me->completed &&
        load(&me->idle) == VR_IDLE_HLT) {
        irq_enable_and_halt();
    } else {
        irq_enable();
    }
}

static bool has_all(const VrGuestVcpu *me)
{
    return load(&me->total) == (uint32_t)(load(&me->due[0]) + load(&me->due[1]));
}

/* Whether it spins long has to be up to the interrupts alone: others get on
 * by now and then. */
static void sweep(VrGuestVcpu *me, bool halts)
{
    uint64_t i = 0;

    out(VR_GUEST_PORT_CALL, me->progress);
    if (halts) {
        irq_disable();
        if (has_all(me)) {
            irq_enable_and_halt();
        } else {
            irq_enable();
        }
    }
    for (; i < me->sweep_least || (i < me->sweep_turns && !has_all(me)); i++) {
        if (i % 64 == 63) {
            relax();
        }
    }
    /* What comes while it is compared would look as if it had not come. */
    if (i == me->sweep_turns && !has_all(me)) {
        store(&me->overdue, me->overdue + 1);
    }
}

static void idle(VrGuestVcpu *me)
{
    uint32_t how = load(&me->idle);

    if (how == VR_IDLE_HOLD) {
        irq_disable();
    } else {
        irq_enable();
    }
    store(&me->progress, me->progress + 1);
    store(&me->idling, how + 1);
    switch (how) {
    case VR_IDLE_SPIN:
    case VR_IDLE_HOLD:
        relax();
        break;
    case VR_IDLE_HLT:
        halt(me);
        break;
    case VR_IDLE_CALL:
        out(VR_GUEST_PORT_CALL, me->progress);
        break;
    case VR_IDLE_SWEEP:
    case VR_IDLE_SWEEP_HLT:
        sweep(me, how == VR_IDLE_SWEEP_HLT);
        break;
    }
}

void vr_guest_main(VrGuestVcpu *me)
{
    apic_init(me);
    irq_enable();
    store(&me->online, 1);

    for (;;) {
        uint32_t request = load(&me->request);

        if (request != me->completed) {
            execute(me);
            store(&me->completed, request);
        } else {
            idle(me);
        }
    }
}
