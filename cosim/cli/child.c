/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_SECONDS 5
#define STATUS_LOST 255

struct VrChild {
    GPid pid;
    bool ended;
    int status;
    gint64 began, end;
};

/* In the child, before exec: async-signal-safe calls only. */
static void set_up_child(gpointer parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != (pid_t)GPOINTER_TO_INT(parent)) {
        _exit(127);
    }
}

VrChild *vr_child_start(char *const *argv, const char *log_path, VrError *err)
{
    g_autoptr(GError) error = NULL;
    VrChild *c = g_new0(VrChild, 1);
    FILE *log = fopen(log_path, "ae");
    bool ok;

    if (!log) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': %s",
                     log_path, strerror(errno));
        g_free(c);
        return NULL;
    }
    /* Where our parent ignores it, we inherit that, and nothing to wait for. */
    signal(SIGCHLD, SIG_DFL);
    c->began = g_get_monotonic_time();
    ok = g_spawn_async_with_fds(NULL, (char **)argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD, set_up_child,
                                GINT_TO_POINTER(getpid()), &c->pid, -1,
                                fileno(log), fileno(log), &error);
    fclose(log);
    if (!ok) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot start '%s': %s",
                     argv[0], error->message);
        g_free(c);
        return NULL;
    }
    return c;
}

static void reap(VrChild *c, int flags)
{
    int status;
    pid_t pid;

    do {
        pid = waitpid(c->pid, &status, flags);
    } while (pid < 0 && errno == EINTR && !(flags & WNOHANG));
    if (pid == c->pid) {
        c->ended = true;
        c->end = g_get_monotonic_time();
        c->status = WIFEXITED(status) ? WEXITSTATUS(status)
                                      : 128 + WTERMSIG(status);
    } else if (pid < 0 && errno == ECHILD) {
        /* Reaped elsewhere: its status is lost, but it has ended. */
        c->ended = true;
        c->end = g_get_monotonic_time();
        c->status = STATUS_LOST;
    }
}

bool vr_child_ended(VrChild *c)
{
    if (!c->ended) {
        reap(c, WNOHANG);
    }
    return c->ended;
}

int vr_child_status(const VrChild *c)
{
    return c->status;
}

double vr_child_seconds(const VrChild *c)
{
    gint64 end = c->ended ? c->end : g_get_monotonic_time();

    return (double)(end - c->began) / G_USEC_PER_SEC;
}

void vr_child_stop(VrChild *c)
{
    gint64 limit = g_get_monotonic_time() + STOP_SECONDS * G_USEC_PER_SEC;

    if (vr_child_ended(c)) {
        return;
    }
    kill(-c->pid, SIGTERM);
    while (!vr_child_ended(c) && g_get_monotonic_time() < limit) {
        g_usleep(5000);
    }
    if (!c->ended) {
        kill(-c->pid, SIGKILL);
        reap(c, 0);
    }
}

void vr_child_free(VrChild *c)
{
    if (c) {
        vr_child_stop(c);
        g_free(c);
    }
}

char *vr_log_tail(const char *path, unsigned lines)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) all = NULL;
    GString *tail = g_string_new(NULL);
    guint n;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return g_string_free(tail, FALSE);
    }
    all = g_strsplit(g_strchomp(text), "\n", 0);
    n = g_strv_length(all);
    for (guint i = n > lines ? n - lines : 0; i < n; i++) {
        g_string_append_printf(tail, "%s%s", tail->len ? "\n" : "",
                               g_strchomp(all[i]));
    }
    return g_string_free(tail, FALSE);
}
