/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the cases of chapter 26: one instruction in a guest, followed by VMCALL
 * with RAN in RAX, and what comes of it. The registers of the guest are those
 * of guest_regs.
 */
#ifndef SUITE_VMX_INTERCEPT_H
#define SUITE_VMX_INTERCEPT_H

#include "vmx.h"

#define RAN 0x600d

/* guest_NAME is the instruction, guest_NAME_end is behind it. */
#define GUEST_CODE(name, bits, text)                                      \
    asm(".pushsection .text\n.code" #bits "\n"                            \
        "guest_" #name ": " text "\n"                                     \
        "guest_" #name "_end: mov $0x600d, %eax\n vmcall\n hlt\n"         \
        ".code64\n.popsection");                                          \
    extern char guest_##name[], guest_##name##_end[]
#define GUEST(name, text) GUEST_CODE(name, 64, text)

typedef struct Expected {
    uint32_t reason;
    uint64_t qualification;
    uint32_t info, info_mask;     /* instruction information that is defined */
} Expected;

/* The instruction exits, with its length, and has done nothing. */
VmxRun intercept_exits(const char *file, int line, const char *begin,
                       const char *end, Expected expected);
/* The instruction is executed, the VMCALL behind it exits. */
VmxRun intercept_runs(const char *file, int line, const char *begin);
/* The instruction raises an exception, which exits. */
VmxRun intercept_faults(const char *file, int line, const char *begin,
                        int vector);

#define EXITS_INFO(name, ...)                                             \
    intercept_exits(__FILE__, __LINE__, guest_##name, guest_##name##_end, \
                    (Expected){ __VA_ARGS__ })
#define EXITS(name, reason, qualification)                                \
    EXITS_INFO(name, reason, qualification, 0, 0)
#define RUNS(name) intercept_runs(__FILE__, __LINE__, guest_##name)
#define FAULTS(name, vector)                                              \
    intercept_faults(__FILE__, __LINE__, guest_##name, vector)

/* A case for an instruction that exits if a control is set, and else runs */
#define INTERCEPT_CASE(name, id, title, ctl, bits, text, reason)          \
    GUEST(name, text);                                                    \
    FW_CASE(name, id, "SDM 3C, 26.1.3", title)                            \
    {                                                                     \
        RUNS(name);                                                       \
        VMX_NEED(ctl, bits);                                              \
        EXITS(name, reason, 0);                                           \
    }

/* The guest runs at CPL 3; in compatibility mode */
void guest_user(void);
void guest_compatibility(void);

/* Instruction information (28.2.5) */
#define INFO_ADDRESS_64  (2u << 7)
#define INFO_ADDRESS_32  (1u << 7)
#define INFO_REGISTER    (1u << 10)
#define INFO_SEGMENT(n)  ((uint32_t)(n) << 15)
#define INFO_INDEX(n, s) ((uint32_t)(n) << 18 | (s))
#define INFO_NO_INDEX    (1u << 22)
#define INFO_BASE(n)     ((uint32_t)(n) << 23)
#define INFO_NO_BASE     (1u << 27)
#define INFO_REG1(n)     ((uint32_t)(n) << 3)
#define INFO_REG2(n)     ((uint32_t)(n) << 28)
enum { INFO_ES, INFO_CS, INFO_SS, INFO_DS, INFO_FS, INFO_GS };

#endif
