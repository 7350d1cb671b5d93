/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variants: parsing and checking of named parameters. */
#ifndef VIRELAY_VARIANT_H
#define VIRELAY_VARIANT_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names known, values in range? Else false with *err (VR_ERR_USAGE). */
bool vr_variant_check(const VrBlockType *type, const VrVariant *v,
                      VrError *err);

/*
 * Parse "name=value" (decimal, 0x hexadecimal) and check it. On success
 * out->name is the type's own string, which lives for ever.
 */
bool vr_variant_parse(const VrBlockType *type, const char *text, VrParam *out,
                      VrError *err);

#ifdef __cplusplus
}
#endif

#endif
