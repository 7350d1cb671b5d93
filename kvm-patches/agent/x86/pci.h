/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions, and small files of sysfs and procfs. */
#ifndef VR_AGENT_X86_PCI_H
#define VR_AGENT_X86_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VR_PCI_DEVICES "/sys/bus/pci/devices"

typedef struct VrPci {
    char name[16];   /* "0000:00:03.0" */
    uint16_t source; /* bus 15:8, device 7:3, function 2:0 */
} VrPci;

/* The functions with these numbers, in the order of their addresses. */
unsigned vr_pci_find(uint16_t vendor, uint16_t device, VrPci *found,
                     unsigned max);

/* All of a file, as text without its last newline; false: errno. */
bool vr_file_read(const char *path, char *buf, size_t size);
/* In one write; false: errno. */
bool vr_file_write(const char *path, const char *text);

#endif
