/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "interrupts.h"
#include "report.h"

#define MSIX_ENTRY 16
#define MOVE_TRIES 20

static volatile uint32_t *reg32(const VrRig *rig, unsigned offset)
{
    return (volatile uint32_t *)(rig->regs + offset);
}

static volatile uint64_t *reg64(const VrRig *rig, unsigned offset)
{
    return (volatile uint64_t *)(rig->regs + offset);
}

/* --- opening --- */

static bool open_device(VrRig *rig)
{
    VrVfio *v = &rig->vfio;

    if (!vr_vfio_open(v, &rig->pci)) {
        return false;
    }
    rig->regs = vr_vfio_map_bar(v, VR_IRQGEN_REG_BAR, VR_IRQGEN_REG_SIZE);
    if (!rig->regs) {
        return false;
    }
    rig->msix = vr_vfio_map_bar(v, VR_IRQGEN_MSIX_BAR, VR_IRQGEN_MSIX_SIZE);
    if (!rig->msix) {
        return false;
    }
    rig->dma = mmap(NULL, VR_RIG_DMA_SIZE, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (rig->dma == MAP_FAILED) {
        rig->dma = NULL;
        snprintf(v->error, sizeof(v->error), "no memory for DMA");
        return false;
    }
    *reg32(rig, VR_IRQGEN_CTRL) = VR_IRQGEN_CTRL_RESET;
    return vr_vfio_map_dma(v, rig->dma, VR_RIG_DMA_SIZE, VR_RIG_IOVA);
}

bool vr_rig_new_event(VrRig *rig, unsigned vector)
{
    rig->event[vector] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (rig->event[vector] < 0) {
        snprintf(rig->vfio.error, sizeof(rig->vfio.error), "%s",
                 vr_error_text("eventfd", errno));
        return false;
    }
    return true;
}

static bool open_events(VrRig *rig)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (!vr_rig_new_event(rig, i)) {
            return false;
        }
    }
    return true;
}

static VrIrte *entry_of(const VrRig *rig, unsigned vector)
{
    volatile uint32_t *entry =
        (volatile uint32_t *)(rig->msix + VR_IRQGEN_MSIX_TABLE +
                              vector * MSIX_ENTRY);

    return vr_vtd_irte_of(&rig->vtd, entry[0], entry[2]);
}

static bool find_names(VrRig *rig)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        VrInterrupt row;
        char text[64];

        snprintf(text, sizeof(text), "vfio-msix[%u](%s)", i, rig->pci.name);
        if (!vr_interrupt_named(text, &row)) {
            snprintf(rig->vfio.error, sizeof(rig->vfio.error),
                     "/proc/interrupts has no %s", text);
            return false;
        }
        rig->irq[i] = row.irq;
        rig->irte[i] = entry_of(rig, i);
        if (!rig->irte[i]) {
            snprintf(rig->vfio.error, sizeof(rig->vfio.error),
                     "vector %u: not a message in the remappable format", i);
            return false;
        }
    }
    return true;
}

bool vr_rig_vectors_on(VrRig *rig)
{
    return vr_vfio_set_msix(&rig->vfio, rig->event, VR_RIG_VECTORS) &&
           find_names(rig);
}

/* Why this host cannot assign a device; NULL: it can. */
static const char *vfio_obstacle(void)
{
    if (access("/sys/bus/pci/drivers/vfio-pci", F_OK)) {
        return "this host has no vfio-pci: the kernel was built without "
               "CONFIG_VFIO_PCI, or the module is not loaded";
    }
    return access("/dev/vfio/vfio", F_OK)
               ? "this host has no /dev/vfio/vfio: the kernel was built without "
                 "CONFIG_VFIO_CONTAINER"
               : NULL;
}

