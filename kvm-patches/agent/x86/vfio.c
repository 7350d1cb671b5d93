/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

#define PCI_COMMAND 4
#define PCI_COMMAND_MEMORY_MASTER 6
#define MAX_VECTORS 64

static bool failed(VrVfio *v, const char *what)
{
    snprintf(v->error, sizeof(v->error), "%s", vr_error_text(what, errno));
    return false;
}

/* From its driver, if it has one, to the one named; "\n": to any that fits. */
static bool rebind(const VrPci *pci, const char *driver)
{
    char path[200];

    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/driver_override",
             pci->name);
    if (!vr_file_write(path, driver)) {
        return false;
    }
    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/driver/unbind", pci->name);
    if (!vr_file_write(path, pci->name) && errno != ENOENT) {
        return false;
    }
    return vr_file_write("/sys/bus/pci/drivers_probe", pci->name);
}

static bool bind_driver(VrVfio *v, const VrPci *pci)
{
    char path[200], link[300];
    ssize_t len;

    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/driver", pci->name);
    len = readlink(path, link, sizeof(link) - 1);
    if (len > 0) {
        link[len] = '\0';
        if (strstr(link, "/vfio-pci")) {
            return true;
        }
    }
    if (!rebind(pci, "vfio-pci")) {
        return failed(v, "driver_override, unbind or drivers_probe");
    }
    return true;
}

static bool open_group(VrVfio *v, const VrPci *pci)
{
    char path[200], link[300];
    const char *number;
    ssize_t len;

    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/iommu_group", pci->name);
    len = readlink(path, link, sizeof(link) - 1);
    if (len < 0) {
        return failed(v, "iommu_group");
    }
    link[len] = '\0';
    number = strrchr(link, '/');
    snprintf(path, sizeof(path), "/dev/vfio/%.20s", number ? number + 1 : link);
    v->group = open(path, O_RDWR | O_CLOEXEC);
    return v->group >= 0 || failed(v, path);
}

static bool attach(VrVfio *v, const VrPci *pci)
{
    v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (v->container < 0) {
        return failed(v, "open /dev/vfio/vfio");
    }
    if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container)) {
        return failed(v, "VFIO_GROUP_SET_CONTAINER");
    }
    if (ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) {
        return failed(v, "VFIO_SET_IOMMU");
    }
    v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, pci->name);
    return v->device >= 0 || failed(v, "VFIO_GROUP_GET_DEVICE_FD");
}

static bool region(VrVfio *v, unsigned index, uint64_t *offset, uint64_t *size)
{
    struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

    if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info)) {
        return failed(v, "VFIO_DEVICE_GET_REGION_INFO");
    }
    *offset = info.offset;
    *size = info.size;
    return true;
}

static bool enable(VrVfio *v)
{
    uint16_t command = PCI_COMMAND_MEMORY_MASTER;
    uint64_t offset, size;

    return region(v, VFIO_PCI_CONFIG_REGION_INDEX, &offset, &size) &&
           (pwrite(v->device, &command, sizeof(command),
                   offset + PCI_COMMAND) == sizeof(command) ||
            failed(v, "PCI_COMMAND"));
}

bool vr_vfio_open(VrVfio *v, const VrPci *pci)
{
    *v = VR_VFIO_CLOSED;
    return bind_driver(v, pci) && open_group(v, pci) && attach(v, pci) &&
           enable(v);
}

volatile void *vr_vfio_map_bar(VrVfio *v, unsigned bar, size_t size)
{
    uint64_t offset, there;
    void *map;

    if (!region(v, VFIO_PCI_BAR0_REGION_INDEX + bar, &offset, &there)) {
        return NULL;
    }
    if (there < size) {
        snprintf(v->error, sizeof(v->error), "BAR %u has %llu bytes", bar,
                 (unsigned long long)there);
        return NULL;
    }
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, v->device,
               offset);
    if (map == MAP_FAILED) {
        failed(v, "mmap of a BAR");
        return NULL;
    }
    return map;
}

bool vr_vfio_map_dma(VrVfio *v, void *memory, size_t size, uint64_t iova)
{
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof(map),
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .vaddr = (uintptr_t)memory, .iova = iova, .size = size,
    };

    return ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map) == 0 ||
           failed(v, "VFIO_IOMMU_MAP_DMA");
}

static bool set_events(VrVfio *v, unsigned start, const int *events,
                       unsigned count)
{
    uint64_t buf[(sizeof(struct vfio_irq_set) + MAX_VECTORS * sizeof(int)) /
                 sizeof(uint64_t) + 1];
    struct vfio_irq_set *set = (struct vfio_irq_set *)buf;

    memset(buf, 0, sizeof(buf));
    set->argsz = sizeof(*set) + count * sizeof(int);
    set->flags = VFIO_IRQ_SET_ACTION_TRIGGER |
                 (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
    set->index = VFIO_PCI_MSIX_IRQ_INDEX;
    set->start = start;
    set->count = count;
    for (unsigned i = 0; i < count && i < MAX_VECTORS; i++) {
        memcpy(set->data + i * sizeof(int), &events[i], sizeof(int));
    }
    return ioctl(v->device, VFIO_DEVICE_SET_IRQS, set) == 0 ||
           failed(v, "VFIO_DEVICE_SET_IRQS");
}

bool vr_vfio_set_msix(VrVfio *v, const int *events, unsigned count)
{
    return set_events(v, 0, events, count);
}

bool vr_vfio_set_vector(VrVfio *v, unsigned vector, int event)
{
    const int events[] = { event };

    return set_events(v, vector, events, 1);
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

void vr_vfio_close(VrVfio *v)
{
    close_fd(&v->device);
    close_fd(&v->group);
    close_fd(&v->container);
}

void vr_vfio_give_back(const VrPci *pci)
{
    rebind(pci, "\n");
}
