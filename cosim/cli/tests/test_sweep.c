/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sweeps have to break, and whether they did. */
#include <glib.h>
#include <string.h>

#include "sweep_expected.h"

static bool check(const char *item, const char *arch)
{
    char *const list[] = { (char *)item, NULL };
    VrError err;
    bool ok = vr_sweep_expected_check(list, arch, &err);

    g_assert_true(ok || (err.code == VR_ERR_USAGE && strstr(err.text, item)));
    return ok;
}

static void test_items(void)
{
    g_assert_true(check("vcpu_enter_guest exit msi,post", "x86"));
    g_assert_true(check("vmx_vcpu_pi_put halt pair", "x86"));
    g_assert_true(check("kvm_vgic_flush_hwstate..__guest_enter exit spi",
                        "arm64"));
    g_assert_false(check("vcpu_enter_guest exit msi", "arm64"));
    g_assert_false(check("vcpu_enter_guest halt msi", "x86"));
    g_assert_false(check("vcpu_enter_guest exit msi,spi", "x86"));
    g_assert_false(check("vcpu_enter_guest exit", "x86"));
    g_assert_false(check("vcpu_enter_guest exit msi post", "x86"));
    g_assert_false(check("vcpu_leave_guest exit msi", "x86"));
}

static void test_lookup(void)
{
    char *const list[] = { (char *)"vcpu_enter_guest exit msi,post",
                           (char *)"vmx_vcpu_pi_put halt pair", NULL };
    VrSweepJob job = { .window = (char *)"vmx_vcpu_pi_put",
                       .load = VR_SWEEP_LOAD_HALT, .event = VR_SWEEP_PAIR };

    g_assert_true(vr_sweep_expected(list, &job));
    job.event = VR_SWEEP_POST;
    g_assert_false(vr_sweep_expected(list, &job));
    job.window = (char *)"vcpu_enter_guest";
    g_assert_false(vr_sweep_expected(list, &job));
    job.load = VR_SWEEP_LOAD_EXIT;
    g_assert_true(vr_sweep_expected(list, &job));
}

static void test_outcome(void)
{
    static const struct {
        VrSweepExpected expected;
        bool pass, fail, not_applicable;
    } rows[] = {
        { VR_SWEEP_EXPECT_NOTHING, true, false, true },
        { VR_SWEEP_EXPECT_PASS, true, false, true },
        { VR_SWEEP_EXPECT_FAIL, false, true, false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        VrSweepJob job = { .expected = rows[i].expected,
                           .verdict = VR_SWEEP_PASS };

        g_assert_true(vr_sweep_as_expected(&job) == rows[i].pass);
        job.verdict = VR_SWEEP_FAIL;
        g_assert_true(vr_sweep_as_expected(&job) == rows[i].fail);
        job.verdict = VR_SWEEP_NOT_APPLICABLE;
        g_assert_true(vr_sweep_as_expected(&job) == rows[i].not_applicable);
        job.verdict = VR_SWEEP_ERROR;
        g_assert_false(vr_sweep_as_expected(&job));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sweep/items", test_items);
    g_test_add_func("/sweep/lookup", test_lookup);
    g_test_add_func("/sweep/outcome", test_outcome);
    return g_test_run();
}
