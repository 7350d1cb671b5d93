/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sweep on a machine made up here: a CPU that comes by a window of so many
 * instructions, a guest behind it, and a CPU that carries out orders. Each test
 * plays in a process of its own and reads what was left in points.txt.
 */
#include "sweep.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "irqgen.h"

#define FROM 0x1000u
#define TO 0x9000u
#define VECTOR 0x51
#define NONE UINT_MAX

typedef enum Fate {
    GOOD, LOST, TWICE, LATE, SLOW, ON_WITHOUT_NOTIFICATION,
    IGNORED,
} Fate;

/* What is made up. Instructions are counted from 0. */
static struct {
    unsigned length; /* instructions of the window */
    unsigned guest;  /* a guest runs before this one; NONE */
    unsigned special; /* an event before this one has the fate */
    Fate fate;
    bool never_opens, never_closes, silent, stuck;
    bool no_actor;
} fake;

static VrSweepConfig config;
static char *folder;
static char *trace; /* of the machine; NULL: it writes none */

/* --- the machine --- */

static uint64_t now = 1000;
static unsigned at;        /* the next instruction of the window */
static unsigned fired_at;  /* before which one; NONE */
static bool parked, order_given;
static unsigned received;
static uint64_t timer = UINT64_MAX;
static uint64_t wake_in = 20000; /* the agent's patience with a halt */
static bool overdue;
static unsigned guest_instructions;

static void record(VrTraceKind kind, uint32_t id, uint64_t outcome)
{
    const VrTraceRec rec = {
        .time = now, .kind = kind, .id = id, .arg = { 0, 0, outcome },
    };

    vr_sweep_ops.record(&rec);
}

bool virelay_sweep_attach(const VrSweepOps *ops)
{
    return ops != NULL;
}

void virelay_sweep_turn(unsigned cpu)
{
    (void)cpu;
}

void virelay_sweep_park(unsigned cpu, bool yes)
{
    g_assert_cmpuint(cpu, ==, 0);
    parked = yes;
}

void virelay_sweep_halt(unsigned cpu)
{
    g_assert_cmpuint(cpu, ==, 1);
}

void virelay_sweep_wake(unsigned cpu)
{
    g_assert_cmpuint(cpu, ==, 1);
    order_given = true;
}

uint64_t virelay_sweep_pc(unsigned cpu)
{
    (void)cpu;
    return FROM + at;
}

uint64_t virelay_sweep_sp(unsigned cpu)
{
    (void)cpu;
    return 0x8000;
}

bool virelay_sweep_frame(unsigned cpu, uint64_t *ret, uint64_t *sp)
{
    (void)cpu;
    *ret = TO;
    *sp = 0x8000;
    return true;
}

void virelay_sweep_retranslate(void)
{
}

uint64_t virelay_sweep_now(void)
{
    return now;
}

void virelay_sweep_timer(uint64_t when)
{
    timer = when;
}

bool virelay_sweep_fire(unsigned channel)
{
    g_assert_cmpuint(channel, ==, 0);
    fired_at = at;
    if (!fake.silent) {
        record(VR_TRACE_IRQGEN, 0, VR_IRQGEN_SENT);
    }
    return true;
}

void virelay_sweep_patience(uint64_t ns)
{
    g_assert_cmpuint(ns, ==, config.patience);
}

/* --- what runs on it --- */

static void pass_time(uint64_t ns)
{
    now += ns;
    if (now >= timer) {
        timer = UINT64_MAX;
        vr_sweep_ops.timeout();
    }
}

static void actor_runs(void)
{
    if (order_given && !fake.no_actor &&
        vr_sweep_ops.read(1, VR_TESTDEV_SWEEP_ORDER) == config.event) {
        order_given = false;
        g_assert_true(parked);
        fired_at = at;
        vr_sweep_ops.write(1, VR_TESTDEV_SWEEP_DONE, 0);
        g_assert_cmpuint(vr_sweep_ops.read(1, VR_TESTDEV_SWEEP_ORDER), ==, 0);
    }
}