/* After vr_vtd_open(). */
static const char *unit_obstacle(int error)
{
    return error == ENOENT   ? "the host drives no remapping unit: the kernel was "
                               "built without CONFIG_INTEL_IOMMU, or is not told "
                               "intel_iommu=on"
           : error == ENODEV ? "the remapping unit has no interrupt table: the "
                               "kernel was built without CONFIG_IRQ_REMAP, or is "
                               "told intremap=off"
                             : vr_error_text("the remapping unit", error);
}

bool vr_rig_open(VrRig *rig, VrContext *ctx)
{
    const char *obstacle;

    *rig = (VrRig){ .ctx = ctx };
    rig->vfio = VR_VFIO_CLOSED;
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        rig->event[i] = -1;
    }
    if (!vr_pci_find(VR_IRQGEN_VENDOR, VR_IRQGEN_DEVICE, &rig->pci, 1)) {
        vr_skip(ctx, "the machine has no virelay-irqgen");
        return false;
    }
    if (!vr_vtd_open(&rig->vtd)) {
        vr_skip(ctx, "%s", unit_obstacle(errno));
        return false;
    }
    obstacle = vfio_obstacle();
    if (obstacle) {
        vr_skip(ctx, "%s", obstacle);
        return false;
    }
    vr_fact(ctx, "pi", !!(vr_vtd_read64(&rig->vtd, VR_VTD_CAP) & VR_CAP_PI));
    if (!open_device(rig) || !open_events(rig) || !vr_rig_vectors_on(rig)) {
        vr_fail(ctx, "virelay-irqgen %s: %s", rig->pci.name, rig->vfio.error);
        return false;
    }
    rig->posting = rig->irte[0]->low & VR_IRTE_PST;
    vr_fact(ctx, "posting", rig->posting);
    vr_fact(ctx, "source", rig->pci.source);
    return true;
}

void vr_rig_close(VrRig *rig)
{
    if (rig->regs) {
        *reg32(rig, VR_IRQGEN_CTRL) = VR_IRQGEN_CTRL_RESET;
        vr_vfio_set_msix(&rig->vfio, NULL, 0);
        munmap((void *)rig->regs, VR_IRQGEN_REG_SIZE);
    }
    if (rig->msix) {
        munmap((void *)rig->msix, VR_IRQGEN_MSIX_SIZE);
    }
    vr_vfio_close(&rig->vfio);
    if (rig->dma) {
        munmap(rig->dma, VR_RIG_DMA_SIZE);
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (rig->event[i] >= 0) {
            close(rig->event[i]);
        }
    }
    vr_vtd_close(&rig->vtd);
}

/* --- firing --- */

void vr_rig_start(VrRig *rig, unsigned channel, const VrShot *shot)
{
    const unsigned at = VR_IRQGEN_CHANNEL(channel);

    *reg32(rig, at + VR_IRQGEN_CH_VECTOR) = shot->vector;
    *reg32(rig, at + VR_IRQGEN_CH_VECTORS) = shot->vectors;
    *reg64(rig, at + VR_IRQGEN_CH_COUNT) = shot->count;
    *reg64(rig, at + VR_IRQGEN_CH_DELAY) = shot->delay;
    *reg64(rig, at + VR_IRQGEN_CH_PERIOD) = shot->period;
    *reg32(rig, at + VR_IRQGEN_CH_BURST) = shot->burst;
    *reg32(rig, at + VR_IRQGEN_CH_FLAGS) = shot->flags;
    *reg64(rig, at + VR_IRQGEN_CH_DMA_ADDR) = VR_RIG_IOVA + channel * 64;
    *reg32(rig, at + VR_IRQGEN_CH_DMA_STRIDE) = 0;
    *reg32(rig, at + VR_IRQGEN_CH_DMA_SLOTS) = 0;
    *reg64(rig, at + VR_IRQGEN_CH_MSG_ADDR) = shot->message;
    *reg32(rig, at + VR_IRQGEN_CH_MSG_DATA) = shot->data;
    *reg32(rig, at + VR_IRQGEN_CH_CTRL) = VR_IRQGEN_CH_CTRL_START;
}

