/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `conform` rests on: the catalogue, expectations, JUnit, the look at a
 * kernel's image, sums of files, and values of options.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "../catalogue.h"
#include "../filesum.h"
#include "../junit.h"
#include "../kernel_image.h"
#include "../options.h"
#include "../result.h"

static char *scratch;

static char *put(const char *name, const void *data, gssize len)
{
    char *path = g_build_filename(scratch, name, NULL);

    g_assert_true(g_file_set_contents(path, data, len, NULL));
    return path;
}

/* --- the catalogue --- */

#define BASE "[base]\nkind=base\narch=arm64\nconfig=c\n" \
             "expect-fail=arm64.tdir.stress\n"
#define SERIES "[s]\nkind=series\narch=arm64\nconfig=c\npatches=p1;p2\n"
#define MUTANT "[m]\nkind=mutant\narch=arm64\nconfig=c\non-top-of=s\n" \
               "patches=p3\ncaught-by=arm64.tdir.broadcast-kick\n" \
               "expect-fail=arm64.tdir.stress\n"

static VrCatalogue *load(const char *text, VrError *err)
{
    g_autofree char *path = put("kernels.ini", text, -1);

    return vr_catalogue_load(path, err);
}

static void test_catalogue(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE SERIES MUTANT, &err);
    const VrKernel *m;

    g_assert_nonnull(c);
    g_assert_cmpuint(c->kernels->len, ==, 3);
    m = vr_catalogue_find(c, "m", &err);
    g_assert_nonnull(m);
    g_assert_cmpuint(m->patches->len, ==, 3);
    g_assert_true(g_str_has_suffix(m->patches->pdata[0], "/p1"));
    g_assert_true(g_str_has_suffix(m->patches->pdata[2], "/p3"));
    g_assert_null(vr_catalogue_find(c, "bse", &err));
    g_assert_nonnull(strstr(err.text, "base"));
}

static void test_catalogue_wrong(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "no kernel" },
        { "[x]\nkind=odd\narch=arm64\nconfig=c\n", "kind" },
        { "[x]\nkind=base\nconfig=c\n", "'arch' is missing" },
        { "[x]\nkind=base\narch=arm64\n", "'config' is missing" },
        { "[x]\nkind=base\narch=arm64\nconfig=nope\n", "nope" },
        { "[x]\nkind=base\narch=arm64\nconfig=c\npatches=gone\n", "gone" },
        { "[x]\nkind=base\narch=arm64\nconfig=c\npatch=p1\n", "'patches'" },
        { "[x]\nkind=base\narch=arm64\nconfig=c\non-top-of=y\n", "above it" },
        { "[x]\nkind=base\narch=arm64\nconfig=c\n"
          "expect-fail=arm64.tdir.stres\n", "arm64.tdir.stress" },
        { "[x]\nkind=mutant\narch=arm64\nconfig=c\n", "caught-by" },
        { "[a/b]\nkind=base\narch=arm64\nconfig=c\n", "folder" },
        { "[a]\nkind=base\narch=arm64\nconfig=c\nalias=b:c\n", "alias" },
        { BASE "[a]\nkind=option\narch=arm64\nconfig=c\nalias=base\n",
          "[base] already" },
        { BASE "[a]\nkind=option\narch=arm64\nconfig=c\nsweep=yes\n",
          "for a mutant" },
        { SERIES MUTANT "sweep=yes\n", "without caught-by" },
        { "[x]\nkind=mutant\narch=x86\nconfig=c\nsweep=yes\n",
          "'sweep-fails' has to say" },
        { SERIES MUTANT "sweep-fails=vmx_vcpu_pi_put halt msi\n",
          "is not WINDOW LOAD EVENT" },
        { "kind=base\n", "kernels.ini" },
    };
    VrError err;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_assert_null(load(cases[i].text, &err));
        g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
        g_assert_nonnull(strstr(err.text, cases[i].says));
    }
}

static guint count_selected(const VrCatalogue *c, const char *set,
                            const char *arch)
{
    VrError err;
    g_autoptr(GPtrArray) chosen = vr_catalogue_select(c, set, arch, &err);

    return chosen ? chosen->len : 0;
}