static void others_run(void)
{
    while (parked) {
        actor_runs();
        pass_time(100);
    }
}

static void guest_inside(void)
{
    record(VR_TRACE_VMX_ENTRY, 0, 0);
    if (fired_at != NONE) {
        record(VR_TRACE_VMX_VIRQ, VECTOR, 0);
        received++;
        fired_at = NONE;
    }
    g_assert_cmpint(vr_sweep_ops.limit(0), ==, INT64_MAX);
    vr_sweep_ops.executed(0, 1000);
    guest_instructions += 1000;
    record(VR_TRACE_VMX_EXIT, 0, 0);
    vr_sweep_ops.stopped(0);
    others_run();
}

static void execute_window(void)
{
    at = 0;
    if (vr_sweep_at_from(0)) {
        vr_sweep_ops.stopped(0);
        others_run();
        g_assert_false(vr_sweep_at_from(0));
    }
    while (at < fake.length) {
        int64_t turn = MIN(vr_sweep_ops.limit(0), 7);
        unsigned n = MIN(turn, fake.length - at);

        if (fake.guest != NONE && at <= fake.guest && at + n > fake.guest) {
            n = fake.guest - at;
        }
        at += n;
        vr_sweep_ops.executed(0, n);
        vr_sweep_ops.stopped(0);
        others_run();
        if (at == fake.guest) {
            guest_inside();
            at++;
            vr_sweep_ops.executed(0, 1);
            vr_sweep_ops.stopped(0);
            others_run();
        }
        pass_time(n);
    }
    if (!fake.never_closes) {
        vr_sweep_at_to(0, TO);
    }
}

static void deliver(void)
{
    Fate fate = fired_at == fake.special ? fake.fate : GOOD;

    record(VR_TRACE_VMX_ENTRY, 0, 0);
    if (fired_at != NONE && fate != LOST) {
        if (fate == LATE) {
            overdue = config.load != VR_SWEEP_LOAD_HALT;
            pass_time(wake_in);
        }
        if (fate == SLOW) {
            pass_time(config.prompt);
        }
        if (fate == ON_WITHOUT_NOTIFICATION) {
            record(VR_TRACE_VMX_PI_LOST, 0, 0);
        }
        if (fate == IGNORED) {
            record(VR_TRACE_ICV_DIR, VECTOR, 0);
        }
        record(VR_TRACE_VMX_VIRQ, VECTOR, 0);
        received += fate == TWICE ? 2 : 1;
        fired_at = NONE;
    }
    pass_time(1000);
    record(VR_TRACE_VMX_EXIT, 0, 0);
}

static void play(void)
{
    uint64_t what;
    unsigned failures = 0;

    vr_sweep_ops.write(0, VR_TESTDEV_SWEEP_VECTOR, VECTOR);
    g_assert_cmpuint(vr_sweep_ops.read(1, VR_TESTDEV_SWEEP_ORDER), ==, 0);
    while ((what = vr_sweep_ops.read(0, VR_TESTDEV_SWEEP_NEXT)) & 0xff) {
        failures += (what & VR_SWEEP_FAILED) != 0;
        if ((what & 0xff) == VR_SWEEP_POINT) {
            received = 0;
            fired_at = NONE;
        }
        vr_sweep_ops.write(0, VR_TESTDEV_SWEEP_WAKE, wake_in);
        overdue = false;
        if (!fake.never_opens) {
            execute_window();
        }
        deliver();
        vr_sweep_ops.write(0, VR_TESTDEV_SWEEP_END,
                           fake.stuck ? VR_SWEEP_STUCK :
                           received | (overdue ? VR_SWEEP_OVERDUE : 0));
    }
    g_assert_cmpuint(vr_sweep_ops.read(1, VR_TESTDEV_SWEEP_ORDER), ==,
                     VR_SWEEP_QUIT);
    g_assert_cmpuint(failures, ==, fake.fate != GOOD && fake.fate != SLOW);
    vr_sweep_finish();
}

/* --- the tests --- */

