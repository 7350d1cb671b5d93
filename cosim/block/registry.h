/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What block.c needs of the registry beyond block.h and backend.h. */
#ifndef VIRELAY_REGISTRY_H
#define VIRELAY_REGISTRY_H

#include "backend.h"

/* The backend of that name that serves the type, or NULL. */
const VrBackend *vr_backend_find(const VrBlockType *type, const char *name,
                                 size_t name_len);

#endif
