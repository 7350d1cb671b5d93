/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's part of STRESS: who deactivates what, and where it goes next. */
#include "guest.h"

#define GICD_IROUTER 0x6000

static uint64_t spi_bit(uint32_t intid)
{
    return UINT64_C(1) << (intid - VR_GUEST_FIRST_SPI);
}

uint32_t guest_random(VrGuestVcpu *me)
{
    uint64_t x = me->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    me->random = x;
    return x >> 32;
}

void guest_note_ack(VrGuestVcpu *me, uint32_t intid)
{
    uint64_t bit = spi_bit(intid);

    if (!(__atomic_fetch_and(&shared->injected, ~bit, __ATOMIC_ACQ_REL) &
          bit)) {
        me->doubled++;
    }
}

void guest_hand_over(VrGuestVcpu *me, uint32_t intid)
{
    uint32_t vcpus = shared->vcpus;
    uint32_t other = (guest_vcpu() + 1 + guest_random(me) % (vcpus - 1)) %
                     vcpus;
    uint64_t bit = spi_bit(intid);

    if (__atomic_fetch_or(&shared->vcpu[other].inbox, bit,
                          __ATOMIC_ACQ_REL) & bit) {
        me->strayed++;
    }
}

/* The distributor is emulated: one plain store, which its exit describes. */
static void route(uint32_t intid, uint32_t vcpu)
{
    uint64_t address = VR_GUEST_GICD_BASE + GICD_IROUTER + 8ul * intid;

    __asm__ volatile("str %0, [%1]" : : "r"((uint64_t)vcpu), "r"(address)
                     : "memory");
}

static void maybe_reroute(VrGuestVcpu *me, uint32_t intid)
{
    uint32_t shift = shared->reroute_shift;
    uint32_t random;

    if (!shift) {
        return;
    }
    random = guest_random(me);
    if (!(random & ((1u << shift) - 1))) {
        route(intid, (random >> shift) % shared->vcpus);
    }
}

bool guest_drain_inbox(VrGuestVcpu *me)
{
    uint64_t bits;

    if (!load(&me->inbox)) {
        return false;
    }
    bits = __atomic_exchange_n(&me->inbox, 0, __ATOMIC_ACQ_REL);
    while (bits) {
        uint32_t intid = VR_GUEST_FIRST_SPI + __builtin_ctzll(bits);

        bits &= bits - 1;
        write_sysreg(ICC_DIR_EL1, intid);
        me->dirs++;
        maybe_reroute(me, intid);
        __atomic_fetch_or(&shared->done, spi_bit(intid), __ATOMIC_ACQ_REL);
    }
    return true;
}
