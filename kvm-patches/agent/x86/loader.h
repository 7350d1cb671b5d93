/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads a bzImage by its 32-bit entry (Documentation/arch/x86/boot.rst,
 * "32-bit Boot Protocol"), with an initrd that holds this very program.
 */
#ifndef VR_AGENT_X86_LOADER_H
#define VR_AGENT_X86_LOADER_H

#include "vm.h"

#define VR_L2_MEMORY_SIZE (128u << 20)

/*
 * Fills the memory of @vm and sets vCPU 0 to the kernel's entry. The others
 * wait for their INIT and SIPI. false: vm->error says why.
 */
bool vr_load_linux(VrVm *vm, const char *bzimage, const char *command_line);

#endif
