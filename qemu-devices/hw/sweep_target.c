/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep reads from the registers of a CPU. */
#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/cpu-common.h"
#include "hw/virelay/sweep.h"

#ifdef TARGET_I386

uint64_t virelay_sweep_stack(CPUState *cpu)
{
    return cpu_env(cpu)->regs[R_ESP];
}

/* System V ABI, AMD64: the return address is on top of the stack. */
bool virelay_sweep_caller(CPUState *cpu, uint64_t *ret, uint64_t *sp)
{
    uint64_t top = virelay_sweep_stack(cpu);

    *sp = top + 8;
    return cpu_memory_rw_debug(cpu, top, ret, sizeof(*ret), false) == 0;
}

#else

uint64_t virelay_sweep_stack(CPUState *cpu)
{
    return cpu_env(cpu)->xregs[31];
}

/* Procedure Call Standard for the Arm 64-bit Architecture: X30 */
bool virelay_sweep_caller(CPUState *cpu, uint64_t *ret, uint64_t *sp)
{
    *ret = cpu_env(cpu)->xregs[30];
    *sp = virelay_sweep_stack(cpu);
    return true;
}

#endif
