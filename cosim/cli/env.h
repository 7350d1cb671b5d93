/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are. The entry script ./virelay exports VIRELAY_ROOT,
 * VIRELAY_BUILD, VIRELAY_CACHE and VIRELAY_LINUX_TARBALL; for development
 * VIRELAY_QEMU and VIRELAY_AGENT name another QEMU or initrd.
 *
 * All return a new string, or NULL with *err (what is missing, what to do).
 */
#ifndef VIRELAY_CLI_ENV_H
#define VIRELAY_CLI_ENV_H

#include <glib.h>

#include "block.h"

/* A path below the repository, not checked. */
char *vr_env_root(const char *below, VrError *err);
/* A path below the build folder, not checked. */
char *vr_env_build(const char *below, VrError *err);
/* The QEMU binary of an architecture ("arm64", "x86"). */
char *vr_env_qemu(const char *arch, VrError *err);
/* The initrd with the agent. */
char *vr_env_agent(const char *arch, VrError *err);
/* QEMU's -L options for the folders that may hold firmware, and are there. */
void vr_env_add_firmware(GPtrArray *argv);
/* $name of the environment, which ./virelay sets. */
const char *vr_env_need(const char *name, VrError *err);
/* False with *err (the known ones, the nearest) if not an architecture. */
bool vr_env_check_arch(const char *arch, VrError *err);

#endif
