/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interrupt entry cache ("Caching Translation Information"). */
#include "vtd_ir_state.h"

static VtdSet *set_of(VtdIr *s, uint16_t index)
{
    return &s->d.set[index & (s->sets - 1)];
}

bool vtd_iec_lookup(VtdIr *s, uint16_t index, VtdIrte *irte)
{
    VtdSet *set = set_of(s, index);

    for (unsigned way = 0; way < s->ways; way++) {
        if ((set->valid >> way & 1) && set->index[way] == index) {
            set->used[way] = ++s->d.clock;
            *irte = set->irte[way];
            return true;
        }
    }
    return false;
}

static unsigned victim(const VtdIr *s, VtdSet *set)
{
    unsigned oldest = 0;

    for (unsigned way = 0; way < s->ways; way++) {
        if (!(set->valid >> way & 1)) {
            return way;
        }
        if (set->used[way] < set->used[oldest]) {
            oldest = way;
        }
    }
    if (s->round_robin) {
        oldest = set->next;
        set->next = (set->next + 1) % s->ways;
    }
    return oldest;
}

void vtd_iec_fill(VtdIr *s, uint16_t index, const VtdIrte *irte)
{
    VtdSet *set = set_of(s, index);
    unsigned way;

    if (s->ways == 0) {
        return;
    }
    way = victim(s, set);
    set->valid |= 1u << way;
    set->index[way] = index;
    set->irte[way] = *irte;
    set->used[way] = ++s->d.clock;
}

void vtd_iec_flush(VtdIr *s)
{
    for (unsigned i = 0; i < s->sets; i++) {
        s->d.set[i].valid = 0;
    }
}

void vtd_iec_flush_masked(VtdIr *s, uint16_t index, unsigned im)
{
    for (unsigned i = 0; i < s->sets; i++) {
        VtdSet *set = &s->d.set[i];

        for (unsigned way = 0; way < s->ways; way++) {
            if (((unsigned)set->index[way] ^ index) >> im == 0) {
                set->valid &= ~(1u << way);
            }
        }
    }
}