static void test_select(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE SERIES MUTANT, &err);

    g_assert_cmpuint(count_selected(c, "base,series,mutants", "arm64"), ==, 3);
    g_assert_cmpuint(count_selected(c, "mutants,m", "arm64"), ==, 1);
    g_assert_cmpuint(count_selected(c, "s", "arm64"), ==, 1);
    g_assert_cmpuint(count_selected(c, "base", "x86_64"), ==, 0);
    g_assert_cmpuint(count_selected(c, "", "arm64"), ==, 0);
    g_assert_cmpuint(count_selected(c, "base,mutnts", "arm64"), ==, 0);
}

#define SWEPT "[w]\nkind=mutant\narch=arm64\nconfig=c\npatches=p3\n" \
              "alias=M1\nsweep=yes\n" \
              "sweep-fails=kvm_vgic_flush_hwstate..__guest_enter exit spi\n"

static void test_alias(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE SWEPT, &err);
    const VrKernel *k;

    g_assert_nonnull(c);
    k = vr_catalogue_find(c, "w", &err);
    g_assert_nonnull(k);
    g_assert_true(k->sweep);
    g_assert_true(vr_kernel_is_named(k, "base, M1"));
    g_assert_true(vr_kernel_is_named(k, "mutant:w"));
    g_assert_false(vr_kernel_is_named(k, "mutants"));
    g_assert_false(vr_kernel_is_named(k, "mutant"));
    g_assert_true(vr_catalogue_find(c, "M1", &err) == k);
    g_assert_true(vr_catalogue_find(c, "mutant:M1", &err) == k);
    g_assert_true(vr_catalogue_find(c, "mutant:w", &err) == k);
    g_assert_null(vr_catalogue_find(c, "series:M1", &err));
    g_assert_null(vr_catalogue_find(c, "M", &err));
    g_assert_cmpuint(count_selected(c, "mutant:M1,base", "arm64"), ==, 2);
    g_assert_cmpuint(count_selected(c, "base:M1", "arm64"), ==, 0);
    k = vr_catalogue_find(c, "base", &err);
    g_assert_nonnull(k);
    g_assert_false(vr_kernel_is_named(k, "base,w"));
    g_assert_true(vr_kernel_is_named(k, "base:base"));
}

#define OPTION "[o]\nkind=option\narch=x86\nconfig=c\nappend=kvm.x=0 y\n" \
               "checks=x86.boot;x86.svm.l2-boot.*\n"

static void test_kernel_options(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE OPTION, &err);
    g_autoptr(GPtrArray) all = vr_option_checks(NULL, NULL, &err);
    g_autoptr(GPtrArray) some = NULL;
    g_autoptr(GPtrArray) every = NULL;
    g_autoptr(GPtrArray) of_arm64 = NULL;
    const VrKernel *k;

    g_assert_nonnull(c);
    g_assert_cmpuint(count_selected(c, "options", "x86"), ==, 1);
    k = c->kernels->pdata[1];
    g_assert_cmpstr(k->append, ==, "kvm.x=0 y");
    some = vr_kernel_checks(k, all);
    g_assert_cmpuint(some->len, ==, 7);
    /* Without a list, all of its architecture. */
    of_arm64 = vr_option_checks(NULL, "arm64", &err);
    every = vr_kernel_checks(c->kernels->pdata[0], all);
    g_assert_cmpuint(every->len, ==, of_arm64->len);
    g_assert_cmpuint(every->len, <, all->len);
    g_assert_cmpuint(count_selected(c, "base,options", NULL), ==, 2);
    g_assert_cmpuint(k->stress, ==, VR_STRESS);
    g_assert_null(load("[o]\nkind=option\narch=x86\nconfig=c\n"
                       "stress=0\n", &err));
    g_assert_nonnull(strstr(err.text, "stress"));
    g_assert_null(load("[o]\nkind=option\narch=x86\nconfig=c\n"
                       "checks=x86.bot\n", &err));
    g_assert_nonnull(strstr(err.text, "x86.bot"));
}

/* --- expectations --- */

static VrExpectation expected(const VrKernel *k, const char *id,
                              const char *cpu)
{
    const VrCheck *check = vr_check_find(id);

    g_assert_nonnull(check);
    return vr_expectation(k, check, cpu, "lockstep");
}

