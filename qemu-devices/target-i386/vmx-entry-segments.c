/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on guest segment registers at VM entry (SDM 3C, 27.3.1.2) */
#include "qemu/osdep.h"
#include "vmx-rules.h"

enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

#define AR_UNUSABLE (1u << 16)
#define AR_S        (1u << 4)
#define AR_P        (1u << 7)
#define AR_L        (1u << 13)
#define AR_DB       (1u << 14)
#define AR_G        (1u << 15)
#define AR_RESERVED 0xfffe0f00u
#define AR_VIRTUAL_8086 0xf3u

#define TYPE_ACCESSED 1
#define TYPE_READABLE 2
#define TYPE_CODE     8

static uint16_t selector(const VMXRuleContext *c, int seg)
{
    return rule_field(c, VMCS_GUEST_ES_SELECTOR + seg);
}

static uint64_t base(const VMXRuleContext *c, int seg)
{
    return rule_field(c, VMCS_GUEST_ES_BASE + seg);
}

static uint32_t limit(const VMXRuleContext *c, int seg)
{
    return rule_field(c, VMCS_GUEST_ES_LIMIT + seg);
}

static uint32_t rights(const VMXRuleContext *c, int seg)
{
    return rule_field(c, VMCS_GUEST_ES_ACCESS_RIGHTS + seg);
}

static bool usable(const VMXRuleContext *c, int seg)
{
    return !(rights(c, seg) & AR_UNUSABLE);
}

static unsigned type(const VMXRuleContext *c, int seg)
{
    return rights(c, seg) & 0xf;
}

static unsigned dpl(const VMXRuleContext *c, int seg)
{
    return (rights(c, seg) >> 5) & 3;
}

static unsigned rpl(const VMXRuleContext *c, int seg)
{
    return selector(c, seg) & 3;
}

static bool virtual_8086(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_GUEST_RFLAGS) & VM_MASK;
}

/* Selectors and bases */

static bool selector_tr(const VMXRuleContext *c)
{
    return !(selector(c, TR) & 4);
}

static bool selector_ldtr(const VMXRuleContext *c)
{
    return !usable(c, LDTR) || !(selector(c, LDTR) & 4);
}

static bool selector_ss(const VMXRuleContext *c)
{
    return virtual_8086(c) || rule_unrestricted(c) || rpl(c, SS) == rpl(c, CS);
}

static bool bases_canonical(const VMXRuleContext *c)
{
    return vmx_canonical(c->env, base(c, TR))
        && vmx_canonical(c->env, base(c, FS))
        && vmx_canonical(c->env, base(c, GS))
        && (!usable(c, LDTR) || vmx_canonical(c->env, base(c, LDTR)));
}

static bool bases_32(const VMXRuleContext *c)
{
    static const int data[] = { SS, DS, ES };
    int i;

    if (base(c, CS) >> 32) {
        return false;
    }
    for (i = 0; i < ARRAY_SIZE(data); i++) {
        if (usable(c, data[i]) && base(c, data[i]) >> 32) {
            return false;
        }
    }
    return true;
}

static bool virtual_8086_segments(const VMXRuleContext *c)
{
    int seg;

    for (seg = ES; seg <= GS && virtual_8086(c); seg++) {
        if (base(c, seg) != (uint64_t)selector(c, seg) << 4
            || limit(c, seg) != 0xffff || rights(c, seg) != AR_VIRTUAL_8086) {
            return false;
        }
    }
    return true;
}

/* Access rights outside virtual-8086 mode */

static bool cs_type(const VMXRuleContext *c)
{
    if (virtual_8086(c)) {
        return true;
    }
    if (type(c, CS) == 3) {
        return rule_unrestricted(c);
    }
    return (type(c, CS) & (TYPE_CODE | TYPE_ACCESSED))
        == (TYPE_CODE | TYPE_ACCESSED);
}

static bool ss_type(const VMXRuleContext *c)
{
    return virtual_8086(c) || !usable(c, SS)
        || type(c, SS) == 3 || type(c, SS) == 7;
}

