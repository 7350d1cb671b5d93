/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into QEMU: a busy host in extremes. The main loop goes round for
 * nothing, and a vCPU's thread dawdles on its way out of translated code, both
 * at random. Under icount the guest must not notice.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUND_NS 100000
#define DAWDLE_NS 50000
#define DAWDLE_ONE_IN 32

/* The fortified form of siglongjmp, to which glibc's headers turn calls */
void __longjmp_chk(sigjmp_buf env, int value) __attribute__((noreturn));

static unsigned rounds, dawdles;

static unsigned below(unsigned limit)
{
    unsigned random = 0;

    (void)!getrandom(&random, sizeof(random), 0);
    return random % limit;
}

static bool sooner(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec
                                  : a->tv_nsec < b->tv_nsec;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask)
{
    const struct timespec round = { .tv_nsec = below(ROUND_NS) };
    /* The system call writes what is left of it. */
    struct timespec left = timeout && sooner(timeout, &round) ? *timeout : round;

    rounds++;
    return syscall(SYS_ppoll, fds, count, &left, mask, (_NSIG - 1) / 8);
}

static _Noreturn void jump(const char *name, sigjmp_buf env, int value)
{
    void (*real)(sigjmp_buf, int);

    if (below(DAWDLE_ONE_IN) == 0) {
        nanosleep(&(struct timespec) { .tv_nsec = below(DAWDLE_NS) }, NULL);
        dawdles++;
    }
    *(void **)&real = dlsym(RTLD_NEXT, name);
    real(env, value);
    abort();
}

void siglongjmp(sigjmp_buf env, int value)
{
    jump("siglongjmp", env, value);
}

void __longjmp_chk(sigjmp_buf env, int value)
{
    jump("__longjmp_chk", env, value);
}

/* Only QEMU does both. */
static void __attribute__((destructor)) report(void)
{
    if (rounds && dawdles) {
        fprintf(stderr, "restless: %u rounds, dawdled %u times\n", rounds,
                dawdles);
    }
}
