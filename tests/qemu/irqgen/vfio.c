/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init of a Linux host that has several of virelay-irqgen: assigns each to
 * itself through VFIO, lets it fire by MSI-X and MSI, write memory through the
 * IOMMU, and resets it. Where the host posts its MSIs, sees that it did. Prints
 * TAP on the console, and powers the machine off.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "irqgen.h"

#define PCI "/sys/bus/pci/"
#define IOVA 0x100000
#define PAGE 4096
#define MSIX_USED 64
#define MSI_USED 8
#define ROUNDS 1000

static unsigned tests;

__attribute__((format(printf, 2, 3)))
static void check(bool good, const char *name, ...)
{
    va_list args;

    printf("%sok %u - ", good ? "" : "not ", ++tests);
    va_start(args, name);
    vprintf(name, args);
    va_end(args);
    printf("\n");
}

static bool put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    bool good = fd >= 0 && write(fd, text, strlen(text)) >= 0;

    if (fd >= 0) {
        close(fd);
    }
    return good;
}

static unsigned files_in(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;
    struct dirent *e;

    while (dir && (e = readdir(dir))) {
        count += e->d_name[0] != '.';
    }
    if (dir) {
        closedir(dir);
    }
    return count;
}

/* The number of the device's IOMMU group, or -1. */
static int group_of(const char *device, unsigned *members)
{
    char path[512], link[512];
    const char *number;
    ssize_t got;

    snprintf(path, sizeof(path), PCI "devices/%s/iommu_group", device);
    got = readlink(path, link, sizeof(link) - 1);
    if (got < 0) {
        return -1;
    }
    link[got] = 0;
    snprintf(path, sizeof(path), PCI "devices/%s/iommu_group/devices", device);
    *members = files_in(path);
    number = strrchr(link, '/');
    return number ? atoi(number + 1) : -1;
}

typedef struct Device {
    int container, fd;
    volatile uint8_t *regs;
    uint64_t *page;
} Device;

static uint32_t get32(const Device *d, unsigned reg)
{
    return *(volatile uint32_t *)(d->regs + reg);
}

static uint64_t get64(const Device *d, unsigned reg)
{
    return *(volatile uint64_t *)(d->regs + reg);
}

static void set32(const Device *d, unsigned reg, uint32_t value)
{
    *(volatile uint32_t *)(d->regs + reg) = value;
}

static void set64(const Device *d, unsigned reg, uint64_t value)
{
    *(volatile uint64_t *)(d->regs + reg) = value;
}

static bool open_group(Device *d, int number)
{
    char path[64];
    int group;

    d->container = open("/dev/vfio/vfio", O_RDWR);
    snprintf(path, sizeof(path), "/dev/vfio/%d", number);
    group = open(path, O_RDWR);
    if (d->container < 0 || group < 0 ||
        ioctl(group, VFIO_GROUP_SET_CONTAINER, &d->container) ||
        ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) {
        return false;
    }
    d->fd = group;
    return true;
}

static bool map_page(Device *d)
{
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof(map),
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .iova = IOVA,
        .size = PAGE,
    };

    d->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    map.vaddr = (uintptr_t)d->page;
    return d->page != MAP_FAILED &&
           ioctl(d->container, VFIO_IOMMU_MAP_DMA, &map) == 0;
}

static bool open_device(Device *d, const char *name)
{
    struct vfio_region_info region = {
        .argsz = sizeof(region),
        .index = VFIO_PCI_BAR0_REGION_INDEX,
    };
    struct vfio_region_info config = {
        .argsz = sizeof(config),
        .index = VFIO_PCI_CONFIG_REGION_INDEX,
    };
    uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    void *bar;

    d->fd = ioctl(d->fd, VFIO_GROUP_GET_DEVICE_FD, name);
    if (d->fd < 0 || ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, &region) ||
        ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, &config) ||
        region.size != VR_IRQGEN_REG_SIZE ||
        pwrite(d->fd, &command, 2, config.offset + PCI_COMMAND) != 2) {
        return false;
    }
    bar = mmap(NULL, region.size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd,
               region.offset);
    d->regs = bar;
    return bar != MAP_FAILED;
}

