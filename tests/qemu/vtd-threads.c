/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal, with the firmware's HAL: a virtio disk whose requests are worked
 * on in a thread of its own, behind translation, with buffers that are not
 * mapped. Its faults reach the unit's log while a processor posts interrupts
 * and reads the log.
 */
#include "pci.h"
#include "x86.h"

#ifndef REQUESTS
#define REQUESTS 1000
#endif

#define VTD_BASE 0xfed90000ull
#define UNMAPPED 0x50000000ull
#define PATIENCE_US 120000000ull

enum { GCMD = 0x18, RTADDR = 0x20, FSTS = 0x34, FRCD = 0x220 };
#define TE (1u << 31)
#define SRTP (1u << 30)
#define FSTS_PFO 1u
#define FSTS_PPF 2u

/* Virtio 1.2, 4.1.4.3 */
enum { DEVICE_SELECT = 0, DRIVER_SELECT = 8, DRIVER_FEATURE = 12, STATUS = 20,
       QUEUE_SELECT = 22, QUEUE_SIZE = 24, QUEUE_ENABLE = 28, NOTIFY_OFF = 30,
       QUEUE_DESC = 32, QUEUE_DRIVER = 40, QUEUE_DEVICE = 48, };
#define ENTRIES 8
#define VERSION_1_AND_PLATFORM 3 /* of the upper word of features */

static uint64_t root[512] FW_ALIGNED(4096), context[512] FW_ALIGNED(4096);
static uint64_t level3[512] FW_ALIGNED(4096);
static struct {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
} desc[ENTRIES] FW_ALIGNED(4096);
static volatile uint16_t avail[2 + ENTRIES + 1] FW_ALIGNED(4096);
static volatile uint16_t used[64] FW_ALIGNED(4096);
static uint64_t header[2] FW_ALIGNED(16);
static volatile uint8_t status_byte;
static uint16_t disk;
static uint64_t common, doorbell;

static void write8(uint64_t a, uint8_t v)
{
    *(volatile uint8_t *)a = v;
}

static void write16(uint64_t a, uint16_t v)
{
    *(volatile uint16_t *)a = v;
}

static void write32(uint64_t a, uint32_t v)
{
    *(volatile uint32_t *)a = v;
}

static void write64(uint64_t a, uint64_t v)
{
    write32(a, v);
    write32(a + 4, v >> 32);
}

static uint32_t read32(uint64_t a)
{
    return *(volatile uint32_t *)a;
}

/* Type 1 is the common configuration, type 2 the doorbells. */
static void find_structures(void)
{
    unsigned at = hal_pci_read(disk, PCI_CAPABILITIES, 1);
    uint64_t notify = 0;
    uint32_t multiplier = 0;

    for (; at; at = hal_pci_read(disk, at + 1, 1)) {
        unsigned type = hal_pci_read(disk, at + 3, 1);
        uint64_t place;

        if (hal_pci_read(disk, at, 1) != 9 || (type != 1 && type != 2)) {
            continue;
        }
        place = pci_bar(disk, hal_pci_read(disk, at + 4, 1)) +
                hal_pci_read(disk, at + 8, 4);
        if (type == 1) {
            common = (uint64_t)hal_map(place, 64);
        } else {
            multiplier = hal_pci_read(disk, at + 16, 4);
            notify = (uint64_t)hal_map(place, 4096);
        }
    }
    if (common) {
        write16(common + QUEUE_SELECT, 0);
        doorbell = notify + multiplier *
                   *(volatile uint16_t *)(common + NOTIFY_OFF);
    }
}

static void start_disk(void)
{
    write8(common + STATUS, 0);
    write8(common + STATUS, 3);
    write32(common + DRIVER_SELECT, 1);
    write32(common + DRIVER_FEATURE, VERSION_1_AND_PLATFORM);
    write8(common + STATUS, 11);
    write16(common + QUEUE_SELECT, 0);
    write16(common + QUEUE_SIZE, ENTRIES);
    write64(common + QUEUE_DESC, (uint64_t)desc);
    write64(common + QUEUE_DRIVER, (uint64_t)avail);
    write64(common + QUEUE_DEVICE, (uint64_t)used);
    write16(common + QUEUE_ENABLE, 1);
    write8(common + STATUS, 15);
}

/* The first GiB one to one, nothing else: 39 bits, three levels */
static void translate(void)
{
    level3[0] = 0x83;
    context[2 * (disk & 0xff)] = (uint64_t)level3 | 1;
    context[2 * (disk & 0xff) + 1] = 1 | 1 << 8;
    root[0] = (uint64_t)context | 1;
    write64(VTD_BASE + RTADDR, (uint64_t)root);
    write32(VTD_BASE + GCMD, SRTP);
    write32(VTD_BASE + GCMD, TE);
}

bool fw_suite_begin(void)
{
    return pci_find(0x1af4, 0x1042, 0, &disk);
}

static void request(uint16_t n)
{
    header[0] = 0; /* read */
    header[1] = 0; /* sector 0 */
    desc[0].addr = (uint64_t)header;
    desc[0].len = 16;
    desc[0].flags = 1;
    desc[0].next = 1;
    desc[1].addr = UNMAPPED;
    desc[1].len = 512;
    desc[1].flags = 3;
    desc[1].next = 2;
    desc[2].addr = (uint64_t)&status_byte;
    desc[2].len = 1;
    desc[2].flags = 2;
    avail[2 + n % ENTRIES] = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    avail[1] = n + 1;
    write16(doorbell, 0);
}

/* Take what the log has: records, each of the disk and of its buffer */
static unsigned take_faults(void)
{
    unsigned records = 0;

    for (int i = 0; i < 8; i++) {
        uint64_t record = VTD_BASE + FRCD + 16 * i;

        if (!(read32(record + 12) >> 31)) {
            continue;
        }
        FW_EQUAL(read32(record + 8) & 0xffff, disk);
        FW_EQUAL(read32(record) >> 12, UNMAPPED >> 12);
        write32(record + 12, 1u << 31);
        records++;
    }
    write32(VTD_BASE + FSTS, FSTS_PFO);
    return records;
}

FW_CASE(threads, "vtd.threads", "VT-d, 7.3 Fault Recording",
        "faults of DMA from another thread")
{
    uint64_t records = 0, end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();
    unsigned n;

    pci_command(disk, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
    find_structures();
    FW_REQUIRE(common && doorbell, "no virtio 1 structures");
    translate();
    start_disk();
    for (n = 0; n < REQUESTS && hal_ticks() < end; n++) {
        uint64_t before = records;

        request(n);
        do {
            records += take_faults();
        } while (used[1] != (uint16_t)(n + 1) && hal_ticks() < end);
        FW_CHECK(used[1] == (uint16_t)(n + 1), "request %u never ends", n);
        /* What came before its end is in the log now. */
        records += take_faults();
        FW_CHECK(records > before, "request %u left no fault", n);
        if (fw_case_ended()) {
            break;
        }
    }
    hal_delay_us(10000);
    records += take_faults();
    FW_EQUAL(read32(VTD_BASE + FSTS) & (FSTS_PFO | FSTS_PPF), 0);
    FW_EQUAL(n, REQUESTS);
    fw_printf("# %u requests, %lu records of faults\n", n, records);
    write32(VTD_BASE + GCMD, 0);
}

void fw_case_begin(void)
{
}

void fw_case_end(void)
{
}