/* A check about VMX is expected to say so on any other CPU. */
static void test_expectations_of_cpu(void)
{
    g_autoptr(VrKernel) own = vr_kernel_own("own", "x86");

    g_assert_cmpint(expected(own, "x86.vmx.params", "vmx"), ==,
                    VR_EXPECT_PASS);
    g_assert_cmpint(expected(own, "x86.vmx.params", "svm"), ==,
                    VR_EXPECT_NOT_APPLICABLE);
    g_assert_cmpint(expected(own, "x86.svm.params", "vmx"), ==,
                    VR_EXPECT_NOT_APPLICABLE);
    g_assert_cmpint(expected(own, "x86.vmx.params", "max"), ==,
                    VR_EXPECT_IF_APPLICABLE);
    g_assert_cmpint(expected(own, "x86.boot", "svm"), ==, VR_EXPECT_PASS);
    g_assert_true(vr_expectation_met(VR_EXPECT_NOT_APPLICABLE,
                                     VR_VERDICT_NOT_APPLICABLE));
    g_assert_true(vr_expectation_met(VR_EXPECT_IF_APPLICABLE,
                                     VR_VERDICT_NOT_APPLICABLE));
    g_assert_true(vr_expectation_met(VR_EXPECT_IF_APPLICABLE,
                                     VR_VERDICT_PASS));
    for (int o = VR_VERDICT_PASS; o <= VR_VERDICT_ERROR; o++) {
        g_assert_cmpint(vr_expectation_met(VR_EXPECT_NOT_APPLICABLE, o), ==,
                        o == VR_VERDICT_NOT_APPLICABLE);
    }
    g_assert_false(vr_expectation_met(VR_EXPECT_IF_APPLICABLE,
                                      VR_VERDICT_FAIL));
}

#define UNIT "[u]\nkind=mutant\narch=x86\nconfig=c\non-top-of=o\nunit=yes\n" \
             "caught-by=x86.ir.invalidation\n"

/* On QEMU's own unit a kernel's mistakes go unnoticed. */
static void test_expectations_of_unit(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE OPTION UNIT, &err);
    const VrCheck *invalidation = vr_check_find("x86.ir.invalidation");
    const VrCheck *affinity = vr_check_find("x86.pi.affinity");
    const VrKernel *k;

    g_assert_nonnull(c);
    k = c->kernels->pdata[2];
    g_assert_true(k->unit);
    g_assert_cmpint(vr_expectation(k, invalidation, "vmx", "rtl"), ==,
                    VR_EXPECT_FAIL);
    g_assert_cmpint(vr_expectation(k, affinity, "vmx", "rtl"), ==,
                    VR_EXPECT_PASS);
    g_assert_cmpint(vr_expectation(k, invalidation, "vmx", "builtin"), ==,
                    VR_EXPECT_NOT_APPLICABLE);
    g_assert_cmpint(vr_expectation(k, affinity, "vmx", "builtin"), ==,
                    VR_EXPECT_PASS);
    g_assert_null(load("[o]\nkind=base\narch=x86\nconfig=c\nunit=no\n",
                       &err));
    g_assert_nonnull(strstr(err.text, "'yes'"));
    g_assert_null(load("[o]\nkind=base\narch=arm64\nconfig=c\nunit=yes\n",
                       &err));
    g_assert_nonnull(strstr(err.text, "arch=x86"));
}

static void test_expectations(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE SERIES MUTANT, &err);
    g_autoptr(VrKernel) own = vr_kernel_own("own", "arm64");
    const VrKernel *base = c->kernels->pdata[0], *m = c->kernels->pdata[2];

    g_assert_cmpint(expected(base, "arm64.tdir.stress", NULL), ==,
                    VR_EXPECT_FAIL);
    g_assert_cmpint(expected(base, "arm64.boot", NULL), ==, VR_EXPECT_PASS);
    g_assert_cmpint(expected(m, "arm64.tdir.broadcast-kick", NULL), ==,
                    VR_EXPECT_FAIL);
    g_assert_cmpint(expected(m, "arm64.tdir.stress", NULL), ==,
                    VR_EXPECT_EITHER);
    g_assert_cmpint(expected(m, "arm64.boot", NULL), ==, VR_EXPECT_PASS);
    g_assert_cmpint(expected(own, "arm64.tdir.stress", NULL), ==,
                    VR_EXPECT_PASS);
    for (int e = VR_EXPECT_PASS; e <= VR_EXPECT_EITHER; e++) {
        g_assert_false(vr_expectation_met(e, VR_VERDICT_ERROR));
        g_assert_false(vr_expectation_met(e, VR_VERDICT_NOT_APPLICABLE));
    }
    g_assert_true(vr_expectation_met(VR_EXPECT_PASS, VR_VERDICT_PASS));
    g_assert_false(vr_expectation_met(VR_EXPECT_PASS, VR_VERDICT_FAIL));
    g_assert_true(vr_expectation_met(VR_EXPECT_FAIL, VR_VERDICT_FAIL));
    g_assert_false(vr_expectation_met(VR_EXPECT_FAIL, VR_VERDICT_PASS));
}