static void set_up(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.length = 20;
    fake.guest = fake.special = NONE;
    config = (VrSweepConfig){
        .from = FROM, .to = TO, .event = VR_SWEEP_MSI, .first = 1,
        .last = UINT64_MAX, .repeat = 1, .most = UINT64_MAX, .latency = 5000, .prompt = 3000,
        .park = 10000, .settle = 100, .patience = 500, .folder = folder,
    };
}

/* What it left; to be freed. */
static char *sweep(void)
{
    g_autofree char *path = g_build_filename(folder, "points.txt", NULL);
    char *text = NULL;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        VrError err;

        g_assert_true(!trace || vr_trace_open(trace, &err));
        g_assert_true(vr_sweep_start(&config));
        play();
        g_assert_true(!trace || vr_trace_close(&err));
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_unlink(path);
    return text;
}

static unsigned lines_with(const char *text, const char *part)
{
    unsigned count = 0;

    for (const char *p = text; (p = strstr(p, part)); p++) {
        count++;
    }
    return count;
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        g_error("no '%s' in: %s", part, text);
    }
}

static void expect_all_pass(const char *text, unsigned points)
{
    g_assert_cmpuint(lines_with(text, " pass "), ==, points);
    g_assert_cmpuint(lines_with(text, " fail "), ==, 0);
    g_assert_cmpuint(lines_with(text, " again "), ==, 0);
}

/* Before each instruction, and before the one that ends it: once. */
static void test_every_instruction(void)
{
    g_autofree char *text = NULL;

    set_up();
    text = sweep();
    expect_all_pass(text, 21);
    for (unsigned k = 1; k <= 21; k++) {
        g_autofree char *line = g_strdup_printf("point %u pass 0x%x 0 ", k,
                                                FROM + k - 1);

        expect(text, line);
    }
    expect(text, "end closed 22 ");
}

static void test_guest_is_not_counted(void)
{
    g_autofree char *text = NULL;

    set_up();
    fake.guest = 9;
    text = sweep();
    expect_all_pass(text, 21);
    expect(text, "point 10 pass 0x1009 ");
    expect(text, "end closed 22 ");
}

static void test_return(void)
{
    g_autofree char *text = NULL;

    set_up();
    config.to_return = true;
    config.to = 0;
    text = sweep();
    expect_all_pass(text, 21);
}

static void test_part(void)
{
    g_autofree char *text = NULL;

    set_up();
    config.first = 5;
    config.last = 8;
    text = sweep();
    expect_all_pass(text, 4);
    expect(text, "point 5 pass 0x1004 ");
    expect(text, "end done 8 ");
}

static void test_other_cpu(void)
{
    g_autofree char *text = NULL;

    set_up();
    config.cpu = 3;
    text = sweep();
    expect(text, "end unopened 1 ");
}

static void expect_fails_once(Fate fate, bool halts, const char *why)
{
    g_autofree char *text = NULL;
    g_autofree char *point = g_build_filename(folder, "point-7.vrt", NULL);

    set_up();
    config.load = halts ? VR_SWEEP_LOAD_HALT : VR_SWEEP_LOAD_EXIT;
    config.event = fate == IGNORED ? VR_SWEEP_SPI : VR_SWEEP_MSI;
    fake.special = 6;
    fake.fate = fate;
    text = sweep();
    g_assert_cmpuint(lines_with(text, " fail "), ==, 1);
    g_assert_cmpuint(lines_with(text, " pass "), ==, 20);
    expect(text, "point 7 fail 0x1006 ");
    expect(text, why);
    g_assert_true(g_file_test(point, G_FILE_TEST_IS_REGULAR));
    g_unlink(point);
}

static void test_failures(void)
{
    expect_fails_once(LOST, false, "never reached");
    expect_fails_once(TWICE, false, "more than once");
    expect_fails_once(LATE, false, "something else pushed");
    expect_fails_once(LATE, true, "something else pushed");
    expect_fails_once(ON_WITHOUT_NOTIFICATION, false,
                      "ON set and no notification");
    expect_fails_once(IGNORED, false, "not trapped");
}

