/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X86_SELFTESTS: the kernel's own tests of KVM, which stand in the initrd. The
 * fact of a test, by its name, is its exit status (0 passed, 4 skipped, as in
 * tools/testing/selftests/kselftest.h), KILLED or TIMED_OUT.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "cpu.h"
#include "report.h"
#include "marks.h"
#include "scenarios.h"
#include "watchdog.h"

#define FOLDER "/selftests"
#define PREFIX "TEST| "
#define PASSED 0
#define KILLED 128 /* plus the signal */
#define TIMED_OUT 124
#define NOT_STARTED 127

#define TEST_LIMIT (120 * VR_SEC)
#define WATCHDOG_MARGIN (30 * VR_SEC)

/* The test's output goes to a file, which is read once it has ended. */
#define OUTPUT "/selftest.log"

static void start(const char *path)
{
    char *const argv[] = { (char *)path, NULL };
    char *const envp[] = { "PATH=/", "HOME=/", NULL };
    int fd = open(OUTPUT, O_CREAT | O_TRUNC | O_WRONLY, 0600);

    setpgid(0, 0);
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    /* The agent's own place is one CPU; a test finds its own. */
    vr_unpin();
    execve(path, argv, envp);
    _exit(NOT_STARTED);
}

static void show_output(void)
{
    FILE *f = fopen(OUTPUT, "r");
    char line[300];

    while (f && fgets(line, sizeof(line), f)) {
        printf(PREFIX "%s", line);
    }
    fflush(stdout);
    if (f) {
        fclose(f);
    }
}

typedef struct Child {
    pid_t pid;
    int status;
} Child;

static bool has_ended(void *opaque)
{
    Child *child = opaque;

    return waitpid(child->pid, &child->status, WNOHANG) == child->pid;
}

static int run(const VrContext *ctx, const char *path)
{
    Child child = { .pid = fork() };

    if (child.pid < 0) {
        return NOT_STARTED;
    }
    if (child.pid == 0) {
        start(path);
    }
    if (!vr_wait_long(has_ended, &child, vr_patient(ctx, TEST_LIMIT))) {
        kill(-child.pid, SIGKILL);
        vr_wait(has_ended, &child, VR_SEC);
        return TIMED_OUT;
    }
    return WIFEXITED(child.status) ? WEXITSTATUS(child.status)
                                   : KILLED + WTERMSIG(child.status);
}

static int is_test(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

void vr_scenario_X86_SELFTESTS(VrContext *ctx)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, is_test, alphasort);

    vr_fact(ctx, "vmx", vr_cpu_has_vmx());
    vr_fact(ctx, "svm", vr_cpu_has_svm());
    if (count <= 0) {
        vr_fail(ctx, "there is no test in the initrd");
        return;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char path[300];
        int status;

        snprintf(path, sizeof(path), FOLDER "/%s", name);
        vr_watchdog_arm(VR_SCENARIO_X86_SELFTESTS,
                        vr_patient(ctx, TEST_LIMIT) + WATCHDOG_MARGIN);
        status = run(ctx, path);
        if (status != PASSED) {
            show_output();
        }
        vr_fact(ctx, name, status);
        free(entries[i]);
    }
    free(entries);
    vr_fact(ctx, "tests", count);
}
