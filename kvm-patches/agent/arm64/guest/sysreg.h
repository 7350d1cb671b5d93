/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GIC CPU interface's registers as the guest uses them (IHI 0069). */
#ifndef VR_GUEST_SYSREG_H
#define VR_GUEST_SYSREG_H

#include <stdint.h>

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

#define ICC_CTLR_EOIMODE (1 << 1)
#define INTID_SPECIAL 1020 /* the first of the special INTIDs */

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

#define read_sysreg(reg) \
    ({ \
        uint64_t value_; \
        __asm__ volatile("mrs %0, " STRINGIFY(reg) : "=r"(value_)::"memory"); \
        value_; \
    })

#define write_sysreg(reg, value) \
    __asm__ volatile("msr " STRINGIFY(reg) ", %0\n\tisb" \
                     : : "r"((uint64_t)(value)) : "memory")

static inline void irq_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

static inline void irq_mask(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

/*
 * Waits for an instant, without an exit. QEMU's TCG, where it executes all
 * CPUs in one thread, goes on with the next CPU at YIELD: once in a while this
 * lets the others on, but each time would make virtual time stand almost
 * still.
 */
static inline void relax(void)
{
    for (int i = 0; i < 100; i++) {
        __asm__ volatile("nop" ::: "memory");
    }
    __asm__ volatile("yield" ::: "memory");
}

static inline void wfi(void)
{
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

#endif
