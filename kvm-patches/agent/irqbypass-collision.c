/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may use an eventfd, by the answers of KVM_IRQFD and by what KVM logs when
 * the manager refuses a registration: KVM_IRQFD succeeds even then.
 *
 * Facts, of so many each ("tokens"): same_vm_busy (a second irqfd in the same VM
 * is refused), first_refused, second_refused (in another VM), still_refused
 * (there again, after the refused one has gone), moved_refused (the first gone,
 * the second registers again), back_refused (the first comes back to one that
 * is taken), freed_refused (new eventfds after all were freed); failed: calls
 * that had to succeed and did not; log_lost.
 */
#include "irqbypass.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kmsg.h"
#include "report.h"

/* Tokens are addresses: so many fill pages, and share the low bits of most. */
#define TOKENS 512
#define PER_VM 128
#define VMS (TOKENS / PER_VM)
#define GSI 1

typedef struct Party {
    int vm[VMS];
} Party;

typedef struct Play {
    VrContext *ctx;
    int kvm, log;
    Party first, second;
    int event[TOKENS];
    unsigned same_vm_busy, first_refused, second_refused, still_refused;
    unsigned moved_refused, back_refused, freed_refused, failed;
    bool log_lost;
} Play;

static unsigned refusals(Play *p)
{
    int count = vr_kmsg_count(p->log, "irq bypass consumer",
                              "registration fails: -16");

    p->log_lost |= count < 0;
    return count > 0 ? count : 0;
}

/* Registers or deregisters each token with its VM; how many were refused. */
static unsigned all(Play *p, const Party *party, bool assign)
{
    unsigned refused = 0;

    for (unsigned i = 0; i < TOKENS; i++) {
        if (vr_irqfd_assign(party->vm[i / PER_VM], p->event[i], GSI, assign)) {
            p->failed++;
        }
        refused += refusals(p);
    }
    return refused;
}

static unsigned busy_in_same_vm(Play *p)
{
    unsigned busy = 0;

    for (unsigned i = 0; i < TOKENS; i++) {
        busy += vr_irqfd_assign(p->first.vm[i / PER_VM], p->event[i], GSI + 1,
                                true) == EBUSY;
    }
    return busy;
}

static bool open_vms(Play *p, Party *party)
{
    for (unsigned i = 0; i < VMS; i++) {
        party->vm[i] = vr_irqfd_vm(p->ctx, p->kvm);
        if (party->vm[i] < 0) {
            return false;
        }
    }
    return true;
}

static void close_fds(int *fd, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (fd[i] >= 0) {
            close(fd[i]);
        }
        fd[i] = -1;
    }
}

static bool open_events(Play *p)
{
    for (unsigned i = 0; i < TOKENS; i++) {
        p->event[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (p->event[i] < 0) {
            vr_fail(p->ctx, "%s", vr_error_text("eventfd", errno));
            return false;
        }
    }
    return true;
}

/* With both gone, what takes the place of a freed one is as good as new. */
static void after_free(Play *p)
{
    close_fds(p->first.vm, VMS);
    close_fds(p->second.vm, VMS);
    close_fds(p->event, TOKENS);
    if (open_vms(p, &p->first) && open_events(p)) {
        p->freed_refused = all(p, &p->first, true);
    }
}

static void play(Play *p)
{
    p->first_refused = all(p, &p->first, true);
    p->same_vm_busy = busy_in_same_vm(p);
    p->second_refused = all(p, &p->second, true);
    all(p, &p->second, false);
    p->still_refused = all(p, &p->second, true);
    all(p, &p->second, false);
    all(p, &p->first, false);
    p->moved_refused = all(p, &p->second, true);
    p->back_refused = all(p, &p->first, true);
    after_free(p);
}

static bool open_all(Play *p)
{
    const rlim_t files = TOKENS + 2 * VMS + 64;
    const struct rlimit limit = { .rlim_cur = files, .rlim_max = files };

    p->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    p->log = vr_kmsg_open();
    if (p->kvm < 0 || p->log < 0 || setrlimit(RLIMIT_NOFILE, &limit)) {
        vr_fail(p->ctx, "%s", vr_error_text("/dev/kvm, /dev/kmsg or "
                                            "RLIMIT_NOFILE", errno));
        return false;
    }
    return open_vms(p, &p->first) && open_vms(p, &p->second) && open_events(p);
}

static void report(const Play *p)
{
    vr_fact(p->ctx, "tokens", TOKENS);
    vr_fact(p->ctx, "failed", p->failed);
    vr_fact(p->ctx, "first_refused", p->first_refused);
    vr_fact(p->ctx, "same_vm_busy", p->same_vm_busy);
    vr_fact(p->ctx, "second_refused", p->second_refused);
    vr_fact(p->ctx, "still_refused", p->still_refused);
    vr_fact(p->ctx, "moved_refused", p->moved_refused);
    vr_fact(p->ctx, "back_refused", p->back_refused);
    vr_fact(p->ctx, "freed_refused", p->freed_refused);
    vr_fact(p->ctx, "log_lost", p->log_lost);
}

static void forget(int *fd, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fd[i] = -1;
    }
}

static bool is_right(const Play *p)
{
    return !p->failed && !p->first_refused && !p->moved_refused &&
           !p->freed_refused && p->same_vm_busy == TOKENS &&
           p->second_refused == TOKENS && p->still_refused == TOKENS &&
           p->back_refused == TOKENS;
}

bool vr_irqbypass_collision(VrContext *ctx)
{
    static Play p;
    bool right = false;

    p = (Play){ .ctx = ctx };
    forget(p.first.vm, VMS);
    forget(p.second.vm, VMS);
    forget(p.event, TOKENS);
    if (open_all(&p)) {
        play(&p);
        report(&p);
        right = is_right(&p);
    }
    close_fds(p.first.vm, VMS);
    close_fds(p.second.vm, VMS);
    close_fds(p.event, TOKENS);
    close_fds(&p.kvm, 1);
    close_fds(&p.log, 1);
    return right;
}
