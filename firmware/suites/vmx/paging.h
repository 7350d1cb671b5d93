/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the EPT and VPID cases share: a window of two pages with paging
 * structures of its own at each stage, so that a case may spoil any of them.
 *
 *   linear WINDOW_LINEAR + n pages   guest's PML4, PDPT, directory, table
 *   guest-physical WINDOW_GPA + n    EPT's directory and table (with EPT), or
 *                                    the pages themselves (without)
 *   pages window_page(0), (1)        that hold WINDOW_VALUE(n)
 */
#ifndef SUITE_VMX_PAGING_H
#define SUITE_VMX_PAGING_H

#include "vmx.h"

#define WINDOW_LINEAR (1ull << 39)
#define WINDOW_GPA    (5ull << 30)
#define WINDOW_VALUE(n) (0x77777700 + (n))

#define PTE_P  (1ull << 0)
#define PTE_RW (1ull << 1)
#define PTE_US (1ull << 2)
#define PTE_A  (1ull << 5)
#define PTE_D  (1ull << 6)
#define PTE_ALL (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

#define EPT_R (1ull << 0)
#define EPT_W (1ull << 1)
#define EPT_X (1ull << 2)
#define EPT_RWX (EPT_R | EPT_W | EPT_X)
#define EPT_TYPE(n) ((uint64_t)(n) << 3)
#define EPT_WB EPT_TYPE(6)
#define EPT_LARGE (1ull << 7)
#define EPT_A (1ull << 8)
#define EPT_D (1ull << 9)
#define EPTP_AD (1ull << 6)

/* IA32_VMX_EPT_VPID_CAP */
#define CAP_EXECUTE_ONLY (1ull << 0)
#define CAP_2M           (1ull << 16)
#define CAP_1G           (1ull << 17)
#define CAP_INVEPT       (1ull << 20)
#define CAP_AD           (1ull << 21)
#define CAP_INVEPT_SINGLE (1ull << 25)
#define CAP_INVEPT_ALL   (1ull << 26)
#define CAP_INVVPID      (1ull << 32)
#define CAP_INVVPID_TYPE(n) (1ull << (40 + (n)))

/* Exit qualification of an EPT violation; bits that always have a meaning */
#define QUAL_READ   (1u << 0)
#define QUAL_WRITE  (1u << 1)
#define QUAL_FETCH  (1u << 2)
#define QUAL_RIGHTS(rwx) ((uint64_t)(rwx) << 3)
#define QUAL_LINEAR (1u << 7)
#define QUAL_TRANSLATED (1u << 8)
#define QUAL_NMI_UNBLOCKED (1u << 12)
#define QUAL_MASK   0x11bfu
/* An access to the translation of a linear address */
#define QUAL_PAGE   (QUAL_LINEAR | QUAL_TRANSLATED)

/* paging_guest.S */
void guest_read(void);
void guest_write(void);
void guest_add(void);
void guest_jump(void);
void guest_iret(void);
void guest_ud(void);
void guest_invlpg(void);
void guest_reload_cr3(void);
extern const char guest32_read[], guest32_read_end[];
extern const char guest32_load_cr3[], guest32_load_cr3_end[];
extern const char guest32_load_cr4[], guest32_load_cr4_end[];
extern const char guest16_read[], guest16_read_end[];

/* Make the window, without EPT; the guest gets its paging structures. */
void window_setup(void);
/* With EPT; false if it is not offered. */
bool window_setup_ept(void);
uint64_t *window_page(int n);
/* Entries of the guest's paging structures: level 4 (PML4E) to 1 (PTE) */
uint64_t *window_entry(int level, int n);
/* Entries of the EPT: level 4 to 1; level 4 is shared with all below 512 GiB */
uint64_t *window_ept_entry(int level, int n);
/* The EPT entry of the page that holds the guest's structure of a level */
uint64_t *window_ept_of_table(int level);
uint64_t window_guest_physical(const uint64_t *entry);
/* All that the processor may have cached of EPT */
void ept_invalidate(void);

/* Enter fn with RDI, RSI, RDX. */
VmxRun guest_run(void (*fn)(void), uint64_t rdi, uint64_t rsi, uint64_t rdx);
VmxRun window_read(int n);
VmxRun window_write(int n, uint64_t value);
/* Copy code to scratch page 31 and give its address */
uint64_t guest_copy(const char *start, const char *end);

#define EXPECT_READ(n, value)                                             \
    expect_window_read(__FILE__, __LINE__, n, value)
void expect_window_read(const char *file, int line, int n, uint64_t value);
/* An EPT violation: qualification (bits of QUAL_MASK), linear address
 * (compared if the qualification says that it is valid), guest-physical */
#define EXPECT_VIOLATION(run, q, linear, gpa)                             \
    expect_violation(__FILE__, __LINE__, &(run), q, linear, gpa)
void expect_violation(const char *file, int line, const VmxRun *run,
                      uint64_t qualification, uint64_t linear, uint64_t gpa);
#define EXPECT_MISCONFIGURATION(run, gpa)                                 \
    expect_misconfiguration(__FILE__, __LINE__, &(run), gpa)
void expect_misconfiguration(const char *file, int line, const VmxRun *run,
                             uint64_t gpa);

/* Guests in other modes: a flat 32-bit guest with PAE paging, whose four
 * PDPTEs are those of the suite's identity map; a real-mode guest whose CS is
 * at `code` and DS at `data`. Code is where guest_copy() put it. */
void guest_pae(void);
void pae_pdptes(uint64_t pdpte[4]);
bool guest_real_mode(uint64_t code, uint64_t data);

#endif
