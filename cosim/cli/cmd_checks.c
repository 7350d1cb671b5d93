/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay checks: the checks, and what each one asks for. */
#include <stdio.h>

#include "cli.h"
#include "options.h"

static JsonNode *to_json(const GPtrArray *checks)
{
    JsonNode *root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];
        JsonObject *o = json_object_new();

        json_object_set_string_member(o, "id", check->id);
        json_object_set_string_member(o, "title", check->title);
        json_object_set_string_member(o, "section", check->section);
        json_object_set_string_member(o, "scenario",
                                      vr_scenario_name(check->scenario));
        json_array_add_object_element(array, o);
    }
    json_node_take_array(root, array);
    return root;
}

static void print_checks(const GPtrArray *checks)
{
    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];

        printf("%s\n    %s\n    manual:   %s\n    scenario: %s\n", check->id,
               check->title, check->section,
               vr_scenario_name(check->scenario));
    }
}

static int run(const VrCommand *self, const char *json, int argc, char **argv)
{
    g_autoptr(GPtrArray) checks = NULL;
    VrError err;

    if (argc > 2 || (argc == 2 && !*argv[1])) {
        return vr_cli_error(self, VR_ERR_USAGE, "give one glob; usage: virelay "
                            "checks %s", self->usage);
    }
    checks = vr_option_checks(argc == 2 ? argv[1] : NULL, NULL, &err);
    if (!checks) {
        return vr_cli_fail(self, &err);
    }
    if (!json || g_strcmp0(json, "-") != 0) {
        print_checks(checks);
    }
    if (json && !vr_cli_write_json(to_json(checks), json, &err)) {
        return vr_cli_fail(self, &err);
    }
    return VR_EXIT_OK;
}

static int cmd_checks(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *json = NULL;
    const GOptionEntry entries[] = {
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &json,
          "Write the list as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    return ret < 0 ? run(self, json, argc, argv) : ret;
}

VR_COMMAND(checks, "checks", "List the checks and what each one asks for",
           "[GLOB] [--json FILE|-]", cmd_checks)
