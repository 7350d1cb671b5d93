/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI functions, their capabilities, MSI and MSI-X (PCI Express Base
 * Specification, 7.5 "PCI and PCI Express Capabilities", 7.7.1 MSI, 7.7.2
 * MSI-X). A function is its bus 15:8, device 7:3 and function 2:0 in segment 0.
 */
#ifndef FW_PCI_H
#define FW_PCI_H

#include "fw.h"

#define PCI_VENDOR          0x00
#define PCI_DEVICE          0x02
#define PCI_COMMAND         0x04
#define PCI_STATUS          0x06
#define PCI_HEADER_TYPE     0x0e
#define PCI_BAR0            0x10
#define PCI_SECONDARY_BUS   0x19
#define PCI_SUBORDINATE_BUS 0x1a
#define PCI_CAPABILITIES    0x34

#define PCI_COMMAND_MEMORY       0x002
#define PCI_COMMAND_MASTER       0x004
#define PCI_COMMAND_INTX_DISABLE 0x400

#define PCI_CAP_MSI     0x05
#define PCI_CAP_EXPRESS 0x10
#define PCI_CAP_MSIX    0x11

/* Does a function answer? */
bool pci_present(uint16_t bdf);
/* The n-th function with these ids, on any bus */
bool pci_find(uint16_t vendor, uint16_t device, unsigned n, uint16_t *bdf);
/* Offset of a capability; 0: none */
unsigned pci_capability(uint16_t bdf, uint8_t id);
/* Address of a memory BAR; 0: none, or an I/O BAR, or not set up */
uint64_t pci_bar(uint16_t bdf, unsigned n);
/* Set bits of the command register */
void pci_command(uint16_t bdf, uint16_t set, uint16_t clear);

/* MSI: false without the capability. */
bool pci_msi_set(uint16_t bdf, uint64_t address, uint16_t data);
/* With a block of 1 to 32 vectors, a power of two; 0: off. False also where the
 * function has fewer. */
bool pci_msi_enable(uint16_t bdf, unsigned vectors);

typedef struct PciMsix {
    volatile uint32_t *table, *pba;
    unsigned vectors;
    uint16_t bdf;
    unsigned capability;
} PciMsix;

/* MSI-X: false without the capability, or where the table is out of reach. */
bool pci_msix_open(uint16_t bdf, PciMsix *msix);
void pci_msix_set(const PciMsix *msix, unsigned n, uint64_t address,
                  uint32_t data);
void pci_msix_mask(const PciMsix *msix, unsigned n, bool masked);
bool pci_msix_pending(const PciMsix *msix, unsigned n);
void pci_msix_enable(const PciMsix *msix, bool on, bool mask_all);

#endif
