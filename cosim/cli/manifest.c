/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "cli.h"
#include "env.h"
#include "filesum.h"

/* The build's manifest, that ./virelay wrote; empty where there is none. */
static JsonNode *build_manifest(void)
{
    g_autofree char *path = vr_env_build("manifest.json", NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonNode *root = NULL;

    if (path && json_parser_load_from_file(parser, path, NULL)) {
        root = json_parser_get_root(parser);
    }
    if (root) {
        return json_node_copy(root);
    }
    root = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(root, json_object_new());
    return root;
}

static JsonObject *kernel_object(const VrManifest *m)
{
    JsonObject *o = json_object_new();
    JsonArray *patches = json_array_new();

    json_object_set_string_member(o, "name", m->kernel->name);
    json_object_set_string_member(o, "kind",
                                  vr_kernel_kind_name(m->kernel->kind));
    json_object_set_string_member(o, "image", m->machine->kernel);
    json_object_set_string_member(o, "sha256", m->image_sha256);
    for (guint i = 0; i < m->kernel->patches->len; i++) {
        g_autofree char *name =
            g_path_get_basename(m->kernel->patches->pdata[i]);

        json_array_add_string_element(patches, name);
    }
    json_object_set_array_member(o, "patches", patches);
    return o;
}

static char *replace(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, 0);

    return g_strjoinv(to, parts);
}

static JsonArray *command_array(const VrManifest *m, VrError *err)
{
    g_autoptr(GPtrArray) argv =
        vr_machine_command(m->machine, m->partial_dir, err);
    JsonArray *array;

    if (!argv) {
        return NULL;
    }
    array = json_array_new();
    for (guint i = 0; argv->pdata[i]; i++) {
        g_autofree char *word =
            replace(argv->pdata[i], m->partial_dir, m->final_dir);

        json_array_add_string_element(array, word);
    }
    return array;
}

static bool add_sum(JsonObject *o, const char *name, char *path, VrError *err)
{
    g_autofree char *owned = path;
    g_autofree char *sum = owned ? vr_file_sha256(owned, err) : NULL;

    if (!sum) {
        return false;
    }
    json_object_set_string_member(o, name, sum);
    return true;
}

bool vr_manifest_write(const VrManifest *m, const char *path, VrError *err)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *o = json_object_new();
    const VrMachineSpec *s = m->machine;
    JsonArray *command = command_array(m, err);

    json_node_take_object(root, o);
    if (!command ||
        !add_sum(o, "qemu_sha256", vr_env_qemu(s->arch, err), err) ||
        !add_sum(o, "agent_sha256", vr_env_agent(s->arch, err), err)) {
        json_node_unref(root);
        return false;
    }
    json_object_set_int_member(o, "format", 1);
    json_object_set_string_member(o, "arch", s->arch);
    json_object_set_string_member(o, "backend", s->backend);
    json_object_set_string_member(o, "variant",
                                  s->variant ? s->variant : "default");
    if (s->cpu) {
        json_object_set_string_member(o, "cpu", s->cpu);
    }
    json_object_set_string_member(o, "scenarios", s->scenarios);
    vr_json_uint(o, "seed", s->seed);
    vr_json_uint(o, "stress", s->stress);
    json_object_set_boolean_member(o, "icount", s->icount);
    json_object_set_int_member(o, "qemu_status", m->qemu_status);
    json_object_set_double_member(o, "seconds", m->seconds);
    json_object_set_object_member(o, "kernel", kernel_object(m));
    json_object_set_array_member(o, "command", command);
    json_object_set_member(o, "build", build_manifest());
    return vr_cli_write_json(root, path, err);
}
