/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initrd in cpio's "newc" format, made in memory. */
#ifndef VR_AGENT_X86_NEWC_H
#define VR_AGENT_X86_NEWC_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes an archive with @program as /init, and with what init needs before
 * it has mounted anything. Returns its size, or 0 if @limit is too small.
 */
size_t vr_newc_write(uint8_t *to, size_t limit, const uint8_t *program,
                     size_t size);

#endif
