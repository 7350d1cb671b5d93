/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep.h"

#include <string.h>

#include "log.h"
#include "point.h"

/* How often a point is tried that shows nothing */
#define TRIES 4
/* How often a vCPU may come round without the window, one after the other */
#define ROUNDS_UNOPENED 64
/* Points that are played first, and not judged: the kernel's way through the
 * window is another one as long as something is done for the first time. */
#define WARM_UP 8
/* How long an order may take, in times of config.park */
#define ORDER_PARKS 20

typedef enum Phase {
    IDLE,
    ARMED,    /* the next CPU at FROM opens the window */
    OPENING,  /* it stops there */
    COUNTING,
    PARKED,   /* while another CPU carries out the event */
    FIRED,
    PAST,     /* the window has closed before the k-th instruction */
} Phase;

static VrSweepConfig config;
static Phase phase;
static VrPoint point;
static int64_t left;   /* instructions until the event */
static uint64_t frame; /* the stack pointer behind the return */
static bool passing;   /* the CPU goes on from FROM, where it was stopped */
static bool in_guest[VR_TRACE_MAX_CPUS];
static uint64_t returns[VR_SWEEP_MAX_RETURNS];
static unsigned return_count;
static uint64_t vector;
static uint64_t order;
static bool order_waits;      /* given, and not yet done */
static uint64_t order_until;  /* when it is given up */
static unsigned actor;        /* the CPU that waits for orders */
static bool actor_waits;
static bool settling;         /* paired; the device's interrupt follows */
static bool again, over;
static bool failed; /* the point before */
static unsigned unopened, unclosed, past, tries, rounds;
static uint64_t passes;
static uint64_t judged;
static uint64_t skipped; /* of the point */
static uint64_t wake_at; /* when the agent ends the vCPU's halt */
static unsigned warm;

bool vr_sweep_start(const VrSweepConfig *c)
{
    config = *c;
    point.k = config.first;
    return vr_log_open(config.folder);
}

/* Whether an event has come whose end nobody has seen. */
static bool is_open(void)
{
    return point.fired && (phase == FIRED || phase == PARKED);
}

/* Who ended the machine is not known here: nobody, the host, or the user. */
void vr_sweep_finish(void)
{
    if (!over && is_open()) {
        vr_log_open_point(&point);
    } else if (!over) {
        vr_log_end(VR_SWEEP_END_STOPPED, config.event, point.k,
                   "the machine ended before the sweep");
    }
    vr_log_close();
}

/* --- the window --- */

bool vr_sweep_at_from(unsigned cpu)
{
    if (phase == OPENING || passing) {
        passing = false;
        return false;
    }
    if (phase != ARMED ||
        (config.cpu != VR_SWEEP_ANY_CPU && config.cpu != cpu)) {
        return false;
    }
    if (skipped < config.skip) {
        skipped++;
        return false;
    }
    phase = OPENING;
    point.cpu = cpu;
    return true;
}

bool vr_sweep_ends_at(uint64_t address)
{
    if (!config.to_return) {
        return address == config.to;
    }
    for (unsigned i = 0; i < return_count; i++) {
        if (returns[i] == address) {
            return true;
        }
    }
    return false;
}

void vr_sweep_at_to(unsigned cpu, uint64_t address)
{
    (void)address;
    if (phase == COUNTING && cpu == point.cpu &&
        (!config.to_return || virelay_sweep_sp(cpu) == frame)) {
        phase = PAST;
    }
}

static void find_return(unsigned cpu)
{
    uint64_t address;

    if (!virelay_sweep_frame(cpu, &address, &frame) ||
        vr_sweep_ends_at(address) || return_count == VR_SWEEP_MAX_RETURNS) {
        return;
    }
    returns[return_count++] = address;
    virelay_sweep_retranslate();
}

/* --- the event --- */

static void give(uint64_t what)
{
    order = what;
    order_waits = true;
    order_until = virelay_sweep_now() + ORDER_PARKS * config.park;
    if (actor_waits) {
        actor_waits = false;
        virelay_sweep_wake(actor);
    }
}

static void complete(void)
{
    point.fired = true;
    point.fired_at = virelay_sweep_now();
    point.wake_at = wake_at > point.fired_at ? wake_at : 0;
}

static void interrupt(void)
{
    complete();
    virelay_sweep_fire(0);
}

