/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -object virelay-run: the trace of a run, its options, and its end. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-types-qom.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/notify.h"
#include "qemu/timer.h"
#include "qom/object_interfaces.h"
#include "system/cpus.h"
#include "system/reset.h"
#include "system/runstate.h"
#include "system/system.h"
#include "hw/virelay/run_blocks.h"
#include "virelay-include/trace/trace.h"

OBJECT_DECLARE_SIMPLE_TYPE(VirelayRun, VIRELAY_RUN)

struct VirelayRun {
    Object parent_obj;
    char *trace;
    char *recording;
    bool record;
    int on_mismatch; /* VirelayOnMismatch */
    Notifier at_exit;
};

static VirelayRun *the_run;
static bool ending;
static int end_code;

/*
 * What the vCPUs still do until the main loop has stopped them depends on the
 * host: it is not part of the trace.
 */
static void trace_end(void)
{
    vr_trace(VR_TRACE_MACHINE_EXIT, VR_TRACE_NO_CPU, end_code, 0, 0, 0, 0);
    vr_trace_stop();
}

void virelay_run_end(int code)
{
    if (!ending) {
        ending = true;
        end_code = code;
        trace_end();
        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_GUEST_SHUTDOWN,
                                               code);
    }
    cpu_stop_current();
}

const char *virelay_run_folder(void)
{
    return the_run ? the_run->recording : NULL;
}

bool virelay_run_records(void)
{
    return the_run && the_run->record;
}

bool virelay_run_keeps_going(void)
{
    return the_run &&
           the_run->on_mismatch == VIRELAY_ON_MISMATCH_CONTINUE;
}

static uint64_t virtual_time(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void run_reset(void *opaque)
{
    vr_trace(VR_TRACE_MACHINE_RESET, VR_TRACE_NO_CPU, 0, 0, 0, 0, 0);
}

static void run_at_exit(Notifier *n, void *data)
{
    VirelayRun *run = container_of(n, VirelayRun, at_exit);
    VrError err = { 0 };

    virelay_blocks_close();
    if (!run->trace) {
        return;
    }
    /* When the main loop got here is the host's doing, not the machine's. */
    vr_trace_set_clock(NULL);
    trace_end();
    if (!vr_trace_close(&err)) {
        error_report("virelay-run: the trace %s is incomplete: %s",
                     run->trace, err.text);
    }
}

static bool open_recording(VirelayRun *run, Error **errp)
{
    if (run->record && !run->recording) {
        error_setg(errp, "record=on needs a folder: add recording=DIR");
        return false;
    }
    if (run->recording && g_mkdir_with_parents(run->recording, 0777) != 0) {
        error_setg_errno(errp, errno, "cannot make the recording's folder %s",
                         run->recording);
        return false;
    }
    if (run->recording) {
        g_autofree char *old = g_build_filename(run->recording,
                                                VR_MISMATCH_FILE, NULL);

        unlink(old);
    }
    return true;
}

static bool open_trace(VirelayRun *run, Error **errp)
{
    VrError err = { 0 };

    if (!run->trace) {
        return true;
    }
    vr_trace_set_clock(virtual_time);
    if (!vr_trace_open(run->trace, &err)) {
        error_setg(errp, "%s", err.text);
        return false;
    }
    return true;
}

static void run_complete(UserCreatable *uc, Error **errp)
{
    VirelayRun *run = VIRELAY_RUN(uc);

    if (the_run) {
        error_setg(errp, "there is a virelay-run object already; give all its "
                   "options to one");
        return;
    }
    if (!open_recording(run, errp) || !open_trace(run, errp)) {
        return;
    }
    /* Objects are deleted before the exit notifiers run. */
    the_run = VIRELAY_RUN(object_ref(OBJECT(run)));
    run->at_exit.notify = run_at_exit;
    qemu_add_exit_notifier(&run->at_exit);
    qemu_register_reset(run_reset, run);
}

static bool run_can_be_deleted(UserCreatable *uc)
{
    return VIRELAY_RUN(uc) != the_run;
}

static char *run_get_trace(Object *obj, Error **errp)
{
    return g_strdup(VIRELAY_RUN(obj)->trace);
}

static void run_set_trace(Object *obj, const char *value, Error **errp)
{
    VirelayRun *run = VIRELAY_RUN(obj);

    g_free(run->trace);
    run->trace = g_strdup(value);
}

static char *run_get_recording(Object *obj, Error **errp)
{
    return g_strdup(VIRELAY_RUN(obj)->recording);
}

/* Properties are set in the order of the schema: record comes later. */
static void run_set_recording(Object *obj, const char *value, Error **errp)
{
    VirelayRun *run = VIRELAY_RUN(obj);

    g_free(run->recording);
    run->recording = g_strdup(value);
    run->record = true;
}

static bool run_get_record(Object *obj, Error **errp)
{
    return VIRELAY_RUN(obj)->record;
}

static void run_set_record(Object *obj, bool value, Error **errp)
{
    VIRELAY_RUN(obj)->record = value;
}

static int run_get_on_mismatch(Object *obj, Error **errp)
{
    return VIRELAY_RUN(obj)->on_mismatch;
}

static void run_set_on_mismatch(Object *obj, int value, Error **errp)
{
    VIRELAY_RUN(obj)->on_mismatch = value;
}

static void run_init(Object *obj)
{
    VIRELAY_RUN(obj)->on_mismatch = VIRELAY_ON_MISMATCH_STOP;
}

static void run_finalize(Object *obj)
{
    VirelayRun *run = VIRELAY_RUN(obj);

    g_free(run->trace);
    g_free(run->recording);
}

static void run_class_init(ObjectClass *klass, void *data)
{
    UserCreatableClass *ucc = USER_CREATABLE_CLASS(klass);

    ucc->complete = run_complete;
    ucc->can_be_deleted = run_can_be_deleted;
    object_class_property_add_str(klass, "trace", run_get_trace,
                                  run_set_trace);
    object_class_property_add_str(klass, "recording", run_get_recording,
                                  run_set_recording);
    object_class_property_add_bool(klass, "record", run_get_record,
                                   run_set_record);
    object_class_property_add_enum(klass, "on-mismatch", "VirelayOnMismatch",
                                   &VirelayOnMismatch_lookup,
                                   run_get_on_mismatch, run_set_on_mismatch);
}

static const TypeInfo run_info = {
    .name = TYPE_VIRELAY_RUN,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(VirelayRun),
    .instance_init = run_init,
    .instance_finalize = run_finalize,
    .class_init = run_class_init,
    .interfaces = (InterfaceInfo[]) {
        { TYPE_USER_CREATABLE },
        { },
    },
};

static void run_register_types(void)
{
    type_register_static(&run_info);
}

type_init(run_register_types)
