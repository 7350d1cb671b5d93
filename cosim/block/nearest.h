/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names near a misspelt one, for error messages.
 */
#ifndef VIRELAY_NEAREST_H
#define VIRELAY_NEAREST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Name at index, or NULL past the end. */
typedef const char *(*VrNameAt)(const void *opaque, size_t index);

/*
 * Edit distance of two names (insertions, deletions, replacements, and swaps
 * of neighbours), letters compared without case. Names longer than 63 bytes
 * are compared by their first 63.
 */
size_t vr_edit_distance(const char *a, const char *b);

/*
 * Write a hint about the unknown name @word into @buf: "did you mean X or Y?"
 * when some known names are near, else "known: A, B, C" (or "none is known").
 * Never overflows @buf. Returns @buf.
 */
const char *vr_nearest(const char *word, VrNameAt at, const void *opaque,
                       char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif
