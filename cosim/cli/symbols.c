/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbols.h"

#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "dwarf_names.h"

typedef struct Symbol {
    uint64_t address;
    char *name;
} Symbol;

struct VrSymbols {
    GArray *all; /* of Symbol, by address */
    Elf *elf;    /* with DWARF, or NULL */
    Dwarf *dwarf;
    int fd;
};

static void clear_symbol(gpointer symbol)
{
    g_free(((Symbol *)symbol)->name);
}

static gint by_address(gconstpointer a, gconstpointer b)
{
    const Symbol *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

static void add(VrSymbols *s, uint64_t address, const char *name)
{
    const Symbol symbol = { address, g_strdup(name) };

    g_array_append_val(s->all, symbol);
}

/* --- System.map: "ffffffff81000000 T name" --- */

static bool parse_map(VrSymbols *s, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

    for (char **line = lines; *line; line++) {
        char *end;
        uint64_t address = g_ascii_strtoull(*line, &end, 16);

        if (end - *line >= 8 && end[0] == ' ' && end[1] && end[2] == ' ' &&
            strchr("tTwW", end[1])) {
            add(s, address, end + 3);
        }
    }
    return s->all->len > 0;
}

/* --- ELF --- */

static void read_table(VrSymbols *s, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize
                       ? header->sh_size / header->sh_entsize : 0;

    for (size_t i = 0; i < count; i++) {
        GElf_Sym sym;
        const char *name;

        if (gelf_getsym(data, i, &sym) &&
            GELF_ST_TYPE(sym.st_info) == STT_FUNC && sym.st_value &&
            (name = elf_strptr(s->elf, header->sh_link, sym.st_name))) {
            add(s, sym.st_value, name);
        }
    }
}

static bool read_elf(VrSymbols *s, const char *path, VrError *err)
{
    Elf_Scn *section = NULL;

    elf_version(EV_CURRENT);
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    s->elf = s->fd < 0 ? NULL : elf_begin(s->fd, ELF_C_READ, NULL);
    if (!s->elf) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot read '%s'", path);
    }
    while ((section = elf_nextscn(s->elf, section))) {
        GElf_Shdr header;

        if (gelf_getshdr(section, &header) &&
            header.sh_type == SHT_SYMTAB) {
            read_table(s, section, &header);
        }
    }
    if (s->all->len == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' has no symbol table; it "
                            "was stripped: give the vmlinux of the build, or "
                            "its System.map", path);
    }
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    return true;
}

static bool is_elf(const char *path)
{
    char magic[4] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool yes = fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
               memcmp(magic, ELFMAG, SELFMAG) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return yes;
}

static bool read_map(VrSymbols *s, const char *path, VrError *err)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, &error)) {
        return vr_error_set(err, VR_ERR_USAGE, "%s", error->message);
    }
    return parse_map(s, text) ||
           vr_error_set(err, VR_ERR_USAGE, "'%s' is neither a vmlinux (ELF) nor "
                        "a System.map", path);
}

VrSymbols *vr_symbols_load(const char *path, VrError *err)
{
    VrSymbols *s = g_new0(VrSymbols, 1);

    s->fd = -1;
    s->all = g_array_new(FALSE, FALSE, sizeof(Symbol));
    g_array_set_clear_func(s->all, clear_symbol);
    if (is_elf(path) ? read_elf(s, path, err) : read_map(s, path, err)) {
        g_array_sort(s->all, by_address);
        return s;
    }
    vr_symbols_free(s);
    return NULL;
}

void vr_symbols_free(VrSymbols *s)
{
    if (!s) {
        return;
    }
    if (s->dwarf) {
        dwarf_end(s->dwarf);
    }
    if (s->elf) {
        elf_end(s->elf);
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    g_array_unref(s->all);
    g_free(s);
}

char *vr_symbols_beside(const char *image, VrError *err)
{
    static const char *const endings[] = { ".vmlinux", ".map" };
    static const char *const names[] = { "vmlinux", "System.map",
                                         "../../../vmlinux",
                                         "../../../System.map" };
    g_autofree char *folder = g_path_get_dirname(image);

    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat(image, endings[i], NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&path);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&path);
        }
    }
    vr_error_set(err, VR_ERR_USAGE, "there are no symbols for '%s': no vmlinux "
                 "and no System.map lies beside it; give the vmlinux or the "
                 "System.map of its build with --vmlinux FILE (kallsyms in the "
                 "image is not read)", image);
    return NULL;
}

/* --- looking --- */

static const Symbol *symbol_at(const VrSymbols *s, size_t index)
{
    return &g_array_index(s->all, Symbol, index);
}

/* A compiler's copy of a function is called name.isra.0, name.constprop.0. */
static bool is_copy(const char *symbol, const char *name)
{
    size_t len = strlen(name);

    return strncmp(symbol, name, len) == 0 &&
           (g_str_has_prefix(symbol + len, ".isra.") ||
            g_str_has_prefix(symbol + len, ".constprop."));
}

bool vr_symbols_find(const VrSymbols *s, const char *name, uint64_t *address)
{
    const Symbol *copy = NULL;

    for (guint i = 0; i < s->all->len; i++) {
        const Symbol *one = symbol_at(s, i);

        if (strcmp(one->name, name) == 0) {
            *address = one->address;
            return true;
        }
        if (is_copy(one->name, name)) {
            copy = one;
        }
    }
    if (copy) {
        *address = copy->address;
    }
    return copy != NULL;
}

const char *vr_symbols_name(const VrSymbols *s, size_t index)
{
    return index < s->all->len ? symbol_at(s, index)->name : NULL;
}

char *vr_symbols_at(const VrSymbols *s, uint64_t address)
{
    guint low = 0, high = s->all->len;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (symbol_at(s, middle)->address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
    }
    return g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x",
                           symbol_at(s, low - 1)->name,
                           address - symbol_at(s, low - 1)->address);
}

char *vr_symbols_line(const VrSymbols *s, uint64_t address)
{
    return s->dwarf ? vr_dwarf_line(s->dwarf, address) : NULL;
}

char *vr_symbols_inlined_at(const VrSymbols *s, uint64_t address)
{
    return s->dwarf ? vr_dwarf_inlined_at(s->dwarf, address) : NULL;
}

char *vr_symbols_inlined(const VrSymbols *s, const char *name)
{
    return s->dwarf ? vr_dwarf_inlined(s->dwarf, name) : NULL;
}
