/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mptable.h"

#include <string.h>

#define LOCAL_APIC 0xfee00000u
#define IO_APIC 0xfec00000u
#define LOCAL_APIC_VERSION 0x14
#define IO_APIC_VERSION 0x11
#define ISA_IRQS 16
#define SPEC_1_4 4
#define ALL_LOCAL_APICS 0xff

enum {
    ENTRY_CPU,
    ENTRY_BUS,
    ENTRY_IO_APIC,
    ENTRY_IO_INTERRUPT,
    ENTRY_LOCAL_INTERRUPT,
};

enum {
    TYPE_INT = 0,
    TYPE_NMI = 1,
    TYPE_EXTINT = 3,
};

typedef struct __attribute__((packed)) Pointer {
    char signature[4];
    uint32_t table;
    uint8_t length, spec, checksum, features[5];
} Pointer;

typedef struct __attribute__((packed)) Header {
    char signature[4];
    uint16_t length;
    uint8_t spec, checksum;
    char oem[8], product[12];
    uint32_t oem_table;
    uint16_t oem_size, entries;
    uint32_t local_apic;
    uint16_t extended_length;
    uint8_t extended_checksum, reserved;
} Header;

typedef struct __attribute__((packed)) Cpu {
    uint8_t type, apic_id, version, flags;
    uint32_t signature, features, reserved[2];
} Cpu;

typedef struct __attribute__((packed)) Bus {
    uint8_t type, id;
    char name[6];
} Bus;

typedef struct __attribute__((packed)) IoApic {
    uint8_t type, id, version, flags;
    uint32_t address;
} IoApic;

typedef struct __attribute__((packed)) Interrupt {
    uint8_t type, kind;
    uint16_t flags;
    uint8_t bus, irq, apic_id, pin;
} Interrupt;

typedef struct Writer {
    uint8_t *at;
    unsigned entries;
} Writer;

static void add(Writer *w, const void *entry, size_t size)
{
    memcpy(w->at, entry, size);
    w->at += size;
    w->entries++;
}

static uint8_t checksum(const void *data, size_t size)
{
    const uint8_t *byte = data;
    uint8_t sum = 0;

    while (size--) {
        sum += *byte++;
    }
    return -sum;
}

static void add_cpus(Writer *w, unsigned cpus)
{
    for (unsigned i = 0; i < cpus; i++) {
        Cpu cpu = {
            .type = ENTRY_CPU,
            .apic_id = i,
            .version = LOCAL_APIC_VERSION,
            .flags = i ? 1 : 3, /* enabled; the first one boots */
            .signature = 0x600,
            .features = 0x201, /* FPU, APIC */
        };

        add(w, &cpu, sizeof(cpu));
    }
}

/* Pin n of the I/O APIC has ISA's interrupt n, as KVM's default routing. */
static void add_interrupts(Writer *w, uint8_t io_apic)
{
    for (unsigned irq = 0; irq < ISA_IRQS; irq++) {
        Interrupt io = {
            .type = ENTRY_IO_INTERRUPT,
            .kind = TYPE_INT,
            .irq = irq,
            .apic_id = io_apic,
            .pin = irq,
        };

        if (irq != 2) { /* the second PIC's */
            add(w, &io, sizeof(io));
        }
    }
    for (unsigned pin = 0; pin < 2; pin++) {
        Interrupt local = {
            .type = ENTRY_LOCAL_INTERRUPT,
            .kind = pin ? TYPE_NMI : TYPE_EXTINT,
            .apic_id = ALL_LOCAL_APICS,
            .pin = pin,
        };

        add(w, &local, sizeof(local));
    }
}

void vr_mptable_write(uint8_t *memory, unsigned cpus)
{
    uint8_t *base = memory + VR_MPTABLE_BASE;
    Pointer pointer = {
        .signature = "_MP_",
        .table = VR_MPTABLE_BASE + sizeof(Pointer),
        .length = 1, /* in units of 16 bytes */
        .spec = SPEC_1_4,
    };
    Header header = {
        .signature = "PCMP",
        .spec = SPEC_1_4,
        .local_apic = LOCAL_APIC,
    };
    const Bus bus = { .type = ENTRY_BUS, .name = "ISA   " };
    const IoApic io_apic = {
        .type = ENTRY_IO_APIC,
        .id = cpus,
        .version = IO_APIC_VERSION,
        .flags = 1,
        .address = IO_APIC,
    };
    Writer w = { .at = base + sizeof(Pointer) + sizeof(Header) };

    memcpy(header.oem, "VIRELAY ", sizeof(header.oem));
    memcpy(header.product, "L2          ", sizeof(header.product));
    add_cpus(&w, cpus);
    add(&w, &bus, sizeof(bus));
    add(&w, &io_apic, sizeof(io_apic));
    add_interrupts(&w, io_apic.id);
    header.entries = w.entries;
    header.length = w.at - (base + sizeof(Pointer));
    memcpy(base + sizeof(Pointer), &header, sizeof(header));
    header.checksum = checksum(base + sizeof(Pointer), header.length);
    memcpy(base + sizeof(Pointer), &header, sizeof(header));
    pointer.checksum = checksum(&pointer, sizeof(pointer));
    memcpy(base, &pointer, sizeof(pointer));
}
