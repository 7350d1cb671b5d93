/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of VM entry (SDM 3C, 27.2, 27.3.1). Each case enters a good VMCS
 * first, then one that breaks its rule.
 */
#ifndef SUITE_VMX_ENTRY_H
#define SUITE_VMX_ENTRY_H

#include "vmx.h"

#define NON_CANONICAL (1ull << 62)
#define BIT32 (1ull << 32)

/* The lowest address bit that physical addresses do not have; 0: all 52 bits
 * of paging structures are there, but fields have 64 */
static inline uint64_t entry_beyond(void)
{
    return 1ull << vmx_physical_bits();
}

typedef enum EntryVerdict { BAD_CONTROLS, BAD_HOST, BAD_GUEST } EntryVerdict;

/* Enter with a field changed, and give it back its value. */
void entry_with(const char *file, int line, EntryVerdict verdict,
                uint64_t field, uint64_t value);
#define CONTROLS_BAD(field, value)                                        \
    entry_with(__FILE__, __LINE__, BAD_CONTROLS, field, value)
#define HOST_BAD(field, value)                                            \
    entry_with(__FILE__, __LINE__, BAD_HOST, field, value)
#define GUEST_BAD(field, value)                                           \
    entry_with(__FILE__, __LINE__, BAD_GUEST, field, value)
/* The same with bits inverted */
#define CONTROLS_BAD_BITS(field, bits)                                    \
    CONTROLS_BAD(field, vmread(field) ^ (bits))
#define HOST_BAD_BITS(field, bits) HOST_BAD(field, vmread(field) ^ (bits))
#define GUEST_BAD_BITS(field, bits) GUEST_BAD(field, vmread(field) ^ (bits))
/* Enter with a field changed, and expect that the guest runs. */
void entry_good_with(const char *file, int line, uint64_t field,
                     uint64_t value);
#define GOOD_WITH(field, value)                                           \
    entry_good_with(__FILE__, __LINE__, field, value)

#define ENTRY_NEED(feature)                                               \
    do {                                                                  \
        if (!(feature)) {                                                 \
            FW_SKIP(#feature " is not offered");                          \
        }                                                                 \
    } while (0)

/* An address field that is used: alignment and width */
void entry_address(const char *file, int line, uint64_t field, int bits);
#define ADDRESS_CHECKED(field, bits)                                      \
    entry_address(__FILE__, __LINE__, field, bits)

#endif
