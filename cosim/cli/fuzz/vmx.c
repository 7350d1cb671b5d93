/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmx.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "../child.h"
#include "../env.h"
#include "../firmware.h"
#include "../firmware_machine.h"
#include "../progress.h"
#include "../signals.h"

#define POLL_US 50000
#define HANG_SECONDS 30
#define STATUS_KILLED (128 + SIGKILL)
#define FRUITLESS_BOOTS 20
#define SANITIZER_STATUS 86
/* isa-debug-exit: a guest that wrote 0, or 1 (the image saw an instruction of
 * its own fail, as hostile state may make it) */
#define STATUS_DONE 1
#define STATUS_DONE_FAILED 3
#define STATUS_RESET 0

typedef enum Ending { DONE, RESET, CRASHED, HUNG, INTERRUPTED } Ending;

/* The last "# entries N" of a console */
static uint64_t reported(const char *console)
{
    g_autofree char *text = NULL;
    const char *last;

    if (!g_file_get_contents(console, &text, NULL, NULL)) {
        return 0;
    }
    last = g_strrstr(text, "# entries ");
    return last ? g_ascii_strtoull(last + strlen("# entries "), NULL, 10) : 0;
}

/* A hostile guest may reach the port that ends the machine: only the image's
 * own last line says that it is done. */
static bool said_end(const char *console)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(console, &text, NULL, NULL)
        && strstr(text, "\n# end ");
}

static Ending ending_of(const VrChild *child, const char *console)
{
    switch (vr_child_status(child)) {
    case STATUS_DONE:
    case STATUS_DONE_FAILED:
        return said_end(console) ? DONE : RESET;
    case STATUS_RESET:
        return RESET;
    default:
        return CRASHED;
    }
}

static Ending watch(VrChild *child, const char *console, uint64_t before,
                    gint64 began)
{
    gint64 moved = g_get_monotonic_time();
    uint64_t seen = 0;

    while (!vr_child_ended(child)) {
        uint64_t now = reported(console);
        g_autofree char *text = g_strdup_printf("%" PRIu64 " entries",
                                                before + now);

        if (vr_signals_caught()) {
            vr_child_stop(child);
            return INTERRUPTED;
        }
        if (now != seen) {
            seen = now;
            moved = g_get_monotonic_time();
        }
        if (g_get_monotonic_time() - moved
            > (gint64)HANG_SECONDS * G_USEC_PER_SEC) {
            /* A wrecked image may loop for ever; QEMU then still ends. */
            vr_child_stop(child);
            return vr_child_status(child) == STATUS_KILLED ? HUNG : RESET;
        }
        vr_progress_tick(began, text);
        g_usleep(POLL_US);
    }
    return ending_of(child, console);
}

static char *sanitized_qemu(VrError *err)
{
    char *path = vr_env_build("qemu-sanitized/build/qemu-system-x86_64", err);

    if (path && !g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "'%s' is not built; next: "
                     "./virelay fuzz --target vmx, or --no-sanitize", path);
        g_clear_pointer(&path, g_free);
    }
    return path;
}

static VrChild *start(const VrFuzzVmxOptions *o, const char *qemu,
                      uint64_t seed, uint64_t count, const char *console,
                      const char *log, VrError *err)
{
    const VrFirmwareSpec spec = {
        .suite = "vmxfuzz", .machine = "qemu", .cpu = "vmx", .glob = "*",
        .qemu = qemu, .cpus = 2,
    };
    const VrFirmwareMachine *machine = vr_firmware_machine("qemu", err);
    g_autofree char *options = g_strdup_printf("seed=%" PRIu64
                                               " count=%" PRIu64, seed, count);
    g_autofree char *image = vr_firmware_image(spec.suite, machine->suffix,
                                               o->dir, options, err);
    g_autoptr(GPtrArray) argv = NULL;

    argv = image ? machine->command(&spec, image, o->dir, console, err) : NULL;
    return argv ? vr_child_start((char **)argv->pdata, log, err) : NULL;
}

static void keep_failure(VrFuzzVmxResult *r, Ending ending, uint64_t seed,
                         const VrChild *child, const char *log)
{
    g_autofree char *tail = vr_log_tail(log, 12);

    r->failed = true;
    r->failed_seed = seed;
    r->what = ending == HUNG
        ? g_strdup_printf("no progress for %d s, and it had to be killed",
                          HANG_SECONDS)
        : vr_child_status(child) == SANITIZER_STATUS
        ? g_strdup_printf("a sanitizer stopped QEMU:\n%s", tail)
        : g_strdup_printf("QEMU ended with status %d:\n%s",
                          vr_child_status(child), tail);
}

static bool one_boot(const VrFuzzVmxOptions *o, const char *qemu, gint64 began,
                     VrFuzzVmxResult *r, VrError *err)
{
    g_autofree char *console = g_build_filename(o->dir, "console.txt", NULL);
    g_autofree char *log = g_build_filename(o->dir, "qemu.log", NULL);
    uint64_t seed = o->seed + r->boots;
    VrChild *child;
    Ending ending;

    g_unlink(console);
    child = start(o, qemu, seed, o->count - r->entries, console, log,
                  err);
    if (!child) {
        return false;
    }
    ending = watch(child, console, r->entries, began);
    r->boots++;
    r->entries += ending == DONE ? o->count - r->entries : reported(console);
    r->interrupted = ending == INTERRUPTED;
    if (ending == CRASHED || ending == HUNG) {
        keep_failure(r, ending, seed, child, log);
    }
    vr_child_free(child);
    return true;
}

bool vr_fuzz_vmx(const VrFuzzVmxOptions *o, VrFuzzVmxResult *r, VrError *err)
{
    gint64 began = g_get_monotonic_time();
    g_autofree char *qemu = NULL;
    unsigned fruitless = 0;

    *r = (VrFuzzVmxResult){ 0 };
    if (o->sanitize && !(qemu = sanitized_qemu(err))) {
        return false;
    }
    g_setenv("ASAN_OPTIONS", "detect_leaks=0:exitcode=86", TRUE);
    g_setenv("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1:exitcode=86",
             TRUE);
    while (r->entries < o->count && !r->failed && !r->interrupted) {
        uint64_t before = r->entries;

        if (!one_boot(o, qemu, began, r, err)) {
            return false;
        }
        fruitless = r->entries == before ? fruitless + 1 : 0;
        if (fruitless >= FRUITLESS_BOOTS && !r->failed) {
            return vr_error_set(err, VR_ERR_ENVIRONMENT, "%u machines in a "
                                "row got nowhere; see %s", fruitless, o->dir);
        }
    }
    vr_progress_clear();
    return true;
}
