/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay kernels: the catalogue of kernels, and building them. */
#include <stdio.h>

#include "catalogue.h"
#include "cli.h"
#include "kernel_build.h"
#include "signals.h"

static void add_list(JsonObject *o, const char *name, char **list)
{
    JsonArray *array = json_array_new();

    for (char **s = list; *s; s++) {
        json_array_add_string_element(array, *s);
    }
    json_object_set_array_member(o, name, array);
}

static bool is_built(const VrKernel *k)
{
    g_autofree char *image = vr_kernel_image_path(k, NULL);

    return image && g_file_test(image, G_FILE_TEST_IS_REGULAR);
}

static JsonObject *kernel_object(const VrKernel *k)
{
    JsonObject *o = json_object_new();
    JsonArray *patches = json_array_new();

    json_object_set_string_member(o, "name", k->name);
    if (k->alias) {
        json_object_set_string_member(o, "alias", k->alias);
    }
    json_object_set_string_member(o, "kind", vr_kernel_kind_name(k->kind));
    json_object_set_string_member(o, "arch", k->arch);
    json_object_set_string_member(o, "description", k->description);
    json_object_set_boolean_member(o, "built", is_built(k));
    for (guint i = 0; i < k->patches->len; i++) {
        json_array_add_string_element(patches, k->patches->pdata[i]);
    }
    json_object_set_array_member(o, "patches", patches);
    add_list(o, "caught_by", k->caught_by);
    add_list(o, "expect_fail", k->expect_fail);
    add_list(o, "sweep_fails", k->sweep_fails);
    return o;
}

static JsonNode *to_json(const GPtrArray *kernels)
{
    JsonNode *root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < kernels->len; i++) {
        json_array_add_object_element(array, kernel_object(kernels->pdata[i]));
    }
    json_node_take_array(root, array);
    return root;
}

static void print_kernels(const GPtrArray *kernels)
{
    for (guint i = 0; i < kernels->len; i++) {
        const VrKernel *k = kernels->pdata[i];
        g_autofree char *caught = g_strjoinv(", ", k->caught_by);
        g_autofree char *sweeps = g_strjoinv("; ", k->sweep_fails);

        printf("%-32s %-7s %-6s %2u patches  %s\n    %s\n", k->name,
               vr_kernel_kind_name(k->kind), k->arch, k->patches->len,
               is_built(k) ? "built" : "not built", k->description);
        if (*caught) {
            printf("    caught by %s\n", caught);
        }
        if (*k->sweep_fails) {
            printf("    sweeps that break it: %s\n", sweeps);
        }
        if (k->alias) {
            printf("    also called %s\n", k->alias);
        }
    }
}

/* The kernels named in argv[1..], or all. */
static GPtrArray *choose(const VrCatalogue *c, char **names, VrError *err)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();

    for (char **name = names; *name; name++) {
        const VrKernel *k = vr_catalogue_find(c, *name, err);

        if (!k) {
            return NULL;
        }
        g_ptr_array_add(chosen, (gpointer)k);
    }
    for (guint i = 0; !*names && i < c->kernels->len; i++) {
        g_ptr_array_add(chosen, c->kernels->pdata[i]);
    }
    return g_steal_pointer(&chosen);
}

static int build_all(const VrCommand *self, const GPtrArray *kernels)
{
    VrBuildStep step = { 0, kernels->len, g_get_monotonic_time() };
    VrError err;

    vr_signals_catch();
    for (guint i = 0; i < kernels->len; i++) {
        g_autofree char *image = NULL;

        step.number = i + 1;
        image = vr_kernel_build(kernels->pdata[i], NULL, &step, &err);
        if (!image) {
            int ret = vr_cli_fail(self, &err);

            return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
        }
    }
    return VR_EXIT_OK;
}

static int cmd_kernels(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *json = NULL;
    gboolean list = FALSE, build = FALSE;
    const GOptionEntry entries[] = {
        { "list", 'l', 0, G_OPTION_ARG_NONE, &list,
          "List the kernels (the default)", NULL },
        { "build", 'b', 0, G_OPTION_ARG_NONE, &build,
          "Build all of them, or those named", NULL },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &json,
          "Write the list as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);
    g_autoptr(VrCatalogue) catalogue = NULL;
    g_autoptr(GPtrArray) kernels = NULL;
    VrError err;

    if (ret >= 0) {
        return ret;
    }
    catalogue = vr_catalogue_load_ours(&err);
    kernels = catalogue ? choose(catalogue, argv + 1, &err) : NULL;
    if (!kernels) {
        return vr_cli_fail(self, &err);
    }
    ret = build ? build_all(self, kernels) : VR_EXIT_OK;
    if (json && !vr_cli_write_json(to_json(kernels), json, &err)) {
        return vr_cli_fail(self, &err);
    }
    if ((list || !build) && g_strcmp0(json, "-") != 0) {
        print_kernels(kernels);
    }
    return ret;
}

VR_COMMAND(kernels, "kernels", "List the kernels, or build them",
           "[--list] [--json FILE|-] [--build] [NAME...]", cmd_kernels)
