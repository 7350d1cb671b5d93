/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters of KVM's modules, built in or not. */
#ifndef VR_AGENT_X86_KVMPARAM_H
#define VR_AGENT_X86_KVMPARAM_H

#include <stdbool.h>

/* A flag is 0 or 1; false: there is no such parameter. */
bool vr_kvm_parameter(const char *module, const char *name, long long *value);

#endif
