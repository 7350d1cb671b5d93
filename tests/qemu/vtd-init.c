/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init of an x86 host behind an IOMMU: says which interrupts came through
 * it, then ends the machine, or ticks for ever if the kernel was started with
 * "ticker". The console's own interrupts go through the I/O APIC.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int said(const char *word)
{
    char line[1024] = "";
    int fd = open("/proc/cmdline", O_RDONLY);
    int n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

    close(fd);
    return n > 0 && strstr(line, word) != NULL;
}

static void show_interrupts(void)
{
    char line[512];
    FILE *f = fopen("/proc/interrupts", "r");

    while (f && fgets(line, sizeof(line), f)) {
        printf("%s", line);
    }
    if (f) {
        fclose(f);
    }
}

int main(void)
{
    mkdir("/proc", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("init runs\n");
    show_interrupts();
    for (int n = 1; said("ticker"); n++) {
        printf("tick %d\n", n);
        usleep(100000);
    }
    tcdrain(1);
    reboot(RB_AUTOBOOT);
    return 1;
}