/* --- JUnit --- */

static void text_seen(GMarkupParseContext *ctx, const char *text, gsize len,
                      gpointer data, GError **error)
{
    (void)ctx;
    (void)error;
    g_string_append_len(data, text, len);
}

static void test_junit(void)
{
    static const char hostile[] = "<a & \"b\" ]]> '\x01\xff";
    const GMarkupParser parser = { .text = text_seen };
    g_autoptr(VrKernel) own = vr_kernel_own("k<&\">", "arm64");
    g_autoptr(GPtrArray) results = g_ptr_array_new();
    g_autoptr(GPtrArray) checks = vr_option_checks("arm64.boot", NULL, NULL);
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = NULL;
    VrResultSet *r = vr_result_new(own, "model", NULL, NULL);
    VrRow *row;
    GMarkupParseContext *ctx;

    vr_result_judge(r, checks, NULL, NULL, 0, hostile, true);
    g_assert_cmpuint(r->unexpected, ==, 1);
    row = r->rows->pdata[0];
    g_assert_cmpint(row->verdict->outcome, ==, VR_VERDICT_ERROR);
    vr_verdict_note(row->verdict, "%s", hostile);
    g_ptr_array_add(results, r);
    xml = vr_junit_text(results, 1.5);
    g_assert_nonnull(strstr(xml, "errors=\"1\""));
    g_assert_nonnull(strstr(xml, "time=\"1.500\""));
    ctx = g_markup_parse_context_new(&parser, 0, seen, NULL);
    g_assert_true(g_markup_parse_context_parse(ctx, xml, -1, &error) &&
                  g_markup_parse_context_end_parse(ctx, &error));
    g_assert_no_error(error);
    g_assert_nonnull(strstr(seen->str, "<a & \"b\" ]]> '"));
    g_markup_parse_context_free(ctx);
    vr_result_free(r);
}

/* --- what the mode of a run rules out --- */

#define CATCHES "[m]\nkind=mutant\narch=x86\nconfig=c\non-top-of=o\n" \
                "unit=yes\ncaught-by=x86.irqbypass.scaling\n"
#define SKIPPED "KTAP version 1\n1..2\n" \
                "ok 1 IRQBYPASS_SCALING # SKIP counts no instructions\n" \
                "ok 2 SWEEP_PAIR # SKIP nothing sweeps\n# fact RUN done 1\n"

static VrResultSet *judge_mode(const VrKernel *k, bool icount,
                               const char *no_sweep)
{
    g_autofree char *console = put("console", SKIPPED, -1);
    g_autoptr(GPtrArray) checks =
        vr_option_checks("x86.count.race,x86.irqbypass.scaling", NULL, NULL);
    VrResultSet *r = vr_result_new(k, "model", NULL, "vmx");

    r->icount = icount;
    r->no_sweep = g_strdup(no_sweep);
    vr_result_judge(r, checks, console, NULL, 0, NULL, false);
    g_unlink(console);
    g_assert_cmpuint(r->rows->len, ==, 2);
    return r;
}

static VrRuledOut ruled_out_of(VrResultSet *r)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new();

    g_ptr_array_add(results, r);
    return vr_results_ruled_out(results);
}

static void expect_skipped(VrResultSet *r, const char *reason)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new();
    g_autofree char *xml = NULL;

    g_ptr_array_add(results, r);
    xml = vr_junit_text(results, 1);
    g_assert_nonnull(strstr(xml, "skipped=\"2\""));
    g_assert_nonnull(strstr(xml, reason));
}

/* Not as expected only where nothing but the run itself is the reason. */
static void test_ruled_out(void)
{
    VrError err;
    g_autoptr(VrCatalogue) c = load(BASE OPTION CATCHES, &err);
    g_autoptr(VrKernel) own = vr_kernel_own("own", "x86");
    VrResultSet *r;

    g_assert_nonnull(c);
    r = judge_mode(c->kernels->pdata[2], false, "no icount");
    g_assert_cmpuint(r->unexpected, ==, 0);
    g_assert_cmpuint(ruled_out_of(r).count, ==, 2);
    g_assert_cmpuint(ruled_out_of(r).failures, ==, 1);
    expect_skipped(r, "cannot be swept: no icount");
    vr_result_free(r);

    /* With icount, a kernel of ours that cannot be swept is no surprise to be
     * kept silent about. */
    r = judge_mode(c->kernels->pdata[2], true, "no symbols");
    g_assert_cmpuint(r->unexpected, ==, 2);
    g_assert_cmpuint(ruled_out_of(r).count, ==, 0);
    vr_result_free(r);

    r = judge_mode(own, true, "no symbols");
    g_assert_cmpuint(r->unexpected, ==, 1);
    g_assert_cmpuint(ruled_out_of(r).count, ==, 1);
    g_assert_cmpuint(ruled_out_of(r).failures, ==, 0);
    vr_result_free(r);
}

