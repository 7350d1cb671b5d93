/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cases of APIC virtualization share: the virtual-APIC page, an
 * APIC-access page in RAM, a posted-interrupt descriptor, and guests that
 * access them.
 */
#ifndef SUITE_VMX_APICV_H
#define SUITE_VMX_APICV_H

#include "event.h"
#include "intercept.h"

/* Registers by offset on the virtual-APIC page (30.1.1) */
#define APIC_ID     0x020
#define APIC_TPR    0x080
#define APIC_PPR    0x0a0
#define APIC_EOI    0x0b0
#define APIC_SVR    0x0f0
#define APIC_ISR    0x100
#define APIC_IRR    0x200
#define APIC_ICR    0x300
#define APIC_ICR_HI 0x310
#define APIC_TIMER_INITIAL 0x380
#define APIC_SELF_IPI 0x3f0
#define ICR_SELF    (1u << 18)

/* Access types in the exit qualification of APIC-access VM exits (28.2.1) */
enum {
    ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_FETCH = 2, ACCESS_DELIVERY = 3,
    ACCESS_PHYSICAL_DELIVERY = 10, ACCESS_PHYSICAL = 15,
};

/* Pages: virtual-APIC page, APIC-access page, MSR bitmap, descriptor. The last
 * is at the start of a page, though 64 bytes are enough of an alignment. */
volatile uint32_t *apicv_register(unsigned offset);
uint64_t apicv_access_page(void);
uint8_t *apicv_msr_bitmap(void);
volatile uint64_t *apicv_descriptor(void);
#define PID_ON (1ull << 0)
#define PID_SN (1ull << 1)
#define PID_CONTROL 4 /* word of the descriptor with ON, SN, NV, NDST */
#define NOTIFICATION 0xf2

/*
 * Put features into the current VMCS; false if they are not offered.
 * apicv_delivery() also virtualizes x2APIC mode, or with `page` APIC accesses,
 * so that the guest has an EOI. apicv_posted() is apicv_delivery() and
 * posted-interrupt processing.
 */
bool apicv_tpr_shadow(void);
bool apicv_access(void);
bool apicv_x2apic(void);
bool apicv_delivery(bool page);
bool apicv_posted(void);
#define APICV_NEED(feature)                                               \
    do {                                                                  \
        if (!(feature)) {                                                 \
            FW_SKIP(#feature " is not offered");                          \
        }                                                                 \
    } while (0)

/* Vectors of APIC_ISR and APIC_IRR */
void apicv_set(unsigned base, int vector);
bool apicv_is_set(unsigned base, int vector);
/* How many are set */
int apicv_count(unsigned base);
/* A virtual interrupt is requested: VIRR, and RVI if it is the highest */
void apicv_request(int vector);
/* An interrupt is in service: VISR, and SVI if it is the highest */
void apicv_in_service(int vector);
uint8_t apicv_rvi(void);
uint8_t apicv_svi(void);

/* An interrupt of this machine waits in the local APIC. */
void apicv_real_interrupt(int vector);
/* On another processor: the notification to the APIC id, after a while */
void apicv_notify_later(void *apic_id);

/* An exit that happens instead of the instruction; one that follows it */
#define EXPECT_FAULT_EXIT(name, reason, qual)                             \
    apicv_expect(__FILE__, __LINE__, guest_##name, guest_##name, reason,  \
                 qual)
#define EXPECT_TRAP_EXIT(name, reason, qual)                              \
    apicv_expect(__FILE__, __LINE__, guest_##name, guest_##name##_end,    \
                 reason, qual)
VmxRun apicv_expect(const char *file, int line, const char *start,
                    const char *rip, uint32_t reason, uint64_t qualification);
/* An access at an offset of the APIC-access page exits. */
#define EXPECT_ACCESS_EXIT(name, type, offset)                            \
    do {                                                                  \
        guest_regs.rdi = apicv_access_page() + (offset);                  \
        EXPECT_FAULT_EXIT(name, EXIT_APIC_ACCESS, (type) << 12 | (offset)); \
    } while (0)
/* An access at an offset of the APIC-access page is virtualized. */
#define EXPECT_VIRTUALIZED(name, offset)                                  \
    do {                                                                  \
        guest_regs.rdi = apicv_access_page() + (offset);                  \
        RUNS(name);                                                       \
    } while (0)

#endif