/* What a check judges: points in order, then the end. */
static void test_records(void)
{
    g_autofree char *text = NULL;
    g_autofree char *point = g_build_filename(folder, "point-7.vrt", NULL);
    g_autofree char *path = g_build_filename(folder, "trace.vrt", NULL);
    VrTraceReader *reader;
    VrTraceRec rec;
    VrError err;

    set_up();
    fake.special = 6;
    fake.fate = LOST;
    trace = path;
    text = sweep();
    trace = NULL;
    reader = vr_trace_reader_open(path, &err);
    g_assert_nonnull(reader);
    for (unsigned k = 1; k <= 21; k++) {
        g_assert_true(vr_trace_reader_next(reader, &rec));
        g_assert_cmpuint(rec.kind, ==, VR_TRACE_SWEEP_POINT);
        g_assert_cmpuint(rec.id, ==, k);
        g_assert_cmpuint(rec.arg[0], ==,
                         k == 7 ? VR_POINT_FAIL : VR_POINT_PASS);
        g_assert_cmpuint(rec.arg[1], ==, FROM + k - 1);
    }
    g_assert_true(vr_trace_reader_next(reader, &rec));
    g_assert_cmpuint(rec.kind, ==, VR_TRACE_SWEEP_END);
    g_assert_cmpuint(rec.id, ==, VR_SWEEP_END_CLOSED);
    g_assert_cmpuint(rec.arg[0], ==, 22);
    g_assert_cmpuint(rec.arg[1], ==, VR_SWEEP_MSI);
    g_assert_false(vr_trace_reader_next(reader, &rec));
    vr_trace_reader_close(reader);
    g_unlink(path);
    g_unlink(point);
}

/* What woke it was not the interrupt, nor the agent: that proves nothing. */
static void test_slow(void)
{
    g_autofree char *text = NULL;

    set_up();
    fake.special = 5;
    fake.fate = SLOW;
    config.load = VR_SWEEP_LOAD_HALT;
    text = sweep();
    expect(text, "point 6 again ");
    g_assert_cmpuint(lines_with(text, " again "), ==, 1);
    g_assert_cmpuint(lines_with(text, " fail "), ==, 0);
}

static void test_ends(void)
{
    g_autofree char *opens = NULL, *closes = NULL, *silent = NULL;
    g_autofree char *stuck = NULL, *actor = NULL;

    set_up();
    fake.never_opens = true;
    opens = sweep();
    expect(opens, "end unopened 1 ");
    set_up();
    fake.never_closes = true;
    config.first = 30;
    closes = sweep();
    expect(closes, "end unclosed 30 ");
    set_up();
    fake.silent = true;
    silent = sweep();
    expect(silent, "end silent 1 ");
    set_up();
    fake.stuck = true;
    stuck = sweep();
    expect(stuck, "end stuck 1 ");
    set_up();
    fake.no_actor = true;
    config.event = VR_SWEEP_POST;
    actor = sweep();
    expect(actor, "end unfired 1 ");
}

/* The CPU in the window waits until another one has done it. */
static void test_order(void)
{
    g_autofree char *text = NULL;

    set_up();
    config.event = VR_SWEEP_POST;
    text = sweep();
    expect_all_pass(text, 21);
    expect(text, "point 3 pass 0x1002 0 ");
    g_assert_cmpuint(lines_with(text, " r"), ==, 0);
}

int main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("virelay-sweep-XXXXXX", NULL);
    g_assert_nonnull(folder);
    g_test_add_func("/sweep/every-instruction", test_every_instruction);
    g_test_add_func("/sweep/guest-is-not-counted", test_guest_is_not_counted);
    g_test_add_func("/sweep/return", test_return);
    g_test_add_func("/sweep/part", test_part);
    g_test_add_func("/sweep/other-cpu", test_other_cpu);
    g_test_add_func("/sweep/failures", test_failures);
    g_test_add_func("/sweep/records", test_records);
    g_test_add_func("/sweep/ends", test_ends);
    g_test_add_func("/sweep/slow", test_slow);
    g_test_add_func("/sweep/order", test_order);
    ret = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return ret;
}
