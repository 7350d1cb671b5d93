/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own tests of KVM come out as the table says. */
#include "domains.h"
#include "view.h"

/* tools/testing/selftests/kselftest.h: KSFT_PASS, KSFT_SKIP */
#define STATUS_PASS 0
#define STATUS_SKIP 4

typedef enum Want {
    WANT_PASS,
    WANT_SKIP,
    WANT_FAIL,
} Want;

static const struct {
    const char *name;
    Want want;
    const char *why;
} tests[] = {
#define SELFTEST(name, want, why) { #name, WANT_##want, why },
#include "x86_selftests.def"
#undef SELFTEST
};

static const char *const want_names[] = {
    [WANT_PASS] = "pass", [WANT_SKIP] = "skip", [WANT_FAIL] = "fail",
};

static bool meets(Want want, int64_t status)
{
    switch (want) {
    case WANT_PASS:
        return status == STATUS_PASS;
    case WANT_SKIP:
        return status == STATUS_SKIP;
    default:
        return status != STATUS_PASS && status != STATUS_SKIP;
    }
}

static void note(GPtrArray *lines, size_t i, int64_t status)
{
    g_ptr_array_add(lines, g_strdup_printf(
        "%s: exit status %" G_GINT64_FORMAT ", expected: %s%s%s",
        tests[i].name, status, want_names[tests[i].want],
        *tests[i].why ? ": " : "", tests[i].why));
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    g_autoptr(GPtrArray) wrong = g_ptr_array_new_with_free_func(g_free);
    unsigned passed = 0, skipped = 0;
    VrVerdict *v;

    (void)slice;
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        int64_t status;

        v = vr_need_fact(run, VR_SCENARIO_X86_SELFTESTS, tests[i].name,
                         &status);
        if (v) {
            return v;
        }
        passed += status == STATUS_PASS;
        skipped += status == STATUS_SKIP;
        if (!meets(tests[i].want, status)) {
            note(wrong, i, status);
        }
    }
    if (wrong->len == 0) {
        return vr_verdict_new(VR_VERDICT_PASS, "%u of %zu pass, %u are skipped, "
                              "as expected", passed, G_N_ELEMENTS(tests),
                              skipped);
    }
    v = vr_verdict_new(VR_VERDICT_FAIL, "%u of %zu not as expected: %s",
                       wrong->len, G_N_ELEMENTS(tests),
                       (const char *)wrong->pdata[0]);
    for (guint i = 1; i < wrong->len; i++) {
        vr_verdict_note(v, "%s", (const char *)wrong->pdata[i]);
    }
    return v;
}

const VrCheck vr_check_vmx_selftests = {
    .id = "x86.vmx.selftests",
    .section = "Intel SDM 3C, \"VMX Instruction Reference\" and the chapters "
               "before it",
    .title = "the kernel's own tests of KVM, nested VMX among them, come out "
             "as they should",
    .scenario = VR_SCENARIO_X86_SELFTESTS,
    .cpu = "vmx",
    .judge = judge,
};
