/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's CPU offers to its KVM, by CPUID. */
#ifndef VR_AGENT_X86_CPU_H
#define VR_AGENT_X86_CPU_H

#include <cpuid.h>
#include <stdbool.h>

/* SDM 2A, "CPUID": 1.ECX.VMX */
static inline bool vr_cpu_has_vmx(void)
{
    unsigned eax, ebx, ecx, edx;

    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & 1u << 5);
}

/* APM 3, appendix E: 8000_0001.ECX.SVM */
static inline bool vr_cpu_has_svm(void)
{
    unsigned eax, ebx, ecx, edx;

    return __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) && (ecx & 1u << 2);
}

#endif
