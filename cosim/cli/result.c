/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result.h"

#include <string.h>

#include "cli.h"

static bool has(char **list, const char *id)
{
    return g_strv_contains((const char *const *)list, id);
}

static bool known_cpu(const char *cpu)
{
    return strcmp(cpu, "vmx") == 0 || strcmp(cpu, "svm") == 0;
}

VrExpectation vr_expectation(const VrKernel *k, const VrCheck *check,
                             const char *cpu, const char *backend)
{
    if (check->cpu && cpu && strcmp(check->cpu, cpu) != 0) {
        return known_cpu(cpu) ? VR_EXPECT_NOT_APPLICABLE
                              : VR_EXPECT_IF_APPLICABLE;
    }
    if (k->unit && strcmp(backend, "builtin") == 0) {
        return check->needs_block ? VR_EXPECT_NOT_APPLICABLE : VR_EXPECT_PASS;
    }
    if (has(k->caught_by, check->id)) {
        return VR_EXPECT_FAIL;
    }
    if (!has(k->expect_fail, check->id)) {
        return VR_EXPECT_PASS;
    }
    return k->kind == VR_KERNEL_MUTANT ? VR_EXPECT_EITHER : VR_EXPECT_FAIL;
}

bool vr_expectation_met(VrExpectation expected, VrOutcome outcome)
{
    switch (expected) {
    case VR_EXPECT_PASS:
        return outcome == VR_VERDICT_PASS;
    case VR_EXPECT_FAIL:
        return outcome == VR_VERDICT_FAIL;
    case VR_EXPECT_NOT_APPLICABLE:
        return outcome == VR_VERDICT_NOT_APPLICABLE;
    case VR_EXPECT_IF_APPLICABLE:
        return outcome == VR_VERDICT_PASS ||
               outcome == VR_VERDICT_NOT_APPLICABLE;
    default:
        return outcome == VR_VERDICT_PASS || outcome == VR_VERDICT_FAIL;
    }
}

const char *vr_expectation_name(VrExpectation expected)
{
    static const char *const names[] = {
        [VR_EXPECT_PASS] = "pass",
        [VR_EXPECT_FAIL] = "fail",
        [VR_EXPECT_EITHER] = "pass or fail",
        [VR_EXPECT_NOT_APPLICABLE] = "not-applicable",
        [VR_EXPECT_IF_APPLICABLE] = "pass or not-applicable",
    };

    return names[expected];
}

static void row_free(gpointer data)
{
    VrRow *row = data;

    vr_verdict_free(row->verdict);
    g_free(row);
}

VrResultSet *vr_result_new(const VrKernel *kernel, const char *backend,
                           const char *variant, const char *cpu)
{
    VrResultSet *r = g_new0(VrResultSet, 1);

    r->kernel = kernel;
    r->backend = g_strdup(backend);
    r->variant = g_strdup(variant);
    r->cpu = g_strdup(cpu);
    r->icount = true;
    r->rows = g_ptr_array_new_with_free_func(row_free);
    return r;
}

void vr_result_free(VrResultSet *r)
{
    if (r) {
        g_free(r->backend);
        g_free(r->variant);
        g_free(r->cpu);
        g_free(r->image_sha256);
        g_free(r->folder);
        g_free(r->trouble);
        g_free(r->no_sweep);
        g_ptr_array_free(r->rows, TRUE);
        g_free(r);
    }
}

const VrRow *vr_result_row(const VrResultSet *r, const VrCheck *check)
{
    for (guint i = 0; i < r->rows->len; i++) {
        const VrRow *row = r->rows->pdata[i];

        if (row->check == check) {
            return row;
        }
    }
    return NULL;
}

static bool sweeps(const VrCheck *check)
{
    return check->scenario == VR_SCENARIO_SWEEP_PAIR;
}

static VrVerdict *judge_one(const VrResultSet *r, const VrCheck *check,
                            const VrRun *run, const char *why_not)
{
    const char *trouble = r->trouble;
    VrVerdict *v;

    if (run && sweeps(check) && r->no_sweep) {
        return vr_verdict_new(VR_VERDICT_NOT_APPLICABLE, "the window cannot be "
                              "swept: %s", r->no_sweep);
    }
    v = run ? vr_check_judge(check, run)
            : vr_verdict_new(VR_VERDICT_ERROR, "%s", why_not);
    if (run && trouble && v->outcome == VR_VERDICT_ERROR) {
        char *reason = g_strdup_printf("%s; %s", trouble, v->reason);

        g_free(v->reason);
        v->reason = reason;
    }
    return v;
}

/* Ours have symbols; of the user's an image alone will do for all else. */
static bool ruled_out(const VrResultSet *r, const VrCheck *check)
{
    return (check->needs_icount && !r->icount) ||
           (sweeps(check) && r->no_sweep && r->kernel->kind == VR_KERNEL_OWN);
}

