/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The invalidation queue (VT-d 6.5.2) */
#include "vtd.h"

#define SECOND_US 1000000ull

Queue queue;
char queue_memory[QUEUE_PAGES][4096] FW_ALIGNED(8192);
volatile uint32_t queue_status[16] FW_ALIGNED(64);

static uint32_t sequence;

bool queue_start(unsigned qs, bool wide)
{
    queue = (Queue) {
        .ring = queue_memory[0], .bytes = 4096u << qs,
        .width = wide ? 32 : 16,
    };
    memset(queue_memory, 0, sizeof(queue_memory));
    vtd_write64(VTD_IQT, 0);
    vtd_write64(VTD_IQA, (uint64_t)queue.ring | (wide ? IQA_DW : 0) | qs);
    return vtd_command(G_QI, true);
}

static bool stopped_by_error(void)
{
    return vtd_read(VTD_FSTS) & (FSTS_IQE | FSTS_ITE);
}

bool queue_idle(void)
{
    uint64_t end = hal_ticks() + SECOND_US * hal_ticks_per_us();

    while (vtd_read64(VTD_IQH) != vtd_read64(VTD_IQT)) {
        if (stopped_by_error() || hal_ticks() > end) {
            return false;
        }
        cpu_relax();
    }
    return !stopped_by_error();
}

static uint64_t wait_descriptor(void)
{
    return INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(++sequence);
}

/*
 * A queue that stopped at a bad descriptor: good ones take the place of all of
 * it, from where it stopped; the error is cleared; the unit goes on (VT-d
 * 6.5.2, "Hardware Handling of Queued Invalidation Interface Errors").
 */
static bool make_it_go(void)
{
    uint64_t iqa = vtd_read64(VTD_IQA);
    unsigned width = iqa & IQA_DW ? 32 : 16;
    char *ring = hal_map(iqa & ~0xfffull, 4096u << (iqa & 7));
    unsigned bytes = 4096u << (iqa & 7), head;

    if (ring != queue_memory[0]) {
        return false;
    }
    memset(queue_memory, 0, sizeof(queue_memory));
    for (unsigned at = 0; at + width <= bytes
         && at + width <= sizeof(queue_memory); at += width) {
        ((uint64_t *)(ring + at))[0] = wait_descriptor();
        ((uint64_t *)(ring + at))[1] = (uint64_t)&queue_status[0];
    }
    head = vtd_read64(VTD_IQH) / width * width;
    vtd_write64(VTD_IQT, (head + width) % bytes);
    vtd_write(VTD_FSTS, FSTS_IQE | FSTS_ICE | FSTS_ITE);
    vtd_write64(VTD_IQT, (head + width) % bytes);
    return queue_idle();
}

bool queue_stop(void)
{
    if (!(vtd_read(VTD_GSTS) & G_QI)) {
        return true;
    }
    vtd_write(VTD_FSTS, FSTS_IQE | FSTS_ICE | FSTS_ITE);
    if (vtd_read64(VTD_IQH) != vtd_read64(VTD_IQT) || stopped_by_error()) {
        make_it_go();
    }
    return vtd_command(G_QI, false);
}

void queue_push(uint64_t lo, uint64_t hi)
{
    uint64_t *d = (uint64_t *)(queue.ring + queue.tail);

    d[0] = lo;
    d[1] = hi;
    if (queue.width == 32) {
        d[2] = d[3] = 0;
    }
    queue.tail = (queue.tail + queue.width) % queue.bytes;
}

void queue_ring(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    vtd_write64(VTD_IQT, queue.tail);
}

bool queue_sync(void)
{
    uint64_t end = hal_ticks() + SECOND_US * hal_ticks_per_us();
    uint64_t d = wait_descriptor();

    queue_push(d, (uint64_t)&queue_status[0]);
    queue_ring();
    while (queue_status[0] != sequence) {
        if (hal_ticks() > end || stopped_by_error()) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

void queue_sync_if_idle(void)
{
    if ((vtd_read(VTD_GSTS) & G_QI) && !stopped_by_error()
        && vtd_read64(VTD_IQT) == queue.tail
        && vtd_read64(VTD_IQH) == queue.tail) {
        queue_sync();
    }
}

static void sync_or_fail(void)
{
    if (!queue_sync()) {
        fw_fail(__FILE__, __LINE__, "queue_sync()", "the invalidation wait is"
                " not complete: FSTS 0x%x, IQH 0x%lx, IQT 0x%lx",
                vtd_read(VTD_FSTS), vtd_read64(VTD_IQH),
                vtd_read64(VTD_IQT));
    }
}

void iec_invalidate_all(void)
{
    queue_push(INV_IEC, 0);
    sync_or_fail();
}

void iec_invalidate(unsigned index, unsigned mask)
{
    queue_push(INV_IEC | INV_IEC_INDEX | INV_IEC_IM(mask)
               | INV_IEC_IIDX(index), 0);
    sync_or_fail();
}
