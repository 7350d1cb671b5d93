/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace points of VMX (kinds VMX_* of cosim/trace/trace_schema.def). One
 * predictable test each while no trace is open.
 */
#ifndef TARGET_I386_VMX_TRACE_H
#define TARGET_I386_VMX_TRACE_H

#include "vmx-internal.h"
#include "virelay-include/trace/trace.h"

/* A posted-interrupt descriptor as it was processed */
typedef struct VMXPostedTrace {
    uint64_t descriptor;     /* physical address */
    uint64_t before, after;  /* control word, bits 319:256 */
    uint64_t pir[4];         /* what was taken */
    uint8_t nv;
} VMXPostedTrace;

/* A VM entry with ON set and SN clear, and no notification */
typedef struct VMXPostedLost {
    unsigned cpu;
    uint64_t control, descriptor, rip, vmcs;
    uint8_t nv;
} VMXPostedLost;

void vmx_emit_entry(CPUX86State *env);
void vmx_emit_exit(CPUX86State *env, const VMXExit *exit);
void vmx_emit_entry_failed(CPUX86State *env, uint32_t reason,
                           uint64_t qualification);
void vmx_emit_inject(CPUX86State *env, uint32_t info, uint32_t error_code);
void vmx_emit_virq(CPUX86State *env, uint8_t vector);
void vmx_emit_veoi(CPUX86State *env, uint8_t vector, bool exits);
void vmx_emit_posted(CPUX86State *env, const VMXPostedTrace *t);
void vmx_emit_pid(CPUX86State *env, uint64_t descriptor, uint64_t control);
void vmx_emit_pid_pir(CPUX86State *env, const uint64_t *pir);
void vmx_emit_virr(CPUX86State *env, const uint64_t *virr);
void vmx_emit_posted_lost(const VMXPostedLost *lost);

#define VMX_TRACE(point, ...)                   \
    do {                                        \
        if (unlikely(vr_trace_on)) {            \
            vmx_emit_##point(__VA_ARGS__);      \
        }                                       \
    } while (0)

#endif
