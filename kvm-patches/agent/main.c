/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent: init of the Linux host. It runs the scenarios that the kernel
 * command line asks for, reports, and ends the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "params.h"
#include "report.h"
#include "testdev.h"
#include "watchdog.h"

#define MAX_SCENARIOS 64

static void mount_one(const char *type, const char *path)
{
    if (mount(type, path, type, 0, NULL) && errno != EBUSY) {
        vr_report_diag("%s on %s: %s", type, path,
                       vr_error_text("mount", errno));
    }
}

/* Empty if it cannot be read; the kernel's own is never empty. */
static void read_cmdline(char *buf, size_t size)
{
    int fd = open("/proc/cmdline", O_RDONLY);
    ssize_t len = 0;

    if (fd >= 0) {
        len = read(fd, buf, size - 1);
        close(fd);
    }
    buf[len > 0 ? len : 0] = '\0';
}

static unsigned list_names(VrScenarioName *names)
{
    unsigned count = 0;

    for (const VrScenarioOps *s = vr_scenarios; s->name; s++) {
        names[count++] = (VrScenarioName){ s->number, s->name };
    }
    names[count] = (VrScenarioName){ 0 };
    return count;
}

static void read_params(VrParams *params, const char *cmdline)
{
    VrScenarioName names[MAX_SCENARIOS];
    char error[VR_PARAMS_ERROR_SIZE];

    vr_report_begin(list_names(names));
    if (!*cmdline) {
        vr_report_bail_out("/proc/cmdline: cannot be read");
        vr_power_off(3);
    }
    if (!vr_params_parse(cmdline, names, params, error)) {
        vr_report_bail_out("kernel command line: %s", error);
        vr_power_off(2);
    }
}

static void place_cpus(VrContext *ctx)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    ctx->control_pcpu = online > 1 ? online - 1 : 0;
    ctx->vcpu_pcpus = online > 1 ? online - 1 : 1;
    if (ctx->vcpu_pcpus > 4) {
        ctx->vcpu_pcpus = 4;
    }
    vr_report_fact("RUN", "pcpus", online);
    if (!vr_pin(ctx->control_pcpu)) {
        vr_report_diag("control thread: %s",
                       vr_error_text("sched_setaffinity", errno));
    }
}

static void run_scenario(VrContext *ctx, const VrScenarioOps *scenario)
{
    uint64_t begin = vr_now();

    ctx->scenario = scenario->name;
    ctx->outcome = VR_OUTCOME_OK;
    ctx->why[0] = '\0';

    vr_watchdog_arm(scenario->number, vr_patient(ctx, scenario->limit));
    vr_mark(VR_MARK_SCENARIO_BEGIN, scenario->number);
    scenario->run(ctx);
    vr_mark(VR_MARK_SCENARIO_END, scenario->number);
    vr_watchdog_disarm();

    vr_fact(ctx, "virtual_us", (vr_now() - begin) / VR_US);
    switch (ctx->outcome) {
    case VR_OUTCOME_OK:
        vr_report_ok(scenario->number, scenario->name);
        break;
    case VR_OUTCOME_NOT_OK:
        vr_report_not_ok(scenario->number, scenario->name, ctx->why);
        break;
    case VR_OUTCOME_SKIP:
        vr_report_skip(scenario->number, scenario->name, ctx->why);
        break;
    }
}

int main(void)
{
    VrParams params;
    VrContext ctx = { .params = &params };
    char cmdline[4096] = "";

    if (getpid() == 1) {
        mount_one("proc", "/proc");
        mount_one("sysfs", "/sys");
        mount_one("devtmpfs", "/dev");
    }
    vr_clock_init();
    read_cmdline(cmdline, sizeof(cmdline));
    vr_arch_begin(cmdline);
    read_params(&params, cmdline);
    vr_report_fact("RUN", "testdev", vr_testdev_open());
    place_cpus(&ctx);
    if (!vr_watchdog_start()) {
        vr_report_bail_out("the watchdog's thread cannot be created");
        vr_power_off(3);
    }

    for (const VrScenarioOps *s = vr_scenarios; s->name; s++) {
        if (params.scenarios & (UINT64_C(1) << s->number)) {
            run_scenario(&ctx, s);
        }
    }
    vr_report_fact("RUN", "done", 1);
    vr_power_off(0);
}
