/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests in remappable format: handle, subhandle, MSI and MSI-X */
#include "irqgen.h"
#include "pci.h"
#include "vtd.h"

FW_CASE(request_handle, "vtd.request.handle",
        "VT-d 5.1.2.2 Interrupt Requests in Remappable Format",
        "The handle selects the entry: each of its bits 9:0")
{
    NEED_DEVICE();
    for (int bit = 0; bit < 10 && !fw_case_ended(); bit++) {
        irte_set(1 << bit, irte_remapped(0, VECTOR + bit));
    }
    for (int bit = 0; bit < 10 && !fw_case_ended(); bit++) {
        fire(1 << bit);
        EXPECT_DELIVERED(0, VECTOR + bit);
    }
    irte_set(0, irte_remapped(0, VECTOR + 10));
    fire(0);
    EXPECT_DELIVERED(0, VECTOR + 10);
}

FW_CASE(request_handle_high, "vtd.request.handle-high",
        "VT-d 5.1.2.2 Interrupt Requests in Remappable Format",
        "Bits 15:10 of the handle too; bit 15 is address bit 2")
{
    NEED_DEVICE();
    FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, 15, vtd.eime), "no table");
    for (int bit = 10; bit < 16 && !fw_case_ended(); bit++) {
        irte_set(1 << bit, irte_remapped(0, VECTOR + bit));
        fire(1 << bit);
        EXPECT_DELIVERED(0, VECTOR + bit);
        irte_set(1 << bit, (Irte) { 0 });
    }
}

FW_CASE(request_data_ignored, "vtd.request.data-ignored",
        "VT-d 5.1.2.2 Interrupt Requests in Remappable Format",
        "Without SHV the data selects nothing")
{
    NEED_DEVICE();
    irte_set(5, irte_remapped(0, VECTOR));
    irte_set(6, irte_remapped(0, VECTOR + 1));
    fire_message(request(5, false), 1);
    EXPECT_DELIVERED(0, VECTOR);
    fire_message(request(5, false), 0xffff);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(request_subhandle, "vtd.request.subhandle",
        "VT-d 5.1.3 Interrupt Remapping Table",
        "With SHV the index is the sum of handle and subhandle")
{
    NEED_DEVICE();
    for (int i = 0; i < 8 && !fw_case_ended(); i++) {
        irte_set(0x47 + i, irte_remapped(0, VECTOR + i));
    }
    for (int i = 0; i < 8 && !fw_case_ended(); i++) {
        fire_message(request(0x47, true), i);
        EXPECT_DELIVERED(0, VECTOR + i);
    }
    fire_message(request(0, true), 0x49);
    EXPECT_DELIVERED(0, VECTOR + 2);
}

FW_CASE(request_subhandle_beyond, "vtd.request.subhandle-beyond",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 21h",
        "A sum beyond the table is a fault, though the handle is within")
{
    NEED_DEVICE();
    irte_set(0, irte_remapped(0, VECTOR));
    fire_message(request(TABLE_ENTRIES - 1, true), 1);
    EXPECT_BLOCKED(FR_INDEX, TABLE_ENTRIES);
}

FW_CASE(request_subhandle_wraps, "vtd.request.subhandle-wraps",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 21h",
        "A sum beyond 65,535 does not wrap round to another entry")
{
    NEED_DEVICE();
    FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, 15, vtd.eime), "no table");
    irte_set(0, irte_remapped(0, VECTOR));
    fire_message(request(0xffff, true), 1);
    EXPECT_BLOCKED(FR_INDEX, ANY_INDEX);
}

