/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device that fires interrupts (cosim/trace/irqgen.h) */
#include "vtd.h"
#include "irqgen.h"
#include "pci.h"

static struct {
    bool looked, found;
    uint16_t bdf;
    volatile char *registers;
} device;

static void find_device(void)
{
    uint64_t bar;

    device.looked = true;
    if (!pci_find(VR_IRQGEN_VENDOR, VR_IRQGEN_DEVICE, 0, &device.bdf)) {
        return;
    }
    pci_command(device.bdf, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
    bar = pci_bar(device.bdf, VR_IRQGEN_REG_BAR);
    device.registers = bar ? hal_map(bar, VR_IRQGEN_REG_SIZE) : NULL;
    device.found = device.registers
        && device_read(VR_IRQGEN_ID) == VR_IRQGEN_ID_VALUE;
}

bool device_found(void)
{
    if (!device.looked) {
        find_device();
    }
    return device.found;
}

uint16_t device_id(void)
{
    return device.bdf;
}

uint32_t device_read(unsigned at)
{
    return *(volatile uint32_t *)(device.registers + at);
}

void device_write(unsigned at, uint32_t v)
{
    *(volatile uint32_t *)(device.registers + at) = v;
}

uint64_t device_read64(unsigned at)
{
    return *(volatile uint64_t *)(device.registers + at);
}

void device_write64(unsigned at, uint64_t v)
{
    *(volatile uint64_t *)(device.registers + at) = v;
}

void device_reset(void)
{
    PciMsix msix;

    if (!device_found()) {
        return;
    }
    device_write(VR_IRQGEN_CTRL, VR_IRQGEN_CTRL_RESET);
    pci_msi_enable(device.bdf, 0);
    if (pci_msix_open(device.bdf, &msix)) {
        pci_msix_enable(&msix, false, false);
    }
}

/* A read's completion pushes the message before it to the root (PCI Express
 * Base Specification, 2.4.1 "Transaction Ordering Rules"). */
void fire_message(uint64_t address, uint32_t data)
{
    device_write64(VR_IRQGEN_MSG_ADDR, address);
    device_write(VR_IRQGEN_MSG_DATA, data);
    (void)device_read(VR_IRQGEN_ID);
}

bool device_can_pose(void)
{
    bool can;

    device_write(VR_IRQGEN_REQUESTER, VR_IRQGEN_REQUESTER_OVERRIDE);
    can = device_read(VR_IRQGEN_REQUESTER) & VR_IRQGEN_REQUESTER_OVERRIDE;
    device_write(VR_IRQGEN_REQUESTER, 0);
    return can;
}

void fire_as(uint16_t source_id, uint64_t address, uint32_t data)
{
    device_write(VR_IRQGEN_REQUESTER,
                 VR_IRQGEN_REQUESTER_OVERRIDE | source_id);
    fire_message(address, data);
    device_write(VR_IRQGEN_REQUESTER, 0);
}

/* VT-d 5.1.2.2 "Interrupt Requests in Remappable Format" */
uint64_t request(unsigned handle, bool subhandle)
{
    return 0xfee00010 | (handle & 0x7fff) << 5 | (handle >> 15 & 1) << 2
        | (subhandle ? REQUEST_SHV : 0);
}

void fire(unsigned index)
{
    fire_message(request(index, false), 0);
}
