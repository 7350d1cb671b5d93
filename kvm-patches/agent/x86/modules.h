/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's modules, which the initrd has in /modules. */
#ifndef VR_AGENT_X86_MODULES_H
#define VR_AGENT_X86_MODULES_H

#include <stdbool.h>

/*
 * Loads all that are there, whatever order they need. How many were taken, those
 * included that this machine is not for; -1: one was not, and *why says which.
 */
int vr_modules_load(const char **why);
/* How many references a module has; -1: it is built in, or not loaded. */
long vr_module_references(const char *name);

#endif
