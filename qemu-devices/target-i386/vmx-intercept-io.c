/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM exits of IN, OUT, INS and OUTS (SDM 3C, 26.1.3).
 *
 * Called after the I/O-permission bits of the TSS were checked, whose #GP has
 * priority, and before memory is accessed.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/helper-proto.h"
#include "exec/exec-all.h"

/* Exit qualification of I/O instructions (28.2.1): bits 2:0, size - 1 */
#define IO_SIZE_MASK 7u

static bool bitmap_bit(CPUX86State *env, uint32_t port)
{
    hwaddr pa = vmcs_read(env, port & 0x8000 ? VMCS_IO_BITMAP_B
                                             : VMCS_IO_BITMAP_A);

    port &= 0x7fff;
    return vmx_phys_read8(env, pa + port / 8) & (1u << (port % 8));
}

/* An access that wraps around the port space exits always. */
static bool bitmaps_exit(CPUX86State *env, uint32_t port, uint32_t size)
{
    uint32_t i;

    if (port + size > 0x10000) {
        return true;
    }
    for (i = 0; i < size; i++) {
        if (bitmap_bit(env, port + i)) {
            return true;
        }
    }
    return false;
}

static bool io_exits(CPUX86State *env, uint32_t port, uint32_t size)
{
    uint32_t proc = env->vmx->proc;

    if (proc & VMX_CPU_BASED_USE_IO_BITMAPS) {
        return bitmaps_exit(env, port, size);
    }
    return proc & VMX_CPU_BASED_UNCOND_IO_EXITING;
}

/* linear: of the memory operand of INS and OUTS, else 0 */
void helper_vmx_io(CPUX86State *env, uint32_t port, uint32_t qualification,
                   uint32_t len, uint32_t info, target_ulong linear)
{
    if (io_exits(env, port, (qualification & IO_SIZE_MASK) + 1)) {
        vmx_exit(env, &(VMXExit){
                     .reason = VMX_EXIT_IO_INSTRUCTION,
                     .qualification = qualification | port << 16,
                     .insn_len = len,
                     .insn_info = info,
                     .guest_linear = linear,
                 }, 0);
    }
}
