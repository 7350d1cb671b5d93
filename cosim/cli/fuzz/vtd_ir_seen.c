/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the effects tell the generator of vtd-ir, and what they count for. */
#include "vtd_ir.h"

#include <string.h>

/* --- the cache, as far as its use shows --- */

/* Whether it may have let the queue go on, or latched another table. */
static bool may_invalidate(const VrEvent *stim)
{
    switch (stim->kind) {
    case VR_STIM_RESET:
        return true;
    case VR_STIM_MSG:
        return stim->id == VR_VTD_DMA_DESC_DONE;
    case VR_STIM_WRITE:
        return stim->addr < VR_VTD_FECTL_REG ||
               (stim->addr >= VR_VTD_IQT_REG && stim->addr < VR_VTD_ICS_REG);
    default:
        return false;
    }
}

/* A remappable request without SHV: the index is in its address. */
void vtd_note_stimulus(VtdState *s, const VrEvent *stim)
{
    uint64_t addr = stim->addr;

    s->lost_cas = 0;
    s->fetched_now = false;
    s->request = stim->kind == VR_STIM_MSG && stim->id == VR_VTD_REQUEST &&
                 s->immediate && addr >> 20 == 0xfee && (addr & 0x18) == 0x10;
    s->index = (addr >> 5 & 0x7fff) | (addr >> 2 & 1) << 15;
    s->request &= s->index < VTD_TABLE_ENTRIES;
    if (may_invalidate(stim)) {
        s->epoch++;
    }
}

static void count_fetch(VtdState *s, const VrEvent *e)
{
    VtdFetched *f;

    if (!s->request || e->size != 16 ||
        e->addr != s->table + 16ull * s->index) {
        return;
    }
    f = &s->fetched[s->index];
    s->fetched_now = true;
    s->seen[SEEN_CACHE_REFETCH] += s->cache && f->epoch == s->epoch;
    f->w[0] = e->data[0];
    f->w[1] = e->data[1];
    f->epoch = 0; /* until it is known to be good */
}

/* What was accepted without a read came from the cache. */
static void count_hit(VtdState *s)
{
    VtdFetched *f = &s->fetched[s->index];
    uint64_t at = s->table + 16ull * s->index;

    if (!s->request) {
        return;
    }
    if (s->fetched_now) {
        f->epoch = s->epoch;
        return;
    }
    s->seen[SEEN_CACHE_HIT]++;
    s->seen[SEEN_CACHE_STALE] +=
        vr_fuzz_memory_word(&s->memory, at) != f->w[0] ||
        vr_fuzz_memory_word(&s->memory, at + 8) != f->w[1];
}

/* --- memory --- */

static void cas(VtdState *s, const VrEvent *e)
{
    bool lost = e->old[0] != e->data[0];

    s->last_pid = e->addr & ~63ull;
    if (e->attr & VR_ATTR_FAULT) {
        s->seen[SEEN_CAS_REFUSED]++;
        return;
    }
    s->lost_cas = lost ? s->lost_cas + 1 : 0;
    s->seen[SEEN_CAS_GIVEN_UP] += s->lost_cas == s->cas_tries;
    if ((e->addr & 63) == 32) {
        s->seen[SEEN_CONTROL_RACE] += lost;
        s->seen[SEEN_POSTED_QUIET] += !lost && e->data2[0] == e->data[0];
    } else {
        s->seen[SEEN_PIR_RACE] += lost;
        count_hit(s);
    }
}

/* --- registers, as they are read --- */

static void count_record(VtdState *s, uint64_t high)
{
    unsigned reason = high >> 32 & 0xff;

    if (high >> 63 && reason >= VR_VTD_FR_IR_REQ_RSVD &&
        reason <= VR_VTD_FR_IR_PID_RSVD) {
        s->seen[SEEN_FR_20 + reason - VR_VTD_FR_IR_REQ_RSVD]++;
    }
}

static void data(VtdState *s, const VrEvent *e)
{
    uint64_t value = e->data[0];

    if (e->addr == VR_VTD_FSTS_REG && e->size == 4) {
        s->seen[SEEN_PFO] += value & 1;
        s->seen[SEEN_PPF] += value >> 1 & 1;
        s->seen[SEEN_IQE] += value >> 4 & 1;
        s->seen[SEEN_ICE] += value >> 5 & 1;
        s->seen[SEEN_ITE] += value >> 6 & 1;
    } else if (e->addr == VR_VTD_IQERCD_REG && e->size == 8) {
        s->seen[SEEN_IQEI_0 + (value & 15)]++;
    } else if (e->addr == VR_VTD_IQH_REG && e->size == 8) {
        s->head = value;
    } else if (e->addr >= VR_VTD_FRCD_REG && e->addr % 16 == 8 &&
               e->addr < VR_VTD_FRCD_REG + 0x80 && e->size == 8) {
        count_record(s, value);
    }
}

static void message(VtdState *s, const VrEvent *e)
{
    switch (e->id) {
    case VR_VTD_REMAPPED:
        count_hit(s);
        break;
    case VR_VTD_NOTIFY:
        s->notified = true;
        break;
    case VR_VTD_DMA_DESC:
        s->dma_waits = true;
        s->seen[SEEN_DESC_0 + (e->addr & 15)]++;
        break;
    default:
        break;
    }
}

