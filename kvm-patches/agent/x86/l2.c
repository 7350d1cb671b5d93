/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This program as init of L2. */
#include "l2.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "pc.h"
#include "report.h"

#define WORD "vr.l2="
#define MSR_APIC_BASE 0x1b
#define APIC_BASE_EXTD (UINT64_C(1) << 10) /* SDM 3A, "IA32_APIC_BASE MSR" */
#define NAP (2 * VR_MS)
#define IPI_ROUNDS 20

typedef struct Wanted {
    unsigned cpus;
    bool x2apic;
} Wanted;

static bool parse(const char *word, Wanted *wanted)
{
    char mode[8];

    if (sscanf(word, "%u,%7[a-z0-9]", &wanted->cpus, mode) != 2) {
        return false;
    }
    wanted->x2apic = strcmp(mode, "x2apic") == 0;
    return wanted->x2apic || strcmp(mode, "xapic") == 0;
}

static bool check_apic(unsigned cpu, bool x2apic)
{
    char path[32];
    uint64_t base;
    bool ok;
    int fd;

    snprintf(path, sizeof(path), "/dev/cpu/%u/msr", cpu);
    fd = open(path, O_RDONLY);
    if (fd < 0) {
        printf("%s: %s\n", path, vr_error_text("open", errno));
        return false;
    }
    ok = pread(fd, &base, sizeof(base), MSR_APIC_BASE) == sizeof(base) &&
         x2apic == !!(base & APIC_BASE_EXTD);
    close(fd);
    if (!ok) {
        printf("CPU %u: its APIC is not in %s mode\n", cpu,
               x2apic ? "x2APIC" : "xAPIC");
    }
    return ok;
}

/* A timer of its own has to wake this CPU. */
static bool check_timer(unsigned cpu)
{
    uint64_t before = vr_now();
    uint64_t slept;

    if (!vr_pin(cpu)) {
        printf("CPU %u: %s\n", cpu, vr_error_text("sched_setaffinity", errno));
        return false;
    }
    vr_sleep(NAP);
    slept = vr_now() - before;
    printf("CPU %u: slept %llu us\n", cpu, (unsigned long long)(slept / VR_US));
    return slept >= NAP;
}

/* GLOBAL_EXPEDITED interrupts every other CPU that runs a registered one. */
static bool check_ipis(unsigned cpus)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0,
                0)) {
        printf("%s\n", vr_error_text("membarrier", errno));
        return false;
    }
    for (unsigned i = 0; i < IPI_ROUNDS; i++) {
        /* The migration is an interrupt to the CPU that it goes to. */
        if (!vr_pin(i % cpus) ||
            syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0)) {
            return false;
        }
    }
    return true;
}

static unsigned check(const char *word)
{
    Wanted wanted;
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    if (!parse(word, &wanted)) {
        printf("%s%s is not understood\n", WORD, word);
        return VR_L2_BAD_WORD;
    }
    printf("L2 is up: %ld of %u CPUs\n", online, wanted.cpus);
    if (online != (long)wanted.cpus) {
        return VR_L2_BAD_CPUS;
    }
    for (unsigned i = 0; i < wanted.cpus; i++) {
        if (!check_apic(i, wanted.x2apic)) {
            return VR_L2_BAD_APIC;
        }
    }
    for (unsigned i = 0; i < wanted.cpus; i++) {
        if (!check_timer(i)) {
            return VR_L2_BAD_TIMER;
        }
    }
    return check_ipis(wanted.cpus) ? VR_L2_RIGHT : VR_L2_BAD_IPI;
}

static void end(unsigned status)
{
    printf("L2 ends: %s\n", status == VR_L2_RIGHT ? "all right" : "wrong");
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
    if (ioperm(VR_PC_END, 1, 1)) {
        printf("%s\n", vr_error_text("ioperm", errno));
        _exit(1); /* init's end is a panic, which resets the VM */
    }
    outb(status, VR_PC_END);
    for (;;) {
        pause();
    }
}

void vr_arch_begin(const char *cmdline)
{
    const char *word = strstr(cmdline, WORD);

    if (word) {
        end(check(word + strlen(WORD)));
    }
}
