/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Posted-interrupt descriptors (VT-d 9.11) */
#include "vtd.h"

Pid pids[PIDS] FW_ALIGNED(64);

uint64_t pid_control(int cpu, int vector)
{
    uint32_t id = x86_cpu_apic_id(cpu);

    return (uint64_t)(vtd.eime ? id : id << 8) << 32
        | (uint64_t)vector << 16;
}

void pid_init(Pid *p, int cpu)
{
    memset((void *)p, 0, sizeof(*p));
    p->control = pid_control(cpu, NOTIFICATION);
}

Irte irte_posted(const Pid *p, int vector)
{
    uint64_t address = (uint64_t)p;

    return (Irte) {
        .lo = IRTE_P | IRTE_POST | IRTE_V(vector)
            | (address & 0xffffffc0) << 32,
        .hi = address & 0xffffffff00000000ull,
    };
}

bool pid_has(const Pid *p, int vector)
{
    return p->pir[vector / 64] >> vector % 64 & 1;
}

void expect_pir(const char *file, int line, const Pid *p, ...)
{
    uint64_t want[4] = { 0 };
    va_list ap;
    int v;

    va_start(ap, p);
    while ((v = va_arg(ap, int)) >= 0) {
        want[v / 64] |= 1ull << v % 64;
    }
    va_end(ap);
    for (int i = 0; i < 4; i++) {
        if (p->pir[i] != want[i]) {
            fw_fail(file, line, "PIR", "bits %d:%d are 0x%lx, expected 0x%lx",
                    64 * i + 63, 64 * i, p->pir[i], want[i]);
        }
    }
}