void vtd_effect(void *opaque, const VrEvent *e)
{
    VtdState *s = opaque;

    switch (e->kind) {
    case VR_EFF_DATA:
        data(s, e);
        break;
    case VR_EFF_MSG:
        message(s, e);
        break;
    case VR_EFF_WIRE:
        s->due = e->data[0];
        break;
    case VR_EFF_MEM_READ:
        s->seen[SEEN_READ_REFUSED] += !!(e->attr & VR_ATTR_FAULT);
        count_fetch(s, e);
        break;
    case VR_EFF_MEM_WRITE:
        s->seen[SEEN_WRITE_REFUSED] += !!(e->attr & VR_ATTR_FAULT);
        break;
    case VR_EFF_MEM_CAS:
        cas(s, e);
        break;
    default:
        break;
    }
}

#define SEEN(name, index) { name, VR_FUZZ_SEEN, index, true }

const VrFuzzGoal vtd_goals[VTD_GOAL_COUNT] = {
    { "reset", VR_STIM_RESET, -1, true },
    { "read", VR_STIM_READ, -1, true },
    { "write", VR_STIM_WRITE, -1, true },
    { "time", VR_STIM_TIME, -1, true },
    { "wire", VR_STIM_WIRE, -1, true },
    { "REQUEST", VR_STIM_MSG, VR_VTD_REQUEST, true },
    { "DMA_DESC_DONE", VR_STIM_MSG, VR_VTD_DMA_DESC_DONE, true },
    { "DMA_FAULT", VR_STIM_MSG, VR_VTD_DMA_FAULT, true },
    { "CPU stores", VR_FUZZ_CPU, VR_FUZZ_STORE, true },
    { "CPU updates", VR_FUZZ_CPU, VR_FUZZ_UPDATE, true },
    { "CPU races", VR_FUZZ_CPU, VR_FUZZ_RACE, true },
    { "data", VR_EFF_DATA, -1, true },
    { "PASS", VR_EFF_MSG, VR_VTD_PASS, true },
    { "REMAPPED", VR_EFF_MSG, VR_VTD_REMAPPED, true },
    { "NOTIFY", VR_EFF_MSG, VR_VTD_NOTIFY, true },
    { "FAULT_EVENT", VR_EFF_MSG, VR_VTD_FAULT_EVENT, true },
    { "COMPLETION_EVENT", VR_EFF_MSG, VR_VTD_COMPLETION_EVENT, true },
    { "DMA_DESC_HIGH", VR_EFF_MSG, VR_VTD_DMA_DESC_HIGH, true },
    { "DMA_DESC", VR_EFF_MSG, VR_VTD_DMA_DESC, true },
    { "TIMER", VR_EFF_WIRE, VR_VTD_WIRE_TIMER, true },
    { "MEM_READ", VR_EFF_MEM_READ, -1, true },
    { "MEM_WRITE", VR_EFF_MEM_WRITE, -1, true },
    { "MEM_CAS", VR_EFF_MEM_CAS, -1, true },
    SEEN("fault 20h", SEEN_FR_20),
    SEEN("fault 21h", SEEN_FR_20 + 1),
    SEEN("fault 22h", SEEN_FR_20 + 2),
    SEEN("fault 23h", SEEN_FR_20 + 3),
    SEEN("fault 24h", SEEN_FR_20 + 4),
    SEEN("fault 25h", SEEN_FR_20 + 5),
    SEEN("fault 26h", SEEN_FR_20 + 6),
    SEEN("fault 27h", SEEN_FR_20 + 7),
    SEEN("fault 28h", SEEN_FR_28),
    SEEN("IQEI 1", SEEN_IQEI_0 + VR_VTD_IQEI_TAIL),
    SEEN("IQEI 2", SEEN_IQEI_0 + VR_VTD_IQEI_FETCH),
    SEEN("IQEI 3", SEEN_IQEI_0 + VR_VTD_IQEI_TYPE),
    SEEN("IQEI 4", SEEN_IQEI_0 + VR_VTD_IQEI_RESERVED),
    SEEN("IQEI 6", SEEN_IQEI_0 + VR_VTD_IQEI_TAIL_ALIGN),
    SEEN("PFO", SEEN_PFO),
    SEEN("PPF", SEEN_PPF),
    SEEN("IQE", SEEN_IQE),
    SEEN("ICE", SEEN_ICE),
    SEEN("ITE", SEEN_ITE),
    SEEN("descriptor type 1", SEEN_DESC_0 + 1),
    SEEN("descriptor type 2", SEEN_DESC_0 + 2),
    SEEN("descriptor type 3", SEEN_DESC_0 + 3),
    SEEN("descriptor type 6", SEEN_DESC_0 + 6),
    SEEN("descriptor type 7", SEEN_DESC_0 + 7),
    SEEN("descriptor type 8", SEEN_DESC_0 + 8),
    SEEN("read refused", SEEN_READ_REFUSED),
    SEEN("write refused", SEEN_WRITE_REFUSED),
    SEEN("CAS refused", SEEN_CAS_REFUSED),
    SEEN("PIR changed by a CPU", SEEN_PIR_RACE),
    SEEN("ON, SN, NV, NDST changed by a CPU", SEEN_CONTROL_RACE),
    SEEN("CAS given up", SEEN_CAS_GIVEN_UP),
    SEEN("posted without notification", SEEN_POSTED_QUIET),
    SEEN("cache hit", SEEN_CACHE_HIT),
    SEEN("cache hit, entry changed in memory", SEEN_CACHE_STALE),
    SEEN("cache entry replaced", SEEN_CACHE_REFETCH),
};

G_STATIC_ASSERT(VTD_GOAL_COUNT <= VR_FUZZ_GOALS_MAX);