static void expect(const VrResultSet *r, VrRow *row)
{
    row->otherwise = vr_expectation(r->kernel, row->check, r->cpu, r->backend);
    row->ruled_out = row->otherwise != VR_EXPECT_NOT_APPLICABLE &&
                     ruled_out(r, row->check);
    row->expected = row->ruled_out ? VR_EXPECT_NOT_APPLICABLE : row->otherwise;
}

void vr_result_judge(VrResultSet *r, const GPtrArray *checks,
                     const char *console, const char *trace, uint64_t stress,
                     const char *trouble, bool fatal)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VrRun) run = NULL;

    r->trouble = g_strdup(trouble);
    if (!fatal) {
        run = vr_run_load(console, trace, stress, &error);
    }
    for (guint i = 0; i < checks->len; i++) {
        VrRow *row = g_new0(VrRow, 1);

        row->check = checks->pdata[i];
        expect(r, row);
        row->verdict = judge_one(r, row->check, run,
                                 trouble ? trouble
                                         : error ? error->message : "no run");
        row->met = vr_expectation_met(row->expected, row->verdict->outcome);
        r->unexpected += !row->met;
        g_ptr_array_add(r->rows, row);
    }
}

VrRuledOut vr_results_ruled_out(const GPtrArray *results)
{
    VrRuledOut out = { 0 };

    for (guint i = 0; i < results->len; i++) {
        const VrResultSet *r = results->pdata[i];

        for (guint j = 0; j < r->rows->len; j++) {
            const VrRow *row = r->rows->pdata[j];

            out.count += row->ruled_out;
            out.failures += row->ruled_out && row->otherwise == VR_EXPECT_FAIL;
        }
    }
    return out;
}

static JsonNode *row_json(const VrResultSet *r, const VrRow *row)
{
    JsonObject *o = json_object_new();
    JsonArray *evidence = json_array_new();
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_object_set_string_member(o, "kernel", r->kernel->name);
    json_object_set_string_member(o, "check", row->check->id);
    json_object_set_string_member(o, "backend", r->backend);
    json_object_set_string_member(o, "variant",
                                  r->variant ? r->variant : "default");
    if (r->cpu) {
        json_object_set_string_member(o, "cpu", r->cpu);
    }
    json_object_set_string_member(o, "verdict",
                                  vr_outcome_name(row->verdict->outcome));
    json_object_set_string_member(o, "expected",
                                  vr_expectation_name(row->expected));
    json_object_set_boolean_member(o, "as_expected", row->met);
    if (row->ruled_out) {
        json_object_set_string_member(o, "expected_otherwise",
                                      vr_expectation_name(row->otherwise));
    }
    json_object_set_string_member(o, "reason", row->verdict->reason);
    for (guint i = 0; i < row->verdict->evidence->len; i++) {
        json_array_add_string_element(evidence,
                                      row->verdict->evidence->pdata[i]);
    }
    json_object_set_array_member(o, "evidence", evidence);
    json_node_take_object(node, o);
    return node;
}

void vr_result_add_json(const VrResultSet *r, JsonArray *verdicts)
{
    for (guint i = 0; i < r->rows->len; i++) {
        json_array_add_element(verdicts, row_json(r, r->rows->pdata[i]));
    }
}

static void set_string(JsonObject *o, const char *name, const char *value)
{
    if (value) {
        json_object_set_string_member(o, name, value);
    }
}

static JsonObject *kernel_json(const VrResultSet *r)
{
    JsonObject *o = json_object_new();

    set_string(o, "name", r->kernel->name);
    set_string(o, "kind", vr_kernel_kind_name(r->kernel->kind));
    set_string(o, "image_sha256", r->image_sha256);
    set_string(o, "folder", r->folder);
    set_string(o, "trouble", r->trouble);
    json_object_set_int_member(o, "unexpected", r->unexpected);
    json_object_set_double_member(o, "seconds", r->seconds);
    return o;
}

JsonNode *vr_results_json(const GPtrArray *results, double seconds)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonArray *verdicts = json_array_new();
    JsonArray *kernels = json_array_new();
    JsonObject *o = json_object_new();
    unsigned unexpected = 0;

    for (guint i = 0; i < results->len; i++) {
        const VrResultSet *r = results->pdata[i];

        vr_result_add_json(r, verdicts);
        json_array_add_object_element(kernels, kernel_json(r));
        unexpected += r->unexpected;
    }
    json_object_set_int_member(o, "unexpected", unexpected);
    json_object_set_int_member(o, "ruled_out",
                               vr_results_ruled_out(results).count);
    json_object_set_double_member(o, "seconds", seconds);
    json_object_set_array_member(o, "kernels", kernels);
    json_object_set_array_member(o, "verdicts", verdicts);
    json_node_take_object(root, o);
    return root;
}