/* --- kernel images --- */

static void make_image(uint8_t *image, uint64_t size)
{
    memset(image, 0, 4096);
    for (int i = 0; i < 8; i++) {
        image[0x10 + i] = size >> 8 * i;
    }
    memcpy(image + 0x38, "ARM\x64", 4);
}

static void expect_image_of(const char *arch, const void *data, gssize len,
                            const char *says)
{
    g_autofree char *path = put("Image", data, len);
    VrError err = { 0 };
    bool ok = vr_kernel_image_check(path, arch, &err);

    g_test_message("%s", err.text);
    g_assert_cmpint(ok, ==, says == NULL);
    if (says) {
        g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
        g_assert_nonnull(strstr(err.text, says));
    }
}

static void expect_image(const void *data, gssize len, const char *says)
{
    expect_image_of("arm64", data, len, says);
}

static void test_x86_images(void)
{
    uint8_t image[4096] = { 0 };

    image[0x1f1] = 3; /* four sectors of setup, then 2048 bytes */
    image[0x1f4] = 2048 / 16;
    memcpy(image + 0x202, "HdrS\x0f\x02", 6);
    expect_image_of("x86", image, sizeof(image), NULL);
    expect_image_of("x86", image, sizeof(image) - 16, "is cut");
    image[0x206] = 0x09;
    expect_image_of("x86", image, sizeof(image), "before 2.6.31");
    make_image(image, 4096);
    expect_image_of("x86", image, sizeof(image), "an arm64 Image");
    expect_image_of("x86", image, 0, "empty file");
}

static void test_images(void)
{
    uint8_t image[4096];

    make_image(image, 4096);
    expect_image(image, sizeof(image), NULL);
    make_image(image, 4200); /* with its bss */
    expect_image(image, sizeof(image), NULL);
    make_image(image, 100000);
    expect_image(image, sizeof(image), "is cut");
    make_image(image, 0);
    expect_image(image, sizeof(image), "without its size");
    expect_image(image, 40, "not a kernel image");
    expect_image("", 0, "empty file");
    memset(image, 0, sizeof(image));
    memcpy(image + 0x202, "HdrS", 4);
    expect_image(image, sizeof(image), "x86 bzImage");
    memcpy(image, "\177ELF", 4);
    image[0x202] = 0;
    image[18] = 62;
    expect_image(image, sizeof(image), "x86-64");
    expect_image("\x1f\x8b\x08junk", 7, "damaged or cut");
    expect_image("MZ", 2, "PE executable");
}

/* --- options --- */

/* Checks of an architecture, without those that need this kind of CPU. */
static guint checks_of(const char *arch, const char *without)
{
    guint count = 0;

    for (size_t i = 0; vr_check_at(i); i++) {
        const VrCheck *check = vr_check_at(i);

        count += g_strcmp0(vr_scenario_arch(check->scenario), arch) == 0 &&
                 (!without || g_strcmp0(check->cpu, without) != 0);
    }
    return count;
}