static bool set_irqs(const Device *d, uint32_t index, const int *fds,
                     unsigned count)
{
    struct {
        struct vfio_irq_set head;
        int32_t fds[MSIX_USED];
    } set = {
        .head = {
            .argsz = sizeof(set.head) + count * sizeof(int32_t),
            .flags = VFIO_IRQ_SET_ACTION_TRIGGER |
                     (fds ? VFIO_IRQ_SET_DATA_EVENTFD :
                      VFIO_IRQ_SET_DATA_NONE),
            .index = index,
            .count = count,
        },
    };

    if (fds) {
        memcpy(set.fds, fds, count * sizeof(int32_t));
    }
    return ioctl(d->fd, VFIO_DEVICE_SET_IRQS, &set) == 0;
}

/* Each interrupt is waited for, so none may coalesce. */
static unsigned fire_in_turn(const Device *d, const int *fds, unsigned vectors)
{
    const unsigned ch = VR_IRQGEN_CHANNEL(1);
    unsigned good = 0;

    set64(d, ch + VR_IRQGEN_CH_COUNT, 1);
    set32(d, ch + VR_IRQGEN_CH_FLAGS, VR_IRQGEN_CH_FLAGS_DMA_SEQ);
    set64(d, ch + VR_IRQGEN_CH_DMA_ADDR, IOVA + 64);
    set64(d, ch + VR_IRQGEN_CH_SEQ, 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct pollfd wait = { .fd = fds[i % vectors], .events = POLLIN };
        uint64_t value = 0;

        set32(d, ch + VR_IRQGEN_CH_VECTOR, i % vectors);
        set32(d, ch + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
        if (poll(&wait, 1, 5000) == 1 &&
            read(wait.fd, &value, sizeof(value)) == sizeof(value)) {
            good += value == 1 &&
                    __atomic_load_n(&d->page[8], __ATOMIC_ACQUIRE) == i + 1;
        }
    }
    return good;
}

static void try_interrupts(const Device *d, const char *name, uint32_t index,
                           unsigned vectors)
{
    const char *kind = index == VFIO_PCI_MSIX_IRQ_INDEX ? "MSI-X" : "MSI";
    struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };
    bool known = ioctl(d->fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0;
    unsigned good;
    int fds[MSIX_USED];

    check(known && info.count == (index == VFIO_PCI_MSIX_IRQ_INDEX ?
                                  VR_IRQGEN_NUM_MSIX : VR_IRQGEN_NUM_MSI),
          "%s: %u vectors of %s", name, info.count, kind);
    for (unsigned i = 0; i < vectors; i++) {
        fds[i] = eventfd(0, EFD_CLOEXEC);
    }
    if (!set_irqs(d, index, fds, vectors)) {
        check(false, "%s: %s is enabled", name, kind);
        return;
    }
    good = fire_in_turn(d, fds, vectors);
    check(good == ROUNDS, "%s: %u of %u interrupts of %u vectors of %s, each "
          "after its sequence number", name, good, ROUNDS, vectors, kind);
    check(get64(d, VR_IRQGEN_MSG_ERRORS) == 0, "%s: none was refused", name);
    set_irqs(d, index, NULL, 0);
    for (unsigned i = 0; i < vectors; i++) {
        close(fds[i]);
    }
}

static void try_bad_dma(const Device *d, const char *name)
{
    const unsigned ch = VR_IRQGEN_CHANNEL(2);

    set64(d, ch + VR_IRQGEN_CH_COUNT, 1);
    set32(d, ch + VR_IRQGEN_CH_FLAGS, VR_IRQGEN_CH_FLAGS_DMA_SEQ);
    set64(d, ch + VR_IRQGEN_CH_DMA_ADDR, IOVA + PAGE);
    set32(d, ch + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
    check(get64(d, ch + VR_IRQGEN_CH_DMA_ERRORS) == 1,
          "%s: what is not mapped for it is out of its reach", name);
}

static void try_reset(const Device *d, const char *name)
{
    struct vfio_device_info info = { .argsz = sizeof(info) };
    const unsigned ch = VR_IRQGEN_CHANNEL(3);

    check(ioctl(d->fd, VFIO_DEVICE_GET_INFO, &info) == 0 &&
          info.flags & VFIO_DEVICE_FLAGS_RESET, "%s: can be reset", name);
    set64(d, ch + VR_IRQGEN_CH_COUNT, UINT64_MAX);
    set64(d, ch + VR_IRQGEN_CH_PERIOD, 1000000);
    set32(d, ch + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
    check(get32(d, ch + VR_IRQGEN_CH_STATUS) & VR_IRQGEN_CH_STATUS_RUNNING &&
          ioctl(d->fd, VFIO_DEVICE_RESET) == 0 &&
          get32(d, ch + VR_IRQGEN_CH_STATUS) == 0 &&
          get64(d, ch + VR_IRQGEN_CH_COUNT) == 0,
          "%s: the reset stops it", name);
}

static void try_device(const char *name)
{
    unsigned members = 0;
    Device d = { 0 };
    int group = group_of(name, &members);

    check(group >= 0 && members == 1, "%s: alone in its IOMMU group (%d)",
          name, group);
    if (!open_group(&d, group) || !map_page(&d) || !open_device(&d, name) ||
        get32(&d, VR_IRQGEN_ID) != VR_IRQGEN_ID_VALUE) {
        check(false, "%s: opened through VFIO", name);
        perror("# VFIO");
        return;
    }
    check(true, "%s: opened through VFIO", name);
    try_interrupts(&d, name, VFIO_PCI_MSIX_IRQ_INDEX, MSIX_USED);
    try_interrupts(&d, name, VFIO_PCI_MSI_IRQ_INDEX, MSI_USED);
    try_bad_dma(&d, name);
    try_reset(&d, name);
}

static bool is_irqgen(const char *name)
{
    char path[512], text[16] = "";
    int fd;

    snprintf(path, sizeof(path), PCI "devices/%s/device", name);
    fd = open(path, O_RDONLY);
    if (fd >= 0) {
        if (read(fd, text, sizeof(text) - 1) < 0) {
            text[0] = 0;
        }
        close(fd);
    }
    return strtoul(text, NULL, 0) == VR_IRQGEN_DEVICE;
}

static unsigned long sum_of(const char *numbers)
{
    unsigned long sum = 0;
    char *end;

    for (;;) {
        sum += strtoul(numbers, &end, 10);
        if (end == numbers) {
            return sum;
        }
        numbers = end;
    }
}

/* Notifications of posted MSIs so far, over all CPUs */
static unsigned long notifications(void)
{
    FILE *f = fopen("/proc/interrupts", "r");
    unsigned long sum = 0;
    char line[1024];

    while (f && fgets(line, sizeof(line), f)) {
        const char *row = strstr(line, "PMN:");

        sum += row ? sum_of(row + 4) : 0;
    }
    if (f) {
        fclose(f);
    }
    return sum;
}

static bool posts(void)
{
    char line[1024] = "";
    FILE *f = fopen("/proc/cmdline", "r");
    bool found = f && fgets(line, sizeof(line), f) &&
                 strstr(line, "intremap=posted_msi");

    if (f) {
        fclose(f);
    }
    return found;
}

static void try_devices(void)
{
    DIR *dir = opendir(PCI "devices");
    struct dirent *e;
    char id[32];

    snprintf(id, sizeof(id), "%x %x", VR_IRQGEN_VENDOR, VR_IRQGEN_DEVICE);
    check(put(PCI "drivers/vfio-pci/new_id", id), "vfio-pci takes its id");
    while (dir && (e = readdir(dir))) {
        if (is_irqgen(e->d_name)) {
            try_device(e->d_name);
        }
    }
}

int main(void)
{
    unsigned long before, after;

    mount("dev", "/dev", "devtmpfs", 0, NULL);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sys", "/sys", "sysfs", 0, NULL);
    before = notifications();
    try_devices();
    if (posts()) {
        after = notifications();
        check(after > before, "posted: %lu notifications", after - before);
    }
    printf("1..%u\n", tests);
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
