/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interrupt remapping table and its entries (VT-d 9.9, 9.10) */
#include "vtd.h"

Irte vtd_table[TABLE_MOST] FW_ALIGNED(4096);

bool vtd_set_table(uint64_t address, unsigned size, bool eime)
{
    bool ok = vtd_command(G_IR, false);

    vtd_write64(VTD_IRTA, address | (eime ? IRTA_EIME : 0) | size);
    ok = ok && vtd_set(G_IRTP);
    iec_invalidate_all();
    vtd.eime = eime;
    return ok && vtd_command(G_IR, true);
}

uint64_t irte_dst(uint32_t id)
{
    return (uint64_t)(vtd.eime ? id : id << 8) << 32;
}

Irte irte_remapped(int cpu, int vector)
{
    return (Irte) {
        .lo = IRTE_P | IRTE_V(vector) | irte_dst(x86_cpu_apic_id(cpu)),
    };
}

void irte_write(unsigned index, Irte e)
{
    uint64_t old[2] = { vtd_table[index].lo, vtd_table[index].hi };
    const uint64_t new[2] = { e.lo, e.hi };

    while (!cmpxchg16b(&vtd_table[index], old, new)) {
        cpu_relax();
    }
}

void irte_set(unsigned index, Irte e)
{
    irte_write(index, e);
    iec_invalidate(index, 0);
}