static void test_options(void)
{
    VrError err;
    g_autoptr(GPtrArray) all = vr_option_checks(NULL, "arm64", &err);
    g_autoptr(GPtrArray) two =
        vr_option_checks("*stress,arm64.boot", "arm64", &err);
    g_autoptr(GPtrArray) x86 = vr_option_checks(NULL, "x86", &err);
    g_autoptr(GPtrArray) svm = vr_option_checks_for(x86, "svm");
    g_autoptr(GPtrArray) model = vr_option_checks_for(x86, "Icelake-Server");
    g_autofree char *scenarios = vr_option_scenarios_of(two);
    g_autofree char *normal =
        vr_option_scenarios("stress,boot,BOOT", "arm64", &err);
    g_autofree char *every = vr_option_scenarios(NULL, "x86", &err);

    g_assert_cmpuint(all->len, ==, checks_of("arm64", NULL));
    g_assert_cmpuint(all->len, >=, 9);
    g_assert_cmpuint(two->len, ==, 2);
    g_assert_cmpstr(scenarios, ==, "BOOT,STRESS");
    g_assert_cmpstr(normal, ==, "BOOT,STRESS");
    g_assert_true(g_str_has_prefix(every, "X86_BOOT,"));
    g_assert_cmpuint(x86->len, ==, checks_of("x86", NULL));
    g_assert_cmpuint(svm->len, ==, checks_of("x86", "vmx"));
    g_assert_cmpuint(svm->len, <, x86->len);
    g_assert_cmpuint(model->len, ==, x86->len);
    g_assert_null(vr_option_checks("arm64.nothing", "arm64", &err));
    g_assert_null(vr_option_checks("", "arm64", &err));
    g_assert_null(vr_option_checks("arm64.boot", "x86", &err));
    g_assert_nonnull(strstr(err.text, "--arch"));
    g_assert_null(vr_option_scenarios("BOOT,NOTHING", "arm64", &err));
    g_assert_null(vr_option_scenarios("BOOT", "x86", &err));
    g_assert_true(vr_option_backend("builtin", "gicv3-redist", &err));
    g_assert_true(vr_option_backend("model", "gicv3-redist", &err));
    g_assert_true(vr_option_backend("lockstep:rtl:model", "gicv3-redist", &err));
    g_assert_false(vr_option_backend("lockstep:rtl:builtin", "gicv3-redist", &err));
    g_assert_false(vr_option_backend("modle", "gicv3-redist", &err));
    g_assert_nonnull(strstr(err.text, "model"));
    g_assert_false(vr_option_range("--jobs", 0, 1, 2, &err));
    g_assert_true(vr_option_range("--jobs", 2, 1, 2, &err));
}

/* --- sums of files --- */

#define SUM_ABC \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SUM_OF_NOTHING \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void assert_sum(const char *path, const char *sum)
{
    VrError err;
    g_autofree char *got = vr_file_sha256(path, &err);

    g_assert_cmpstr(got, ==, sum);
}

/* What is remembered is forgotten when the file is another one. */
static void test_sums(void)
{
    g_autofree char *path = put("summed", "abc", 3);
    g_autofree char *nothing = put("summed-too", "", 0);
    VrError err;

    assert_sum(path, SUM_ABC);
    assert_sum(path, SUM_ABC);
    assert_sum(nothing, SUM_OF_NOTHING);
    g_assert_cmpint(g_rename(nothing, path), ==, 0);
    assert_sum(path, SUM_OF_NOTHING);
    g_free(put("summed", "abc", 3));
    assert_sum(path, SUM_ABC);
    g_unlink(path);
    g_assert_null(vr_file_sha256(path, &err));
    g_assert_nonnull(strstr(err.text, "summed"));
}

int main(int argc, char **argv)
{
    static const char *const files[] = { "kernels.ini", "Image", "c", "p1",
                                         "p2", "p3" };
    int ret;

    g_test_init(&argc, &argv, NULL);
    scratch = g_dir_make_tmp("virelay-conform-XXXXXX", NULL);
    for (size_t i = 2; i < G_N_ELEMENTS(files); i++) {
        g_free(put(files[i], "", 0));
    }
    g_test_add_func("/conform/catalogue", test_catalogue);
    g_test_add_func("/conform/catalogue-wrong", test_catalogue_wrong);
    g_test_add_func("/conform/select", test_select);
    g_test_add_func("/conform/alias", test_alias);
    g_test_add_func("/conform/expectations", test_expectations);
    g_test_add_func("/conform/expectations-unit", test_expectations_of_unit);
    g_test_add_func("/conform/junit", test_junit);
    g_test_add_func("/conform/ruled-out", test_ruled_out);
    g_test_add_func("/conform/images", test_images);
    g_test_add_func("/conform/sums", test_sums);
    g_test_add_func("/conform/options", test_options);
    g_test_add_func("/conform/expectations-of-cpu", test_expectations_of_cpu);
    g_test_add_func("/conform/x86-images", test_x86_images);
    g_test_add_func("/conform/options-of-kernels", test_kernel_options);
    ret = g_test_run();
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(scratch, files[i], NULL);

        g_unlink(path);
    }
    g_rmdir(scratch);
    g_free(scratch);
    return ret;
}