static void fire(void)
{
    point.pc = virelay_sweep_pc(point.cpu);
    if (config.event == VR_SWEEP_MSI) {
        phase = FIRED;
        interrupt();
        return;
    }
    phase = PARKED;
    virelay_sweep_park(point.cpu, true);
    virelay_sweep_timer(virelay_sweep_now() + config.park);
    give(config.event);
}

static void unpark(void)
{
    phase = FIRED;
    virelay_sweep_park(point.cpu, false);
    virelay_sweep_timer(UINT64_MAX);
}

static void done(void)
{
    bool background = config.load == VR_SWEEP_LOAD_POST && phase != PARKED;

    order_waits = false;
    if (background) {
        return;
    }
    if (phase == PARKED) {
        unpark();
    }
    if (config.event == VR_SWEEP_PAIR) {
        settling = true;
        virelay_sweep_timer(virelay_sweep_now() + config.settle);
    } else {
        complete();
    }
}

static void timeout(void)
{
    if (phase == PARKED) {
        point.released = true;
        unpark();
    } else if (settling) {
        settling = false;
        interrupt();
    }
}

/* --- the CPU's turns --- */

static bool counts(unsigned cpu)
{
    return phase == COUNTING && cpu == point.cpu && !in_guest[cpu];
}

static int64_t limit(unsigned cpu)
{
    return counts(cpu) ? left : INT64_MAX;
}

static void executed(unsigned cpu, int64_t count)
{
    if (counts(cpu)) {
        left -= count;
    }
}

static void stopped(unsigned cpu)
{
    if (phase == OPENING && cpu == point.cpu) {
        phase = COUNTING;
        left = point.k - 1;
        passing = true;
        if (config.to_return) {
            find_return(cpu);
        }
    }
    if (counts(cpu) && left <= 0) {
        fire();
    }
}

static void crosses(unsigned cpu, bool into)
{
    if (cpu < VR_TRACE_MAX_CPUS && in_guest[cpu] != into) {
        in_guest[cpu] = into;
        if (phase == COUNTING && cpu == point.cpu) {
            virelay_sweep_turn(cpu);
        }
    }
}

static void record(const VrTraceRec *rec)
{
    switch (rec->kind) {
    case VR_TRACE_VMX_ENTRY:
    case VR_TRACE_VM_ENTRY:
        crosses(rec->cpu, true);
        break;
    case VR_TRACE_VMX_EXIT:
    case VR_TRACE_VM_EXIT:
        crosses(rec->cpu, false);
        break;
    default:
        break;
    }
    vr_point_note(&point, rec, vector);
    vr_log_record(rec);
}

/* --- the points --- */

static void end(VrSweepEnd how, const char *text)
{
    if (!over) {
        over = true;
        vr_log_end(how, config.event, point.k, text);
    }
    phase = IDLE;
    give(VR_SWEEP_QUIT);
}

static void advance(void)
{
    tries = 0;
    past = 0;
    if (point.k < config.last) {
        point.k++;
    } else if (++passes == config.repeat) {
        end(VR_SWEEP_END_DONE, "the last point that was asked for");
    } else {
        point.k = config.first;
    }
}

static void judge(void)
{
    const char *why;
    VrPointVerdict verdict = vr_point_judge(&point, &config, &why);

    failed = verdict == VR_POINT_FAIL;
    if (verdict == VR_POINT_AGAIN && ++tries < TRIES) {
        return;
    }
    vr_log_point(&point, verdict, why);
    advance();
    if (++judged == config.most) {
        end(VR_SWEEP_END_DONE, "as many points as were asked for");
    }
}

/* The window is over: that may be so by chance once, when it was shorter. */
static void pass_end(void)
{
    if (++past < TRIES) {
        return;
    }
    if (point.k == 1) {
        end(VR_SWEEP_END_EMPTY, "no instruction lies in the window");
    } else if (++passes == config.repeat) {
        end(VR_SWEEP_END_CLOSED, "every instruction of the window");
    } else {
        past = 0;
        point.k = config.first;
    }
}

static bool answered(void)
{
    if (config.event != VR_SWEEP_MSI && config.event != VR_SWEEP_PAIR) {
        return true;
    }
    if (point.fired && point.sent == 0) {
        end(VR_SWEEP_END_SILENT, point.dropped
            ? "the device's interrupt was masked or dropped"
            : "the device does not answer: its channel is not armed");
        return false;
    }
    return true;
}