static bool data_types(const VMXRuleContext *c)
{
    static const int data[] = { DS, ES, FS, GS };
    int i;

    for (i = 0; i < ARRAY_SIZE(data) && !virtual_8086(c); i++) {
        unsigned t = type(c, data[i]);

        if (usable(c, data[i])
            && (!(t & TYPE_ACCESSED)
                || ((t & TYPE_CODE) && !(t & TYPE_READABLE)))) {
            return false;
        }
    }
    return true;
}

/* S, P, reserved bits and granularity of a register that is in use */
static bool common_rights(const VMXRuleContext *c, int seg)
{
    uint32_t ar = rights(c, seg), l = limit(c, seg);

    return (ar & AR_S) && (ar & AR_P) && !(ar & AR_RESERVED)
        && ((l & 0xfff) == 0xfff || !(ar & AR_G))
        && (!(l >> 20) || (ar & AR_G));
}

static bool rights_common(const VMXRuleContext *c)
{
    int seg;

    for (seg = ES; seg <= GS && !virtual_8086(c); seg++) {
        if ((seg == CS || usable(c, seg)) && !common_rights(c, seg)) {
            return false;
        }
    }
    return true;
}

static bool cs_dpl(const VMXRuleContext *c)
{
    if (virtual_8086(c)) {
        return true;
    }
    switch (type(c, CS)) {
    case 3:
        return dpl(c, CS) == 0;
    case 9:
    case 11:
        return dpl(c, CS) == dpl(c, SS);
    default:
        return dpl(c, CS) <= dpl(c, SS);
    }
}

static bool ss_dpl(const VMXRuleContext *c)
{
    bool real_mode = !(rule_field(c, VMCS_GUEST_CR0) & CR0_PE_MASK);

    if (virtual_8086(c)) {
        return true;
    }
    return (rule_unrestricted(c) || dpl(c, SS) == rpl(c, SS))
        && (dpl(c, SS) == 0 || !(type(c, CS) == 3 || real_mode));
}

static bool data_dpl(const VMXRuleContext *c)
{
    static const int data[] = { DS, ES, FS, GS };
    int i;

    if (virtual_8086(c) || rule_unrestricted(c)) {
        return true;
    }
    for (i = 0; i < ARRAY_SIZE(data); i++) {
        if (usable(c, data[i]) && type(c, data[i]) <= 11
            && dpl(c, data[i]) < rpl(c, data[i])) {
            return false;
        }
    }
    return true;
}

static bool cs_db(const VMXRuleContext *c)
{
    return virtual_8086(c) || !rule_ia32e_guest(c) || !(rights(c, CS) & AR_L)
        || !(rights(c, CS) & AR_DB);
}

/* TR and LDTR */

static bool system_rights(const VMXRuleContext *c, int seg)
{
    uint32_t ar = rights(c, seg), l = limit(c, seg);

    return !(ar & AR_S) && (ar & AR_P) && !(ar & AR_RESERVED)
        && ((l & 0xfff) == 0xfff || !(ar & AR_G))
        && (!(l >> 20) || (ar & AR_G));
}

static bool tr(const VMXRuleContext *c)
{
    bool busy = type(c, TR) == 11
        || (type(c, TR) == 3 && !rule_ia32e_guest(c));

    return usable(c, TR) && busy && system_rights(c, TR);
}

static bool ldtr(const VMXRuleContext *c)
{
    return !usable(c, LDTR) || (type(c, LDTR) == 2 && system_rights(c, LDTR));
}

static const VMXRule rules[] = {
    { "guest TR selector", selector_tr },
    { "guest LDTR selector", selector_ldtr },
    { "guest SS.RPL against CS.RPL", selector_ss },
    { "guest bases, canonical", bases_canonical },
    { "guest bases of 32 bits", bases_32 },
    { "guest segments in virtual-8086 mode", virtual_8086_segments },
    { "guest CS type", cs_type },
    { "guest SS type", ss_type },
    { "guest DS, ES, FS, GS type", data_types },
    { "guest segments: S, P, reserved bits, G", rights_common },
    { "guest CS.DPL", cs_dpl },
    { "guest SS.DPL", ss_dpl },
    { "guest DS, ES, FS, GS DPL", data_dpl },
    { "guest CS.D/B with L", cs_db },
    { "guest TR", tr },
    { "guest LDTR", ldtr },
};

bool vmx_check_guest_segments(const VMXRuleContext *c)
{
    return vmx_rules_hold(c, rules, ARRAY_SIZE(rules));
}
