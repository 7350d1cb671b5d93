/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile input for VMX: VMCSs, EPT tables, posted-interrupt descriptors,
 * virtual-APIC pages, MSR areas and guest code, random or a good one mutated;
 * then an entry. What the processor makes of it is not judged here: it must
 * not crash, and it must go on.
 *
 * A guest that does not exit by itself is ended by another CPU, which sends
 * INIT and SIPI: neither can be masked in non-root operation. An entry may
 * wreck this program (host state, page tables); the machine then resets, and
 * the runner on the host starts again with the next seed.
 *
 * Options: seed=N (the stream of random numbers), count=N (entries).
 */
#include "vmx.h"

#define PAGES 16                 /* of the guest, at GUEST_MEMORY */
#define GUEST_MEMORY 0x4000000ull
#define REPORT_EVERY 1000
#define PATIENCE_US 2000
#define WRECK_ONE_IN 4000

uint64_t vm_enter(GuestRegs *regs, uint64_t launch);

static uint64_t state;
static volatile uint64_t entries;
static volatile bool done;
static uint64_t exits[64], failed_entries, failed_instructions;

static uint64_t random64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static unsigned below(unsigned n)
{
    return random64() % n;
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* Values that rules are about */
static uint64_t interesting(void)
{
    static const uint64_t values[] = {
        0, 1, 2, 0xff, 0x100, 0xfff, 0x1000, 0xffff, 0x10000, 0x7fffffff,
        0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffff, 0x800000000000,
        0xffff800000000000, 0x7fffffffffffffff, 0x8000000000000000,
        0xffffffffffffffff, 0xfee00000, 0xfec00000, 0xe0000, 0xa0000,
        0xfffffffff000, 0x10000000, 0xfd000000,
    };

    switch (below(4)) {
    case 0:
        return random64();
    case 1:
        return GUEST_MEMORY + below(PAGES) * 4096 + below(2) * below(4096);
    case 2:
        return 1ull << below(64);
    default:
        return values[below(FW_ARRAY_SIZE(values))];
    }
}

static uint64_t mutate(uint64_t v)
{
    switch (below(4)) {
    case 0:
        return v ^ 1ull << below(64);
    case 1:
        return v + below(16) - 8;
    case 2:
        return interesting();
    default:
        return v ^ (random64() & random64() & random64());
    }
}

static const uint16_t fields[] = {
#define VMCS_FIELD(name, encoding, condition) encoding,
#include "vmcs-encodings.h"
#undef VMCS_FIELD
};

/* Fields that a VM exit loads the host from: a bad one usually wrecks it. */
static bool wrecks(uint16_t field)
{
    return ((field >> 10) & 3) == 3 || field == VMCS_EXIT_CTLS
        || field == VMCS_EXIT_MSR_LOAD_COUNT
        || field == VMCS_EXIT_MSR_STORE_COUNT
        || field == VMCS_EXIT_MSR_STORE_ADDR;
}

static void write_field(uint64_t field, uint64_t val)
{
    asm volatile("vmwrite %1, %0" : : "r"(field), "r"(val) : "cc", "memory");
}

static uint64_t read_field(uint64_t field)
{
    uint64_t val = 0;

    asm volatile("vmread %1, %0" : "+r"(val) : "r"(field) : "cc", "memory");
    return val;
}

static void mutate_fields(void)
{
    unsigned n = one_in(2) ? 0 : 1 + below(one_in(16) ? 24 : 2);

    while (n--) {
        uint16_t field = fields[below(FW_ARRAY_SIZE(fields))];

        if (wrecks(field) && !one_in(WRECK_ONE_IN)) {
            continue;
        }
        write_field(field, mutate(read_field(field)));
    }
}

/* Controls: any that are allowed, in any combination */
static void random_controls(void)
{
    static const VmxControls all[] = {
        CTL_PIN, CTL_PROC, CTL_PROC2, CTL_ENTRY,
    };
    unsigned i;

    for (i = 0; i < FW_ARRAY_SIZE(all); i++) {
        uint32_t bits = random64() & random64() & random64() & random64();

        if (!one_in(64)) {
            unsigned b;

            for (b = 0; b < 32; b++) {
                if (!vmx_may_set(all[i], 1u << b)) {
                    bits &= ~(1u << b);
                }
            }
        }
        write_field(vmx_control_field(all[i]),
                    read_field(vmx_control_field(all[i])) | bits);
    }
}

/* Controls that need each other, as a VMM would have them */
static void apicv_controls(void)
{
    if (!one_in(3)) {
        return;
    }
    vmx_set(CTL_PIN, PIN_EXT_INTR);
    vmx_set(CTL_EXIT, EXIT_ACK_INTR);
    vmx_set(CTL_PROC, PROC_TPR_SHADOW);
    vmx_set(CTL_PROC2, one_in(2) ? PROC2_X2APIC : PROC2_APIC_ACCESS);
    vmx_set(CTL_PROC2, PROC2_APIC_REG | PROC2_VID);
    vmx_set(CTL_PIN, PIN_POSTED_INTR);
    write_field(VMCS_GUEST_INTR_STATUS, random64() & 0xffff);
}

static void *guest_page(unsigned n)
{
    return (void *)(GUEST_MEMORY + n * 4096);
}

/* Pages: 0 code, 1 stack, 2 to 5 page tables, 6 IDT, 7 GDT, 8 virtual-APIC,
 * 9 descriptor, 10 bitmaps, 11 MSRs to load, 12 APIC-access, 13 MSRs to store,
 * rest data */
static void random_page(unsigned n, unsigned density)
{
    uint64_t *p = guest_page(n);
    unsigned i;

    for (i = 0; i < 512; i++) {
        p[i] = one_in(density) ? mutate(p[i]) : p[i];
    }
}

/* The guest's own tables: its 2 MiB, one to one, and nothing else */
static void guest_tables(void)
{
    uint64_t *l4 = guest_page(2), *l3 = guest_page(3), *l2 = guest_page(4);

    memset(l4, 0, 3 * 4096);
    l4[0] = (uint64_t)l3 | 7;
    l3[0] = (uint64_t)l2 | 7;
    l2[GUEST_MEMORY >> 21] = GUEST_MEMORY | 0xe7;
}

static void guest_code(void)
{
    static const uint8_t opcodes[] = {
        0xf4, 0x0f, 0x90, 0xcc, 0xcd, 0xcf, 0xe4, 0xe6, 0x6c, 0x6e, 0xfa, 0xfb,
        0x9c, 0x9d, 0xf3, 0x66, 0x48, 0xff, 0xea, 0x8e, 0xc7, 0x89, 0x8b,
    };
    static const uint8_t second[] = {
        0x01, 0x00, 0x20, 0x22, 0x21, 0x23, 0x30, 0x32, 0x31, 0xa2, 0x08, 0x09,
        0x78, 0x79, 0xc7, 0x06, 0x38, 0x05, 0x34, 0x33,
    };
    uint8_t *p = guest_page(0);
    unsigned i;

    for (i = 0; i < 64; i++) {
        p[i] = one_in(2) ? opcodes[below(sizeof(opcodes))] : random64();
        if (p[i] == 0x0f && i < 63) {
            p[++i] = second[below(sizeof(second))];
        }
    }
    p[64] = 0x0f;       /* VMCALL */
    p[65] = 0x01;
    p[66] = 0xc1;
}

/* An area that VM exits can store to: a bad one ends in a VMX abort. */
static void store_area(void)
{
    static const uint32_t msrs[] = {
        MSR_SYSENTER_CS, MSR_PAT, MSR_EFER, MSR_STAR,
    };
    uint64_t *p = guest_page(13);
    unsigned i;

    for (i = 0; i < FW_ARRAY_SIZE(msrs); i++) {
        p[2 * i] = msrs[i];
    }
}

static void addresses(void)
{
    write_field(VMCS_VIRTUAL_APIC_ADDR, (uint64_t)guest_page(8));
    write_field(VMCS_POSTED_INTR_DESC_ADDR, (uint64_t)guest_page(9));
    write_field(VMCS_POSTED_INTR_NV, 0xf2);
    write_field(VMCS_IO_BITMAP_A, (uint64_t)guest_page(10));
    write_field(VMCS_IO_BITMAP_B, (uint64_t)guest_page(10));
    write_field(VMCS_MSR_BITMAP, (uint64_t)guest_page(10));
    write_field(VMCS_APIC_ACCESS_ADDR, (uint64_t)guest_page(12));
    write_field(VMCS_VPID, 1 + below(3));
    write_field(VMCS_TSC_MULTIPLIER, 1ull << 48);
    write_field(VMCS_PREEMPTION_TIMER_VALUE, below(1000));
    write_field(VMCS_EXIT_MSR_STORE_ADDR, (uint64_t)guest_page(13));
    write_field(VMCS_EXIT_MSR_LOAD_ADDR, (uint64_t)guest_page(11));
    write_field(VMCS_ENTRY_MSR_LOAD_ADDR, (uint64_t)guest_page(11));
    if (one_in(16)) {
        store_area();
        write_field(VMCS_EXIT_MSR_STORE_COUNT, below(5));
    }
    if (one_in(64)) {
        write_field(VMCS_ENTRY_MSR_LOAD_COUNT, below(3));
    }
}

static void guest_state(void)
{
    write_field(VMCS_GUEST_CR3, (uint64_t)guest_page(2));
    write_field(VMCS_GUEST_RIP, (uint64_t)guest_page(0));
    write_field(VMCS_GUEST_RSP, (uint64_t)guest_page(2) - 64);
    write_field(VMCS_GUEST_IDTR_BASE, (uint64_t)guest_page(6));
    write_field(VMCS_GUEST_GDTR_BASE, (uint64_t)guest_page(7));
    if (one_in(4)) {
        write_field(VMCS_ENTRY_INTR_INFO, INTR_VALID | below(32)
                    | below(8) << 8 | below(2) << 11);
        write_field(VMCS_ENTRY_INSTRUCTION_LEN, below(17));
    }
    if (one_in(8)) {
        write_field(VMCS_GUEST_ACTIVITY_STATE, below(5));
    }
    if (one_in(8)) {
        write_field(VMCS_GUEST_INTERRUPTIBILITY, below(32));
    }
    if (one_in(8)) {
        write_field(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, random64() & 0x1700f);
    }
}

static void mutate_ept(void)
{
    uint64_t gpa = one_in(2) ? GUEST_MEMORY + below(PAGES) * 4096
        : random64() & 0xffffffff;
    uint64_t *entry = ept_entry(gpa);

    *entry = mutate(*entry);
}

/* The guest sees only its own memory, and what mutations give it. */
static void restrict_ept(void)
{
    unsigned i;

    for (i = 0; i < 512; i++) {
        uint64_t *entry = ept_entry(GUEST_MEMORY + i * 4096ull);

        *entry = i < PAGES ? GUEST_MEMORY + i * 4096ull + 0x37 : 0;
    }
}

static void prepare(void)
{
    vmclear((uint64_t)vmx_region(1));
    if (one_in(64)) {
        uint64_t *region = vmx_region(1);

        region[1 + below(200)] = random64();
    }
    vmptrld((uint64_t)vmx_region(1));
    vm_default();
    vmx_set(CTL_PIN, PIN_PREEMPTION_TIMER);
    if (!one_in(64)) {
        vmx_set(CTL_PROC, PROC_UNCOND_IO);
    }
    if (ept_enable()) {
        restrict_ept();
    }
    addresses();
    guest_tables();
    guest_code();
    guest_state();
    random_page(8, 16);
    random_page(9, 64);
    random_page(10, 16);
    random_page(11, 32);
    apicv_controls();
    if (one_in(2)) {
        random_controls();
    }
    mutate_fields();
    while (one_in(3)) {
        mutate_ept();
    }
    while (one_in(4)) {
        random_page(2 + below(4), 64);
    }
}

static void random_instruction(void)
{
    switch (below(6)) {
    case 0:
        invept(below(5), interesting(), one_in(4) ? random64() : 0);
        break;
    case 1:
        invvpid(below(6), mutate(1), interesting());
        break;
    case 2:
        vmwrite_insn(random64() & 0x1ffff, random64());
        break;
    case 3: {
        uint64_t val = 0;

        vmread_insn(random64() & 0x1ffff, &val);
        break;
    }
    case 4:
        vmclear(interesting());
        break;
    default:
        vmptrld(interesting());
        break;
    }
    failed_instructions++;
}

static void random_registers(void)
{
    uint64_t *r = (uint64_t *)&guest_regs;
    unsigned i;

    for (i = 0; i < sizeof(guest_regs) / 8; i++) {
        r[i] = interesting();
    }
}

static void enter(void *unused)
{
    if (vm_enter(&guest_regs, 1)) {
        failed_entries++;
    } else {
        exits[read_field(VMCS_EXIT_REASON) & 63]++;
        /* Often once more, from where it left */
        if (one_in(2) && !vm_enter(&guest_regs, 0)) {
            exits[read_field(VMCS_EXIT_REASON) & 63]++;
        }
    }
}

/* On another CPU: a guest that stays is made to exit. */
static void watchdog(void *unused)
{
    uint64_t seen = ~0ull;

    while (!done) {
        if (entries == seen) {
            x86_apic_ipi(x86_cpu_apic_id(0), 0x4500);
            x86_apic_ipi(x86_cpu_apic_id(0), 0x4608);
        }
        seen = entries;
        hal_delay_us(PATIENCE_US);
    }
}

static uint64_t number(const char *key, uint64_t otherwise)
{
    char text[24];
    const char *s = text;
    uint64_t n = 0;

    if (!fw_option(key, text, sizeof(text))) {
        return otherwise;
    }
    while (*s >= '0' && *s <= '9') {
        n = n * 10 + (*s++ - '0');
    }
    return n;
}

static void print_exits(void)
{
    unsigned i;

    for (i = 0; i < 64; i++) {
        if (exits[i]) {
            fw_printf("# exits reason %u count %lu\n", i, exits[i]);
        }
    }
    fw_printf("# exits failed %lu instructions %lu\n", failed_entries,
              failed_instructions);
}

FW_CASE(fuzz, "vmxfuzz.entries", "SDM 3C, ch. 25 to 31",
        "Random and mutated VMCSs, tables, descriptors and operands")
{
    uint64_t count = number("count", 100000);

    state = (number("seed", 1) + 1) * 0x9e3779b97f4a7c15ull;
    if (hal_cpu_count() > 1) {
        hal_run_on(1, watchdog, NULL);
    }
    while (entries < count) {
        random_registers();
        prepare();
        x86_try(enter, NULL, NULL);
        if (one_in(8)) {
            random_instruction();
        }
        entries++;
        if (entries % REPORT_EVERY == 0) {
            fw_printf("# entries %lu\n", entries);
        }
    }
    done = true;
    print_exits();
}
