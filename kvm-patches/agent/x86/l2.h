/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What L1's agent and the same program as init of L2 agree on: the word
 * vr.l2=CPUS,xapic or vr.l2=CPUS,x2apic of L2's command line says what L2 has
 * to find, and the status that L2 writes to VR_PC_END whether it did.
 */
#ifndef VR_AGENT_X86_L2_H
#define VR_AGENT_X86_L2_H

enum {
    VR_L2_RIGHT = 0x10, /* no value that a stray write would leave */
    VR_L2_BAD_WORD,     /* its command line was not understood */
    VR_L2_BAD_CPUS,     /* another number of CPUs */
    VR_L2_BAD_APIC,     /* a CPU's APIC is in another mode */
    VR_L2_BAD_TIMER,    /* a CPU's timer did not wake it, or far too late */
    VR_L2_BAD_IPI,      /* the CPUs could not interrupt each other */
};

#endif
