/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two igb NICs on one wire, and raw frames from one to the other. */
#ifndef VR_AGENT_X86_NIC_H
#define VR_AGENT_X86_NIC_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VrNics {
    char name[2][16]; /* of the network interfaces */
    int socket[2];
    uint8_t mac[2][6];
    char error[160];
} VrNics;

/* Finds both, switches them on and waits for the link. False: n->error. */
bool vr_nics_open(VrNics *n);
/* Sends frames in turn from each to the other; how many arrived. */
unsigned vr_nics_exchange(VrNics *n, unsigned frames);
/* Their interrupts, as the kernel counts them. */
uint64_t vr_nics_interrupts(const VrNics *n);
void vr_nics_close(VrNics *n);

#endif
