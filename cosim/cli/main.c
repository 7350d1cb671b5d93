/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The `virelay` command: finds the subcommand and runs it. */
#include "cli.h"
#include "nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMMANDS 64

static const VrCommand *commands[MAX_COMMANDS];
static size_t command_count;

/* Sorted by name. Called from constructors. */
void vr_command_register(const VrCommand *command)
{
    size_t i = command_count;

    if (command_count == MAX_COMMANDS) {
        abort();
    }
    while (i > 0 && strcmp(commands[i - 1]->name, command->name) > 0) {
        commands[i] = commands[i - 1];
        i--;
    }
    commands[i] = command;
    command_count++;
}

const VrCommand *vr_command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (!strcmp(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

static const char *command_name_at(const void *opaque, size_t index)
{
    (void)opaque;
    return index < command_count ? commands[index]->name : NULL;
}

static void print_usage(FILE *f)
{
    fprintf(f, "usage: virelay COMMAND [ARGUMENT...]\n\n"
               "Co-simulation of interrupt-virtualization hardware with the "
               "software that\ndepends on it.\n\ncommands:\n");
    for (size_t i = 0; i < command_count; i++) {
        fprintf(f, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(f, "\n'virelay COMMAND --help' explains a command.\n"
               "exit codes: 0 as expected, 1 a verdict is not as expected, "
               "2 usage, 3 environment\n");
}

static int unknown_command(const char *name)
{
    char hint[256];

    fprintf(stderr, "virelay: no command '%s'; %s\n", name,
            vr_nearest(name, command_name_at, NULL, hint, sizeof(hint)));
    return VR_EXIT_USAGE;
}

/* The exit code, for a program whose output may have gone nowhere. */
static int check_output(const char *program, int ret)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && ret != VR_EXIT_ENVIRONMENT) {
        fprintf(stderr, "%s: cannot write to standard output\n", program);
        return ret == VR_EXIT_OK ? VR_EXIT_ENVIRONMENT : ret;
    }
    return ret;
}

static int run_command(const VrCommand *command, int argc, char **argv)
{
    g_autofree char *program = g_strdup_printf("virelay %s", command->name);
    g_autofree char **args = g_new0(char *, argc + 1);

    /* GLib's parser moves the pointers about; the strings stay argv's. */
    memcpy(args, argv, argc * sizeof(*args));
    args[0] = program;
    g_set_prgname(program);
    return check_output(program, command->run(command, argc, args));
}

int main(int argc, char **argv)
{
    static char help[] = "--help";
    const VrCommand *command;

    if (argc < 2) {
        print_usage(stderr);
        return VR_EXIT_USAGE;
    }
    if (argc > 2 && !strcmp(argv[1], "help")) {
        argv[1] = argv[2];
        argv[2] = help;
        argc = 3;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        print_usage(stdout);
        return check_output("virelay", VR_EXIT_OK);
    }
    command = vr_command_find(argv[1]);
    if (!command) {
        return unknown_command(argv[1]);
    }
    return run_command(command, argc - 1, argv + 1);
}
