/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's report: complete, cut, noisy. */
#include "../report.h"

static VrReport *parse(const char *text)
{
    return vr_report_parse(text, strlen(text));
}

static void test_whole(void)
{
    VrReport *r = parse("[    0.1] Booting Linux\r\nKTAP version 1\r\n1..3\n"
                        "# fact BOOT vms_ok 4\n# fact BOOT low -7\n"
                        "ok 1 BOOT\n"
                        "not ok 2 ASYM_DEACTIVATE # 16 stay active\n"
                        "ok 3 STRESS # SKIP no /dev/kvm\n"
                        "# fact RUN done 1\n[    0.9] reboot: Power down\n");
    const char *text;
    int64_t value;

    g_assert_true(vr_report_started(r));
    g_assert_true(vr_report_done(r));
    g_assert_cmpint(vr_report_result(r, "BOOT", &text), ==, VR_RESULT_OK);
    g_assert_cmpint(vr_report_result(r, "ASYM_DEACTIVATE", &text), ==,
                    VR_RESULT_NOT_OK);
    g_assert_cmpstr(text, ==, "16 stay active");
    g_assert_cmpint(vr_report_result(r, "STRESS", &text), ==, VR_RESULT_SKIP);
    g_assert_cmpstr(text, ==, "no /dev/kvm");
    g_assert_cmpint(vr_report_result(r, "IDLE", &text), ==,
                    VR_RESULT_MISSING);
    g_assert_true(vr_report_fact(r, "BOOT", "vms_ok", &value));
    g_assert_cmpint(value, ==, 4);
    g_assert_true(vr_report_fact(r, "BOOT", "low", &value));
    g_assert_cmpint(value, ==, -7);
    g_assert_false(vr_report_fact(r, "BOOT", "other", &value));
    g_assert_null(vr_report_crash(r));
    vr_report_free(r);
}

static void test_cut(void)
{
    VrReport *r = parse("KTAP version 1\nok 1 BOOT\n# fact STRESS acked 1000");
    int64_t value;

    g_assert_false(vr_report_done(r));
    /* 1000 of what was 100000: a cut number is no number. */
    g_assert_false(vr_report_fact(r, "STRESS", "acked", &value));
    g_assert_cmpstr(vr_report_last_line(r), ==, "# fact STRESS acked 1000");
    vr_report_free(r);
}

static void test_noise(void)
{
    VrReport *r = parse("# fact BOOT x\n# fact BOOT x y\n# fact BOOT x 1 2\n"
                        "# fact BOOT x 99999999999999999999\nok\nok \nok x\n"
                        "ok 1\nok 1 \nnot ok BOOT\n   ok 1 BOOT\n"
                        "[ 1.0] Kernel panic - not syncing: \xff\n"
                        "[ 1.0] Kernel panic - second\n");
    int64_t value;

    g_assert_false(vr_report_started(r));
    g_assert_false(vr_report_fact(r, "BOOT", "x", &value));
    g_assert_cmpint(vr_report_result(r, "BOOT", NULL), ==, VR_RESULT_MISSING);
    g_assert_nonnull(strstr(vr_report_crash(r), "not syncing"));
    g_assert_true(g_utf8_validate(vr_report_crash(r), -1, NULL));
    vr_report_free(r);
}

static void test_empty(void)
{
    VrReport *r = parse("");

    g_assert_false(vr_report_started(r));
    g_assert_cmpstr(vr_report_last_line(r), ==, "");
    vr_report_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/whole", test_whole);
    g_test_add_func("/report/cut", test_cut);
    g_test_add_func("/report/noise", test_noise);
    g_test_add_func("/report/empty", test_empty);
    return g_test_run();
}
