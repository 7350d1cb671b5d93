/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loader.h"

#include <asm/bootparam.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mptable.h"
#include "newc.h"
#include "report.h"

/* Guest-physical addresses */
#define BOOT_PARAMS 0x10000u
#define COMMAND_LINE 0x20000u
#define COMMAND_LINE_SIZE 4096u
#define LOW_MEMORY_END 0x9fc00u
#define HIGH_MEMORY 0x100000u
#define INITRD (64u << 20)

#define SECTOR 512u
#define HEADER_AT 0x1f1u
#define BOOT_FLAG 0xaa55
#define HEADER_MAGIC 0x53726448u /* "HdrS" */
#define LEAST_PROTOCOL 0x020au   /* has init_size */
#define LOADER_UNDEFINED 0xff

/* Types of the memory map: ACPI, "INT 15H, E820H" */
#define MEMORY_USABLE 1
#define MEMORY_RESERVED 2

#define BOOT_CS 0x10
#define BOOT_DS 0x18
#define CR0_PE 1u
#define RFLAGS_FIXED 2u

/* A file's bytes, mapped; size 0: vm->error says why */
typedef struct File {
    const uint8_t *bytes;
    size_t size;
} File;

static File map_file(VrVm *vm, const char *path)
{
    File file = { 0 };
    struct stat st;
    void *map;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) || st.st_size == 0) {
        vr_vm_error(vm, "%s: %s", path, vr_error_text("open", errno));
    } else {
        map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED) {
            vr_vm_error(vm, "%s: %s", path, vr_error_text("mmap", errno));
        } else {
            file = (File){ map, st.st_size };
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return file;
}

static void unmap_file(File file)
{
    if (file.size) {
        munmap((void *)file.bytes, file.size);
    }
}

static bool check_header(VrVm *vm, const struct setup_header *header)
{
    if (header->boot_flag != BOOT_FLAG || header->header != HEADER_MAGIC) {
        vr_vm_error(vm, "the kernel for L2 is no bzImage");
        return false;
    }
    if (header->version < LEAST_PROTOCOL || !(header->loadflags & LOADED_HIGH)) {
        vr_vm_error(vm, "the kernel for L2 has boot protocol %#x, too old",
                    header->version);
        return false;
    }
    if (header->pref_address + header->init_size > INITRD) {
        vr_vm_error(vm, "the kernel for L2 needs memory up to %#llx",
                    (unsigned long long)(header->pref_address +
                                         header->init_size));
        return false;
    }
    return true;
}

static void add_memory(struct boot_params *params, uint64_t from, uint64_t to,
                       uint32_t type)
{
    struct boot_e820_entry *e = &params->e820_table[params->e820_entries++];

    e->addr = from;
    e->size = to - from;
    e->type = type;
}

static bool load_kernel(VrVm *vm, File image, struct boot_params *params)
{
    struct setup_header header = { 0 };
    size_t setup, header_size;

    if (image.size < 2 * SECTOR) {
        vr_vm_error(vm, "the kernel for L2 is cut");
        return false;
    }
    /* The jump over the header tells where it ends. */
    header_size = 0x202 + image.bytes[0x201] - HEADER_AT;
    if (header_size > sizeof(header)) {
        header_size = sizeof(header);
    }
    memcpy(&header, image.bytes + HEADER_AT, header_size);
    if (!check_header(vm, &header)) {
        return false;
    }
    setup = ((header.setup_sects ? header.setup_sects : 4) + 1) * SECTOR;
    if (image.size <= setup || HIGH_MEMORY + image.size - setup > INITRD) {
        vr_vm_error(vm, "the kernel for L2 has %zu bytes: cut, or too large",
                    image.size);
        return false;
    }
    memcpy(vm->memory + HIGH_MEMORY, image.bytes + setup, image.size - setup);
    params->hdr = header;
    return true;
}

static bool load_initrd(VrVm *vm, File program, struct boot_params *params)
{
    size_t size = vr_newc_write(vm->memory + INITRD, vm->memory_size - INITRD,
                                program.bytes, program.size);

    if (size == 0) {
        vr_vm_error(vm, "the initrd for L2 is too large");
        return false;
    }
    params->hdr.ramdisk_image = INITRD;
    params->hdr.ramdisk_size = size;
    return true;
}

static bool fill_memory(VrVm *vm, File image, File program,
                        const char *command_line)
{
    struct boot_params *params =
        (struct boot_params *)(vm->memory + BOOT_PARAMS);

    if (strlen(command_line) >= COMMAND_LINE_SIZE) {
        vr_vm_error(vm, "the command line of L2 is too long");
        return false;
    }
    if (!load_kernel(vm, image, params) || !load_initrd(vm, program, params)) {
        return false;
    }
    strcpy((char *)vm->memory + COMMAND_LINE, command_line);
    params->hdr.cmd_line_ptr = COMMAND_LINE;
    params->hdr.type_of_loader = LOADER_UNDEFINED;
    add_memory(params, 0, LOW_MEMORY_END, MEMORY_USABLE);
    add_memory(params, VR_MPTABLE_BASE, HIGH_MEMORY, MEMORY_RESERVED);
    add_memory(params, HIGH_MEMORY, vm->memory_size, MEMORY_USABLE);
    vr_mptable_write(vm->memory, vm->vcpus);
    return true;
}

static struct kvm_segment flat(uint16_t selector, uint8_t type)
{
    return (struct kvm_segment){
        .limit = UINT32_MAX, .selector = selector, .type = type, .present = 1,
        .db = 1, .s = 1, .g = 1,
    };
}

/* Protected mode without paging, flat segments, interrupts off. */
static bool set_entry(VrVm *vm)
{
    int fd = vm->vcpu[0].fd;
    struct kvm_regs regs = {
        .rip = HIGH_MEMORY, .rsi = BOOT_PARAMS, .rflags = RFLAGS_FIXED,
    };
    struct kvm_sregs sregs;

    if (!vr_vm_ioctl(vm, fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS")) {
        return false;
    }
    sregs.cs = flat(BOOT_CS, 0xb); /* code, readable, accessed */
    sregs.ds = flat(BOOT_DS, 0x3); /* data, writable, accessed */
    sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.ds;
    sregs.cr0 |= CR0_PE;
    return vr_vm_ioctl(vm, fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

bool vr_load_linux(VrVm *vm, const char *bzimage, const char *command_line)
{
    File image = map_file(vm, bzimage);
    File program = map_file(vm, "/proc/self/exe");
    bool ok = image.size && program.size &&
              fill_memory(vm, image, program, command_line) && set_entry(vm);

    unmap_file(program);
    unmap_file(image);
    return ok;
}
