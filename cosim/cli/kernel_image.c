/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_image.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_SIZE 4096

/* Offsets of the x86 setup header, Documentation/arch/x86/boot.rst. */
#define SETUP_SECTS_AT 0x1f1
#define SYSSIZE_AT 0x1f4 /* in units of 16 bytes */
#define SETUP_MAGIC_AT 0x202
#define SETUP_VERSION_AT 0x206
#define SECTOR 512u

/* Offsets of the arm64 Image header. */
#define IMAGE_SIZE_AT 0x10
#define IMAGE_MAGIC_AT 0x38

static uint64_t le(const uint8_t *p, size_t bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0) {
        value = value << 8 | p[bytes];
    }
    return value;
}

static const char *elf_machine(const uint8_t *head)
{
    switch (le(head + 18, 2)) {
    case 3:
        return "x86";
    case 62:
        return "x86-64";
    case 183:
        return "arm64";
    default:
        return "another architecture";
    }
}

static bool is_bzimage(const uint8_t *head, size_t len)
{
    return len >= 0x240 && memcmp(head + SETUP_MAGIC_AT, "HdrS", 4) == 0;
}

static bool is_arm64_image(const uint8_t *head, size_t len)
{
    return len >= 64 && memcmp(head + IMAGE_MAGIC_AT, "ARM\x64", 4) == 0;
}

/* What a file that is not the kernel that was asked for looks like. */
static char *what_is(const uint8_t *head, size_t len)
{
    if (is_bzimage(head, len)) {
        return g_strdup("an x86 bzImage");
    }
    if (is_arm64_image(head, len)) {
        return g_strdup("an arm64 Image");
    }
    if (len >= 20 && memcmp(head, "\177ELF", 4) == 0) {
        return g_strdup_printf("an ELF file for %s (a vmlinux?)",
                               elf_machine(head));
    }
    if (len >= 0x28 && le(head + 0x24, 4) == 0x016f2818) {
        return g_strdup("a 32-bit ARM zImage");
    }
    if (len >= 8 && memcmp(head + 4, "zimg", 4) == 0) {
        return g_strdup("a compressed EFI image (vmlinuz.efi)");
    }
    if (len >= 0x3c && memcmp(head + 0x38, "RSC\5", 4) == 0) {
        return g_strdup("a RISC-V Image");
    }
    if (len >= 2 && memcmp(head, "MZ", 2) == 0) {
        return g_strdup("a PE executable");
    }
    if (len >= 6 && memcmp(head, "\xfd" "7zXZ", 6) == 0) {
        return g_strdup("an xz archive");
    }
    if (len >= 4 && memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0) {
        return g_strdup("a zstd archive");
    }
    if (len == 0) {
        return g_strdup("an empty file");
    }
    return g_strdup("not a kernel image");
}

static bool is_cut(const char *path, uint64_t there, uint64_t whole,
                   VrError *err)
{
    return vr_error_set(err, VR_ERR_USAGE, "'%s' is cut: %" G_GUINT64_FORMAT
                        " bytes of an image of %" G_GUINT64_FORMAT "; copy it "
                        "again", path, there, whole);
}

static bool check_x86(const char *path, const uint8_t *head, size_t len,
                      uint64_t file_size, VrError *err)
{
    g_autofree char *what = NULL;
    uint64_t sectors, whole;

    if (!is_bzimage(head, len)) {
        what = what_is(head, len);
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is %s; arch x86 wants the "
                            "kernel's arch/x86/boot/bzImage", path, what);
    }
    if (le(head + SETUP_VERSION_AT, 2) < 0x020a) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is a bzImage of a kernel "
                            "before 2.6.31", path);
    }
    sectors = head[SETUP_SECTS_AT] ? head[SETUP_SECTS_AT] : 4;
    whole = (sectors + 1) * SECTOR + le(head + SYSSIZE_AT, 4) * 16;
    /* syssize is rounded up. */
    return file_size + 16 > whole || is_cut(path, file_size, whole, err);
}

static bool check_arm64(const char *path, const uint8_t *head, size_t len,
                        uint64_t file_size, VrError *err)
{
    g_autofree char *what = NULL;
    uint64_t image_size;

    if (!is_arm64_image(head, len)) {
        what = what_is(head, len);
        return vr_error_set(err, VR_ERR_USAGE,
                            "'%s' is %s; arch arm64 wants the kernel's "
                            "arch/arm64/boot/Image (or Image.gz)", path, what);
    }
    /*
     * image_size counts the bss, which the file does not hold: the file is
     * always shorter. Text and data are by far most of it.
     */
    image_size = le(head + IMAGE_SIZE_AT, 8);
    if (image_size == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is an Image of a kernel "
                            "before 3.17, without its size", path);
    }
    if (file_size < image_size - image_size / 4) {
        return is_cut(path, file_size, image_size, err);
    }
    return true;
}

/* Reads all of @in; *len is what @head got, *total the whole length. */
static bool read_stream(GInputStream *in, uint8_t *head, size_t *len,
                        uint64_t *total, GError **error)
{
    g_autofree uint8_t *buf = g_malloc(1 << 16);
    gssize n;

    *len = 0;
    *total = 0;
    while ((n = g_input_stream_read(in, buf, 1 << 16, NULL, error)) > 0) {
        if (*len < HEADER_SIZE) {
            size_t part = MIN((size_t)n, HEADER_SIZE - *len);

            memcpy(head + *len, buf, part);
            *len += part;
        }
        *total += n;
    }
    return n == 0;
}

static GInputStream *open_image(const char *path, VrError *err)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GInputStream) in = NULL;
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        vr_error_set(err, VR_ERR_USAGE, "the kernel '%s' is not a file", path);
        return NULL;
    }
    in = (GInputStream *)g_file_read(file, NULL, &error);
    if (!in) {
        vr_error_set(err, VR_ERR_USAGE, "cannot read the kernel '%s': %s",
                     path, error->message);
        return NULL;
    }
    return g_steal_pointer(&in);
}

bool vr_kernel_image_check(const char *path, const char *arch, VrError *err)
{
    g_autofree uint8_t *head = g_malloc0(HEADER_SIZE);
    g_autoptr(GInputStream) in = open_image(path, err);
    g_autoptr(GInputStream) plain = NULL;
    g_autoptr(GZlibDecompressor) unzip = NULL;
    g_autoptr(GError) error = NULL;
    uint64_t total;
    size_t len;

    if (!in) {
        return false;
    }
    if (!read_stream(in, head, &len, &total, &error)) {
        return vr_error_set(err, VR_ERR_USAGE, "cannot read the kernel '%s': "
                            "%s", path, error->message);
    }
    if (strcmp(arch, "x86") == 0) {
        return check_x86(path, head, len, total, err);
    }
    if (len < 2 || head[0] != 0x1f || head[1] != 0x8b) {
        return check_arm64(path, head, len, total, err);
    }
    g_clear_object(&in);
    in = open_image(path, err);
    if (!in) {
        return false;
    }
    unzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    plain = g_converter_input_stream_new(in, G_CONVERTER(unzip));
    if (!read_stream(plain, head, &len, &total, &error)) {
        return vr_error_set(err, VR_ERR_USAGE, "the gzipped kernel '%s' is "
                            "damaged or cut: %s", path, error->message);
    }
    return check_arm64(path, head, len, total, err);
}