uint64_t vr_rig_channel(const VrRig *rig, unsigned channel, unsigned reg)
{
    return *reg64(rig, VR_IRQGEN_CHANNEL(channel) + reg);
}

uint64_t vr_rig_handled(VrRig *rig)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        uint64_t count;

        if (read(rig->event[i], &count, sizeof(count)) == sizeof(count)) {
            rig->handled[i] += count;
        }
        sum += rig->handled[i];
    }
    return sum;
}

bool vr_rig_wait(VrRig *rig, uint64_t handled, uint64_t ns)
{
    struct pollfd fds[VR_RIG_VECTORS];
    uint64_t end = vr_now() + vr_patient(rig->ctx, ns);

    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        fds[i] = (struct pollfd){ .fd = rig->event[i], .events = POLLIN };
    }
    while (vr_rig_handled(rig) < handled) {
        uint64_t now = vr_now();
        struct timespec left = {
            .tv_sec = (end - now) / VR_SEC, .tv_nsec = (end - now) % VR_SEC,
        };

        if (now >= end) {
            return false;
        }
        ppoll(fds, VR_RIG_VECTORS, &left, NULL);
    }
    return true;
}

uint64_t vr_rig_fire(VrRig *rig, const VrShot *shot)
{
    uint64_t before = vr_rig_handled(rig);

    vr_rig_start(rig, 0, shot);
    vr_rig_wait(rig, before + shot->count,
                VR_RIG_PATIENCE + shot->delay + shot->count * shot->period);
    return vr_rig_handled(rig) - before;
}

bool vr_rig_one(VrRig *rig, unsigned vector)
{
    const VrShot shot = { .vector = vector, .count = 1 };

    return vr_rig_fire(rig, &shot) == 1;
}

void vr_rig_source(VrRig *rig, uint32_t source)
{
    *reg32(rig, VR_IRQGEN_REQUESTER) =
        source == VR_RIG_OWN ? 0 : source | VR_IRQGEN_REQUESTER_OVERRIDE;
}

/* --- what the kernel does with it --- */

/*
 * While the kernel has not yet cleaned up after the last move, which takes it a
 * tick or two, it puts the next one off until an interrupt comes.
 */
static void let_it_clean_up(void)
{
    const struct timespec ticks = { .tv_nsec = 40 * VR_MS };

    nanosleep(&ticks, NULL);
}

bool vr_rig_move(VrRig *rig, unsigned vector, unsigned cpu)
{
    let_it_clean_up();
    for (unsigned i = 0; !vr_interrupt_move(rig->irq[vector], cpu); i++) {
        if (errno != EBUSY || i == MOVE_TRIES) {
            vr_fail(rig->ctx, "vector %u does not move to CPU %u: %s", vector,
                    cpu, strerror(errno));
            return false;
        }
        vr_sleep(VR_MS);
    }
    for (unsigned i = 0; i < MOVE_TRIES &&
                         !vr_interrupt_is_on(rig->irq[vector], cpu); i++) {
        vr_rig_one(rig, vector);
        let_it_clean_up();
    }
    return true;
}

uint64_t vr_rig_on_cpu(const VrRig *rig, unsigned vector, unsigned cpu)
{
    VrInterrupt row;
    char text[64];

    snprintf(text, sizeof(text), "vfio-msix[%u](%s)", vector, rig->pci.name);
    return vr_interrupt_named(text, &row) && cpu < VR_MAX_CPUS
               ? row.count[cpu] : 0;
}

VrPid *vr_rig_pid(VrRig *rig, unsigned vector)
{
    VrPid *pid = vr_vtd_map_pid(vr_irte_descriptor(rig->irte[vector]));

    if (!pid) {
        vr_fail(rig->ctx, "the posted-interrupt descriptor of vector %u cannot "
                "be mapped: %s", vector, strerror(errno));
    }
    return pid;
}
