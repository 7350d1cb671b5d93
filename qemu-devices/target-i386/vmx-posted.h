/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posted-interrupt descriptor (SDM 3C, 30.6): 64 bytes in guest RAM, as eight
 * words of 64 bits, little-endian. Words 0 to 3 are the posted-interrupt
 * requests (PIR), a bit for each vector.
 */
#ifndef TARGET_I386_VMX_POSTED_H
#define TARGET_I386_VMX_POSTED_H

#include "cpu.h"

#define PID_SIZE    64
#define PID_CONTROL 4            /* word: ON, SN, NV and NDST */
#define PID_ON      (1ull << 0)  /* outstanding notification */
#define PID_SN      (1ull << 1)  /* suppress notification */
#define PID_NV(control)   ((uint8_t)((control) >> 16))
#define PID_NDST(control) ((uint32_t)((control) >> 32))

/* NULL: not RAM. Give it back with pid_unmap(). */
uint64_t *pid_map(CPUX86State *env, hwaddr pa);
void pid_unmap(CPUX86State *env, uint64_t *pid, bool written);
uint64_t pid_control(const uint64_t *pid);

/* vmx-posted-watch.c: at VM entry under posted-interrupt processing, while a
 * trace is open */
void vmx_posted_watch_entry(CPUX86State *env);
/* vmx-posted-show.c: the same */
void vmx_posted_show_entry(CPUX86State *env);

#endif
