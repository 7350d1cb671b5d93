/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nic.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "interrupts.h"
#include "pci.h"
#include "report.h"

#define INTEL 0x8086
#define IGB_82576 0x10c9
#define LINK_LIMIT (10 * VR_SEC)
#define FRAME_LIMIT_MS 200
#define FRAME_SIZE 128
#define ETHERTYPE 0x88b5 /* IEEE 802, local experiments */

static bool failed(VrNics *n, const char *what)
{
    snprintf(n->error, sizeof(n->error), "%s", vr_error_text(what, errno));
    return false;
}

static bool find_name(const VrPci *pci, char name[16])
{
    char path[200];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/net", pci->name);
    dir = opendir(path);
    while (dir && !found && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < 16) {
            strcpy(name, entry->d_name);
            found = true;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

static bool switch_on(VrNics *n, unsigned i)
{
    struct ifreq request = { 0 };
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE),
    };
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETHERTYPE));

    n->socket[i] = fd;
    if (fd < 0) {
        return failed(n, "socket");
    }
    strcpy(request.ifr_name, n->name[i]);
    if (ioctl(fd, SIOCGIFHWADDR, &request)) {
        return failed(n, "SIOCGIFHWADDR");
    }
    memcpy(n->mac[i], request.ifr_hwaddr.sa_data, sizeof(n->mac[i]));
    if (ioctl(fd, SIOCGIFFLAGS, &request)) {
        return failed(n, "SIOCGIFFLAGS");
    }
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request)) {
        return failed(n, "SIOCSIFFLAGS");
    }
    if (ioctl(fd, SIOCGIFINDEX, &request)) {
        return failed(n, "SIOCGIFINDEX");
    }
    address.sll_ifindex = request.ifr_ifindex;
    return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
           failed(n, "bind");
}

static bool has_link(void *opaque)
{
    const VrNics *n = opaque;

    for (unsigned i = 0; i < 2; i++) {
        char path[64], text[8];

        snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", n->name[i]);
        if (!vr_file_read(path, text, sizeof(text)) || text[0] != '1') {
            return false;
        }
    }
    return true;
}

static bool wait_for_link(VrNics *n)
{
    uint64_t end = vr_now() + LINK_LIMIT;

    while (!has_link(n)) {
        if (vr_now() > end) {
            snprintf(n->error, sizeof(n->error), "no link on %s and %s",
                     n->name[0], n->name[1]);
            return false;
        }
        usleep(10000);
    }
    return true;
}

bool vr_nics_open(VrNics *n)
{
    VrPci pci[2];

    *n = (VrNics){ .socket = { -1, -1 } };
    if (vr_pci_find(INTEL, IGB_82576, pci, 2) != 2) {
        snprintf(n->error, sizeof(n->error), "the machine has not two NICs");
        return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!find_name(&pci[i], n->name[i])) {
            snprintf(n->error, sizeof(n->error), "igb has no interface for %s",
                     pci[i].name);
            return false;
        }
        if (!switch_on(n, i)) {
            return false;
        }
    }
    return wait_for_link(n);
}

static bool exchange_one(VrNics *n, unsigned from, unsigned number)
{
    struct pollfd fd = { .fd = n->socket[!from], .events = POLLIN };
    uint8_t sent[FRAME_SIZE] = { 0 }, got[FRAME_SIZE * 2];

    memcpy(sent, n->mac[!from], ETH_ALEN);
    memcpy(sent + ETH_ALEN, n->mac[from], ETH_ALEN);
    sent[12] = ETHERTYPE >> 8;
    sent[13] = ETHERTYPE & 0xff;
    memcpy(sent + ETH_HLEN, &number, sizeof(number));
    if (write(n->socket[from], sent, sizeof(sent)) != sizeof(sent)) {
        return false;
    }
    while (poll(&fd, 1, FRAME_LIMIT_MS) == 1) {
        if (read(fd.fd, got, sizeof(got)) == sizeof(sent) &&
            memcmp(got, sent, sizeof(sent)) == 0) {
            return true;
        }
    }
    return false;
}

unsigned vr_nics_exchange(VrNics *n, unsigned frames)
{
    unsigned arrived = 0;

    for (unsigned i = 0; i < frames; i++) {
        arrived += exchange_one(n, i & 1, i);
    }
    return arrived;
}

uint64_t vr_nics_interrupts(const VrNics *n)
{
    return vr_interrupts_sum(n->name[0]) + vr_interrupts_sum(n->name[1]);
}

void vr_nics_close(VrNics *n)
{
    for (unsigned i = 0; i < 2; i++) {
        if (n->socket[i] >= 0) {
            close(n->socket[i]);
        }
    }
}