/* Not judged; but a failure leaves traces, which the agent is to remove. */
static void warm_up(void)
{
    const char *why;

    warm++;
    failed = vr_point_judge(&point, &config, &why) == VR_POINT_FAIL;
}

/* Something is still under way, and another round may bring it. */
static bool unfinished(void)
{
    if (order_waits || settling) {
        return virelay_sweep_now() < order_until;
    }
    return ++rounds < TRIES &&
           point.fired && (point.received == 0 || point.missing);
}

static void come_round(uint64_t value)
{
    point.received = value & 0xffff;
    point.missing = value >> 16 & 0xffff;
    point.overdue |= (value & VR_SWEEP_OVERDUE) != 0;
    again = false;
    if (value & VR_SWEEP_STUCK) {
        if (is_open()) {
            vr_log_point(&point, VR_POINT_FAIL, "the guest does not come round "
                         "any more");
        }
        end(VR_SWEEP_END_STUCK, "the guest does not come round any more");
        return;
    }
    switch (phase) {
    case ARMED:
        if (++unopened == ROUNDS_UNOPENED) {
            end(VR_SWEEP_END_UNOPENED, "no CPU came to the window's first "
                "instruction");
        }
        break;
    case OPENING:
    case COUNTING:
        if (++unclosed == TRIES) {
            end(VR_SWEEP_END_UNCLOSED, "the window did not close while the "
                "vCPU came round");
        }
        break;
    case PAST:
        warm++;
        pass_end();
        break;
    case PARKED:
    case FIRED:
        again = unfinished();
        if (!again && point.fired && warm < WARM_UP) {
            warm_up();
            break;
        }
        if (!again && !point.fired) {
            end(VR_SWEEP_END_UNFIRED, "no CPU carried out what it was told "
                "to");
        } else if (!again && answered()) {
            unopened = unclosed = 0;
            judge();
        }
        break;
    case IDLE:
        break;
    }
}

/* What the machine did before that is none of the sweep's. */
static void begin_once(void)
{
    static bool begun;

    if (!begun) {
        begun = true;
        virelay_sweep_patience(config.patience);
    }
}

static uint64_t next(void)
{
    begin_once();
    if (over) {
        return VR_SWEEP_OVER | (failed ? VR_SWEEP_FAILED : 0);
    }
    if (again) {
        return VR_SWEEP_AGAIN;
    }
    point = (VrPoint){ .k = point.k };
    phase = ARMED;
    passing = false;
    skipped = 0;
    rounds = 0;
    vr_log_next();
    if (config.load == VR_SWEEP_LOAD_POST) {
        give(VR_SWEEP_POST);
    }
    if (failed) {
        failed = false;
        return VR_SWEEP_POINT | VR_SWEEP_FAILED;
    }
    return VR_SWEEP_POINT;
}

static uint64_t take_order(unsigned cpu)
{
    uint64_t what = order;

    order = over ? VR_SWEEP_QUIT : 0;
    if (!what) {
        actor = cpu;
        actor_waits = true;
        virelay_sweep_halt(cpu);
    }
    return what;
}

static uint64_t read_register(unsigned cpu, unsigned reg)
{
    switch (reg) {
    case VR_TESTDEV_SWEEP_INFO:
        return config.event | config.load << 8 | config.vcpu << 16;
    case VR_TESTDEV_SWEEP_NEXT:
        return next();
    case VR_TESTDEV_SWEEP_ORDER:
        return take_order(cpu);
    default:
        return 0;
    }
}

static void write_register(unsigned cpu, unsigned reg, uint64_t value)
{
    (void)cpu;
    switch (reg) {
    case VR_TESTDEV_SWEEP_VECTOR:
        vector = value;
        break;
    case VR_TESTDEV_SWEEP_END:
        come_round(value);
        break;
    case VR_TESTDEV_SWEEP_DONE:
        done();
        break;
    case VR_TESTDEV_SWEEP_WAKE:
        wake_at = virelay_sweep_now() + value;
        break;
    }
}

const VrSweepOps vr_sweep_ops = {
    .limit = limit,
    .executed = executed,
    .stopped = stopped,
    .timeout = timeout,
    .read = read_register,
    .write = write_register,
    .record = record,
};
