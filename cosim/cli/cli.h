/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `virelay` command: what its subcommands share.
 *
 * A subcommand is one file, cmd_NAME.c, that defines its entry with
 * VR_COMMAND and is listed in meson.build; nothing else names it.
 */
#ifndef VIRELAY_CLI_H
#define VIRELAY_CLI_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "block.h"

/* Exit codes of every subcommand: the values of VrErrorCode. */
enum {
    VR_EXIT_OK = 0,
    VR_EXIT_VERDICT = VR_ERR_VERDICT,
    VR_EXIT_USAGE = VR_ERR_USAGE,
    VR_EXIT_ENVIRONMENT = VR_ERR_ENVIRONMENT,
};

typedef struct VrCommand {
    const char *name;
    const char *summary; /* one line for the list of commands */
    const char *usage;   /* arguments, after "virelay NAME " */
    /* argv[0] is "virelay NAME"; returns the exit code. */
    int (*run)(const struct VrCommand *self, int argc, char **argv);
} VrCommand;

void vr_command_register(const VrCommand *command);
const VrCommand *vr_command_find(const char *name);

/* Define and register a subcommand; @ident is a C identifier. */
#define VR_COMMAND(ident, name_, summary_, usage_, run_)                   \
    static const VrCommand command_##ident = {                             \
        .name = name_, .summary = summary_, .usage = usage_, .run = run_,  \
    };                                                                     \
    __attribute__((constructor)) static void register_command_##ident(void) \
    {                                                                      \
        vr_command_register(&command_##ident);                             \
    }

/*
 * Parse options with GLib, so that --help and errors look alike everywhere.
 * What is left over stays in argv. Returns -1 to go on, or the exit code to
 * end with (--help: 0; a wrong option: VR_EXIT_USAGE, error already printed).
 */
int vr_cli_parse(const VrCommand *self, const GOptionEntry *entries,
                 int *argc, char ***argv);

/*
 * Print "virelay NAME: text" to stderr and return the code. Control characters,
 * which a damaged file may have put into the text, become '?'.
 */
int vr_cli_error(const VrCommand *self, VrErrorCode code, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);
int vr_cli_fail(const VrCommand *self, const VrError *err);

/* A block type by name; NULL with *err that names the nearest ones. */
const VrBlockType *vr_cli_block_type(const char *name, VrError *err);

/*
 * Write JSON (indented, newline at the end) to a file, or to stdout for "-".
 * Takes @root. A file appears whole or not at all.
 */
bool vr_cli_write_json(JsonNode *root, const char *path, VrError *err);

/*
 * Whether @out may be written while @in is read: *err if they are one file, so
 * that an output never destroys what it is made from. NULL and "-" may.
 */
bool vr_cli_distinct(const char *in, const char *out, VrError *err);

/* Set a text of unknown origin; what is not UTF-8 in it is replaced. */
void vr_json_text(JsonObject *o, const char *name, const char *text);

/*
 * Set a number; as text ("0x...") where all 64 bits count, since JSON's numbers
 * are not exact beyond 2^53 for every reader.
 */
void vr_json_uint(JsonObject *o, const char *name, guint64 value);
void vr_json_hex(JsonObject *o, const char *name, guint64 value);

/*
 * Where runs are left: $VIRELAY_RUNS, else $VIRELAY_BUILD/runs, else
 * "build/runs" in the current folder. Not created. Free with g_free.
 */
char *vr_cli_runs_dir(void);

/*
 * A new, empty folder for one run below @parent (NULL: vr_cli_runs_dir()),
 * named @prefix-DATE-TIME[-N]. NULL with *err. Free with g_free.
 */
char *vr_cli_new_run_dir(const char *parent, const char *prefix, VrError *err);

#endif