FW_CASE(request_reserved, "vtd.request.reserved",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 20h",
        "With SHV each of the data's bits 31:16 is reserved")
{
    NEED_DEVICE();
    irte_set(9, irte_remapped(0, VECTOR));
    for (int bit = 16; bit < 32 && !fw_case_ended(); bit++) {
        fire_message(request(9, true), 1u << bit);
        EXPECT_BLOCKED(FR_REQUEST_RESERVED, ANY_INDEX);
    }
    fire_message(request(9, true), 0);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(request_reserved_first, "vtd.request.reserved-first",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 20h",
        "A reserved field is found before the index is looked at")
{
    NEED_DEVICE();
    fire_message(request(TABLE_ENTRIES, true), 0x10000);
    EXPECT_BLOCKED(FR_REQUEST_RESERVED, ANY_INDEX);
}

static void shoot(unsigned vector)
{
    unsigned ch = VR_IRQGEN_CHANNEL(0);

    device_write(ch + VR_IRQGEN_CH_VECTOR, vector);
    device_write64(ch + VR_IRQGEN_CH_COUNT, 1);
    device_write(ch + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
    (void)device_read(VR_IRQGEN_ID);
}

FW_CASE(request_msi, "vtd.request.msi",
        "VT-d 5.1.5.2 MSI and MSI-X Register Programming",
        "MSI with one vector")
{
    NEED_DEVICE();
    irte_set(0x21, irte_remapped(0, VECTOR));
    FW_REQUIRE(pci_msi_set(device_id(), request(0x21, true), 0), "no MSI");
    pci_msi_enable(device_id(), 1);
    shoot(0);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(request_msi_block, "vtd.request.msi-block",
        "VT-d 5.1.5.2 MSI and MSI-X Register Programming",
        "MSI with a block of 8 vectors: the device's number is the subhandle")
{
    NEED_DEVICE();
    for (int i = 0; i < 8 && !fw_case_ended(); i++) {
        irte_set(0x30 + i, irte_remapped(0, VECTOR + i));
    }
    FW_REQUIRE(pci_msi_set(device_id(), request(0x30, true), 0), "no MSI");
    if (!pci_msi_enable(device_id(), 8)) {
        FW_SKIP("the device has fewer than 8 vectors");
    }
    for (int i = 7; i >= 0 && !fw_case_ended(); i--) {
        shoot(i);
        EXPECT_DELIVERED(0, VECTOR + i);
    }
}

FW_CASE(request_msix, "vtd.request.msix",
        "VT-d 5.1.5.2 MSI and MSI-X Register Programming",
        "MSI-X: each vector has a handle of its own")
{
    PciMsix msix;
    unsigned last;

    NEED_DEVICE();
    FW_REQUIRE(pci_msix_open(device_id(), &msix), "no MSI-X");
    last = msix.vectors - 1;
    irte_set(0x50, irte_remapped(0, VECTOR));
    irte_set(0x51, irte_remapped(0, VECTOR + 1));
    pci_msix_set(&msix, 0, request(0x51, false), 0);
    pci_msix_set(&msix, last, request(0x50, true), 0);
    pci_msix_mask(&msix, 0, false);
    pci_msix_mask(&msix, last, false);
    pci_msix_enable(&msix, true, false);
    shoot(last);
    EXPECT_DELIVERED(0, VECTOR);
    shoot(0);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(request_msix_masked, "vtd.request.msix-masked",
        "VT-d 5.1.5.2 MSI and MSI-X Register Programming",
        "A request that waited while its vector was masked is remapped by what"
        " the table then says")
{
    PciMsix msix;

    NEED_DEVICE();
    FW_REQUIRE(pci_msix_open(device_id(), &msix), "no MSI-X");
    irte_set(0x52, irte_remapped(0, VECTOR));
    pci_msix_set(&msix, 3, request(0x52, false), 0);
    pci_msix_mask(&msix, 3, true);
    pci_msix_enable(&msix, true, false);
    shoot(3);
    EXPECT_NOTHING();
    FW_CHECK(pci_msix_pending(&msix, 3), "the vector is not pending");
    irte_set(0x52, irte_remapped(0, VECTOR + 1));
    pci_msix_mask(&msix, 3, false);
    EXPECT_DELIVERED(0, VECTOR + 1);
}
