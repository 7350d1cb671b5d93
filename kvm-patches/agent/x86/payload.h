/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real-mode guests of X86_BOOT, in payload.S. */
#ifndef VR_AGENT_X86_PAYLOAD_H
#define VR_AGENT_X86_PAYLOAD_H

/* Where they are loaded, and run with all segments 0 */
#define VR_PAYLOAD_BASE 0x1000
#define VR_PAYLOAD_STACK 0x8000

/* The echo's port answers with what was written, plus one. */
#define VR_PAYLOAD_ECHO 0x700
#define VR_PAYLOAD_RESULT 0x704
#define VR_PAYLOAD_TICK 0x708

#define VR_PAYLOAD_ECHOES 100
#define VR_PAYLOAD_TICKS 5

#ifndef __ASSEMBLER__
#include <stdint.h>

extern const uint8_t vr_payload_ports[], vr_payload_ports_end[];
extern const uint8_t vr_payload_timer[], vr_payload_timer_end[];
#endif

#endif
