/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Task switches are not allowed in non-root operation: VM exit (SDM 3C,
 * 26.4.2, "Treatment of Task Switches"; qualification: 28.2.1).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/exec-all.h"

/* What seg_helper.c calls the sources of a task switch */
enum { FROM_JMP, FROM_IRET, FROM_CALL };

/* Bits 31:30 of the exit qualification */
enum { SOURCE_CALL, SOURCE_IRET, SOURCE_JMP, SOURCE_IDT_GATE };

static uint64_t source_of(const VMXState *vmx, int source)
{
    static const uint8_t instruction[] = {
        [FROM_JMP] = SOURCE_JMP,
        [FROM_IRET] = SOURCE_IRET,
        [FROM_CALL] = SOURCE_CALL,
    };

    return vmx->vectoring_info & VMX_INTR_VALID
        ? SOURCE_IDT_GATE : instruction[source];
}

void vmx_intercept_task_switch(CPUX86State *env, int selector, int source,
                               uint32_t next_eip, uintptr_t ra)
{
    VMXState *vmx = env->vmx;
    VMXExit exit = {
        .reason = VMX_EXIT_TASK_SWITCH,
        .qualification = (selector & 0xffff)
            | source_of(vmx, source) << 30,
    };

    if (ra) {
        cpu_restore_state(env_cpu(env), ra);
    }
    if (!(vmx->vectoring_info & VMX_INTR_VALID)) {
        exit.insn_len = next_eip - (uint32_t)env->eip;
    }
    vmx_exit(env, &exit, 0);
}
