/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testdev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define BAR_SIZE 4096

static volatile uint8_t *regs;

static bool read_attribute(const char *device, const char *name,
                           unsigned long *value)
{
    char path[300];
    char text[32];
    ssize_t len;
    int fd;

    snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, name);
    fd = open(path, O_RDONLY);
    if (fd < 0) {
        return false;
    }
    len = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (len <= 0) {
        return false;
    }
    text[len] = '\0';
    *value = strtoul(text, NULL, 0);
    return true;
}

static bool enable(const char *device)
{
    char path[300];
    bool done;
    int fd;

    snprintf(path, sizeof(path), PCI_DEVICES "/%s/enable", device);
    fd = open(path, O_WRONLY);
    if (fd < 0) {
        return false;
    }
    done = write(fd, "1", 1) == 1;
    close(fd);
    return done;
}

static void *map_bar0(const char *device)
{
    char path[300];
    void *map;
    int fd;

    snprintf(path, sizeof(path), PCI_DEVICES "/%s/resource0", device);
    fd = open(path, O_RDWR | O_SYNC);
    if (fd < 0) {
        vr_report_diag("test device %s: %s", device,
                       vr_error_text("open resource0", errno));
        return NULL;
    }
    map = mmap(NULL, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED) {
        vr_report_diag("test device %s: %s", device,
                       vr_error_text("mmap resource0", errno));
        return NULL;
    }
    return map;
}

static bool try_device(const char *device)
{
    unsigned long vendor;
    unsigned long id;
    uint32_t magic;

    if (!read_attribute(device, "vendor", &vendor) ||
        !read_attribute(device, "device", &id) ||
        vendor != VR_TESTDEV_VENDOR || id != VR_TESTDEV_DEVICE) {
        return false;
    }
    if (!enable(device)) {
        vr_report_diag("test device %s: cannot be enabled", device);
        return false;
    }
    regs = map_bar0(device);
    if (!regs) {
        return false;
    }
    magic = *(volatile uint32_t *)(regs + VR_TESTDEV_REG_ID);
    if (magic != VR_TESTDEV_ID) {
        vr_report_diag("test device %s: ID is %#x, not %#x", device, magic,
                       VR_TESTDEV_ID);
        regs = NULL;
        return false;
    }
    return true;
}

bool vr_testdev_open(void)
{
    DIR *dir = opendir(PCI_DEVICES);
    struct dirent *entry;
    bool found = false;

    if (!dir) {
        return false;
    }
    while (!found && (entry = readdir(dir))) {
        found = entry->d_name[0] != '.' && try_device(entry->d_name);
    }
    closedir(dir);
    return found;
}

void vr_mark(uint32_t mark, uint64_t value)
{
    if (regs) {
        *(volatile uint64_t *)(regs + VR_TESTDEV_REG_MARK_VALUE) = value;
        *(volatile uint32_t *)(regs + VR_TESTDEV_REG_MARK) = mark;
    }
}

uint64_t vr_testdev_instructions(void)
{
    return regs ? *(volatile uint64_t *)(regs + VR_TESTDEV_REG_INSTRUCTIONS)
                : 0;
}

uint64_t vr_sweep_read(unsigned reg)
{
    return regs ? *(volatile uint64_t *)(regs + reg) : 0;
}

void vr_sweep_write(unsigned reg, uint64_t value)
{
    if (regs) {
        *(volatile uint64_t *)(regs + reg) = value;
    }
}

void vr_testdev_exit(uint32_t status)
{
    if (regs) {
        *(volatile uint32_t *)(regs + VR_TESTDEV_REG_EXIT) = status;
    }
}
