/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's capabilities, the good VMCS, entries and what came of them */
#include "vmx.h"

#define FEATURE_CONTROL_LOCK  (1ull << 0)
#define FEATURE_CONTROL_VMXON (1ull << 2)
#define BASIC_TRUE_CONTROLS   (1ull << 55)
#define GUEST_STACK_SIZE 16384

extern char vm_stray_exit[];
uint64_t vm_enter(GuestRegs *regs, uint64_t launch);

GuestRegs guest_regs;

static char regions[VMX_REGIONS][4096] FW_ALIGNED(4096);
static char scratch_pages[SCRATCH_PAGES][4096] FW_ALIGNED(4096);
static char guest_stack[GUEST_STACK_SIZE] FW_ALIGNED(16);
static char stray_stack[4096] FW_ALIGNED(16);
static bool launched;

uint32_t vmx_revision(void)
{
    return rdmsr(MSR_VMX_BASIC) & 0x7fffffff;
}

void *vmx_region(int n)
{
    *(uint32_t *)regions[n] = vmx_revision();
    return regions[n];
}

void *scratch(int n)
{
    return scratch_pages[n];
}

int vmx_physical_bits(void)
{
    uint32_t r[4];

    cpuid(0x80000008, 0, r);
    return r[0] & 0xff;
}

/* Controls ----------------------------------------------------------------- */

static uint64_t capability(VmxControls c)
{
    bool exact = rdmsr(MSR_VMX_BASIC) & BASIC_TRUE_CONTROLS;

    switch (c) {
    case CTL_PIN:
        return rdmsr(exact ? MSR_VMX_TRUE_PIN : MSR_VMX_PIN);
    case CTL_PROC:
        return rdmsr(exact ? MSR_VMX_TRUE_PROC : MSR_VMX_PROC);
    case CTL_EXIT:
        return rdmsr(exact ? MSR_VMX_TRUE_EXIT : MSR_VMX_EXIT);
    case CTL_ENTRY:
        return rdmsr(exact ? MSR_VMX_TRUE_ENTRY : MSR_VMX_ENTRY);
    case CTL_PROC2:
        return vmx_may_set(CTL_PROC, PROC_SECONDARY)
            ? rdmsr(MSR_VMX_PROC2) : 0;
    }
    return 0;
}

uint64_t vmx_control_field(VmxControls c)
{
    static const uint64_t fields[] = {
        [CTL_PIN] = VMCS_PIN_CTLS, [CTL_PROC] = VMCS_PROC_CTLS,
        [CTL_PROC2] = VMCS_SECONDARY_PROC_CTLS, [CTL_EXIT] = VMCS_EXIT_CTLS,
        [CTL_ENTRY] = VMCS_ENTRY_CTLS,
    };

    return fields[c];
}

bool vmx_may_set(VmxControls c, uint32_t bits)
{
    return ((capability(c) >> 32) & bits) == bits;
}

bool vmx_may_clear(VmxControls c, uint32_t bits)
{
    return (capability(c) & bits) == 0;
}

bool vmx_set(VmxControls c, uint32_t bits)
{
    if (!vmx_may_set(c, bits)) {
        return false;
    }
    if (c == CTL_PROC2) {
        vmset(VMCS_PROC_CTLS, PROC_SECONDARY);
    }
    vmset(vmx_control_field(c), bits);
    return true;
}

/* The good VMCS ------------------------------------------------------------ */

static void default_controls(void)
{
    vmwrite(VMCS_PIN_CTLS, (uint32_t)capability(CTL_PIN));
    vmwrite(VMCS_PROC_CTLS, (uint32_t)capability(CTL_PROC));
    if (vmx_may_set(CTL_PROC, PROC_SECONDARY)) {
        vmwrite(VMCS_SECONDARY_PROC_CTLS, 0);
    }
    vmwrite(VMCS_EXIT_CTLS, (uint32_t)capability(CTL_EXIT) | EXIT_HOST64);
    vmwrite(VMCS_ENTRY_CTLS, (uint32_t)capability(CTL_ENTRY) | ENTRY_IA32E);
    vmwrite(VMCS_EXCEPTION_BITMAP, 0);
    vmwrite(VMCS_PF_ERROR_CODE_MASK, 0);
    vmwrite(VMCS_PF_ERROR_CODE_MATCH, 0);
    vmwrite(VMCS_CR3_TARGET_COUNT, 0);
    vmwrite(VMCS_EXIT_MSR_STORE_COUNT, 0);
    vmwrite(VMCS_EXIT_MSR_LOAD_COUNT, 0);
    vmwrite(VMCS_ENTRY_MSR_LOAD_COUNT, 0);
    vmwrite(VMCS_ENTRY_INTR_INFO, 0);
    vmwrite(VMCS_ENTRY_EXCEPTION_ERROR_CODE, 0);
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, 0);
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, 0);
    vmwrite(VMCS_CR4_GUEST_HOST_MASK, 0);
    vmwrite(VMCS_CR0_READ_SHADOW, 0);
    vmwrite(VMCS_CR4_READ_SHADOW, 0);
}

static void default_host(void)
{
    vmwrite(VMCS_HOST_CR0, read_cr0());
    vmwrite(VMCS_HOST_CR3, read_cr3());
    vmwrite(VMCS_HOST_CR4, read_cr4());
    vmwrite(VMCS_HOST_CS_SELECTOR, SEL_CODE64);
    vmwrite(VMCS_HOST_SS_SELECTOR, SEL_DATA);
    vmwrite(VMCS_HOST_DS_SELECTOR, SEL_DATA);
    vmwrite(VMCS_HOST_ES_SELECTOR, SEL_DATA);
    vmwrite(VMCS_HOST_FS_SELECTOR, SEL_DATA);
    vmwrite(VMCS_HOST_GS_SELECTOR, SEL_DATA);
    vmwrite(VMCS_HOST_TR_SELECTOR, SEL_TSS);
    vmwrite(VMCS_HOST_FS_BASE, rdmsr(MSR_FS_BASE));
    vmwrite(VMCS_HOST_GS_BASE, rdmsr(MSR_GS_BASE));
    vmwrite(VMCS_HOST_TR_BASE, x86_tss_base());
    vmwrite(VMCS_HOST_GDTR_BASE, x86_gdt_base());
    vmwrite(VMCS_HOST_IDTR_BASE, x86_idt_base());
    vmwrite(VMCS_HOST_SYSENTER_CS, rdmsr(MSR_SYSENTER_CS));
    vmwrite(VMCS_HOST_SYSENTER_ESP, rdmsr(MSR_SYSENTER_ESP));
    vmwrite(VMCS_HOST_SYSENTER_EIP, rdmsr(MSR_SYSENTER_EIP));
    vmwrite(VMCS_HOST_RSP, (uint64_t)(stray_stack + sizeof(stray_stack)));
    vmwrite(VMCS_HOST_RIP, (uint64_t)vm_stray_exit);
}

static void guest_segment(int n, uint16_t selector, uint64_t base,
                          uint32_t limit, uint32_t ar)
{
    vmwrite(VMCS_GUEST_ES_SELECTOR + 2 * n, selector);
    vmwrite(VMCS_GUEST_ES_BASE + 2 * n, base);
    vmwrite(VMCS_GUEST_ES_LIMIT + 2 * n, limit);
    vmwrite(VMCS_GUEST_ES_ACCESS_RIGHTS + 2 * n, ar);
}

static void default_guest_segments(void)
{
    int n;

    for (n = 0; n < 6; n++) {
        guest_segment(n, SEL_DATA, 0, 0xffffffff, AR_DATA32);
    }
    guest_segment(1, SEL_CODE64, 0, 0xffffffff, AR_CODE64);
    vmwrite(VMCS_GUEST_GS_BASE, rdmsr(MSR_GS_BASE));
    guest_segment(6, 0, 0, 0, AR_UNUSABLE);
    guest_segment(7, SEL_TSS, x86_tss_base(), 0x67, AR_TSS);
    vmwrite(VMCS_GUEST_GDTR_BASE, x86_gdt_base());
    vmwrite(VMCS_GUEST_GDTR_LIMIT, 79);
    vmwrite(VMCS_GUEST_IDTR_BASE, x86_idt_base());
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 4095);
}

static void default_guest(void)
{
    vmwrite(VMCS_GUEST_CR0, read_cr0());
    vmwrite(VMCS_GUEST_CR3, read_cr3());
    vmwrite(VMCS_GUEST_CR4, read_cr4());
    default_guest_segments();
    vmwrite(VMCS_GUEST_DR7, 0x400);
    vmwrite(VMCS_GUEST_DEBUGCTL, 0);
    vmwrite(VMCS_GUEST_RFLAGS, 2);
    vmwrite(VMCS_GUEST_RSP, (uint64_t)(guest_stack + GUEST_STACK_SIZE - 8));
    vmwrite(VMCS_GUEST_RIP, 0);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, 0);
    vmwrite(VMCS_GUEST_SYSENTER_CS, rdmsr(MSR_SYSENTER_CS));
    vmwrite(VMCS_GUEST_SYSENTER_ESP, rdmsr(MSR_SYSENTER_ESP));
    vmwrite(VMCS_GUEST_SYSENTER_EIP, rdmsr(MSR_SYSENTER_EIP));
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_ACTIVE);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, 0);
    vmwrite(VMCS_VMCS_LINK_POINTER, ~0ull);
}

void vm_default(void)
{
    default_controls();
    default_host();
    default_guest();
    memset(&guest_regs, 0, sizeof(guest_regs));
}

/* Entries ------------------------------------------------------------------ */

static void read_information(VmxRun *run)
{
    run->reason = vmread(VMCS_EXIT_REASON);
    run->qualification = vmread(VMCS_EXIT_QUALIFICATION);
    run->insn_len = vmread(VMCS_EXIT_INSTRUCTION_LEN);
    run->insn_info = vmread(VMCS_EXIT_INSTRUCTION_INFO);
    run->intr_info = vmread(VMCS_EXIT_INTR_INFO);
    run->intr_error = vmread(VMCS_EXIT_INTR_ERROR_CODE);
    run->idt_info = vmread(VMCS_IDT_VECTORING_INFO);
    run->idt_error = vmread(VMCS_IDT_VECTORING_ERROR_CODE);
    run->rip = vmread(VMCS_GUEST_RIP);
}

VmxRun vm_continue(void)
{
    VmxRun run = { 0 };
    uint64_t flags = vm_enter(&guest_regs, !launched);

    if (flags) {
        run.result = flags & RFLAGS_CF ? VMX_FAIL_INVALID : VMX_FAIL_VALID;
        if (run.result == VMX_FAIL_VALID) {
            run.vm_error = vmread(VMCS_VM_INSTRUCTION_ERROR);
        }
        return run;
    }
    read_information(&run);
    launched |= !(run.reason & EXIT_ENTRY_FAILURE);
    return run;
}

VmxRun vm_run(void (*fn)(void))
{
    vmwrite(VMCS_GUEST_RIP, (uint64_t)fn);
    vmwrite(VMCS_GUEST_RSP, (uint64_t)(guest_stack + GUEST_STACK_SIZE - 8));
    return vm_continue();
}

void vm_advance(void)
{
    vmwrite(VMCS_GUEST_RIP, vmread(VMCS_GUEST_RIP)
            + vmread(VMCS_EXIT_INSTRUCTION_LEN));
}

static void trivial_guest(void)
{
    guest_done(0);
}

void expect_entry_error(const char *file, int line, uint32_t vm_error)
{
    VmxInsn insn;

    vmwrite(VMCS_GUEST_RIP, (uint64_t)trivial_guest);
    insn = launched ? vmresume_insn() : vmlaunch_insn();
    if (insn.exception == VEC_BP) {
        launched = true;
        fw_fail(file, line, "VMfailValid", "error %u expected, but exit with"
                " reason 0x%lx", vm_error, vmread(VMCS_EXIT_REASON));
        return;
    }
    expect_insn(file, line, insn, VMX_FAIL_VALID, vm_error);
}

void expect_exit(const char *file, int line, const VmxRun *run,
                 uint32_t reason)
{
    if (run->result != VMX_SUCCEED) {
        fw_fail(file, line, "VM entry", "VMfail, error %u", run->vm_error);
    } else if (run->reason != reason) {
        fw_fail(file, line, "exit reason", "got %s%u, expected %s%u,"
                " qualification 0x%lx, interruption 0x%x, RIP 0x%lx",
                run->reason >> 31 ? "entry failure " : "",
                run->reason & 0xffff, reason >> 31 ? "entry failure " : "",
                reason & 0xffff, run->qualification, run->intr_info, run->rip);
    }
}

void expect_guest_bad(const char *file, int line, uint64_t qualification)
{
    uint64_t rip = vmread(VMCS_GUEST_RIP);
    VmxRun run;

    if (!rip) {
        vmwrite(VMCS_GUEST_RIP, (uint64_t)trivial_guest);
    }
    run = vm_continue();
    expect_exit(file, line, &run, EXIT_BAD_GUEST_STATE | EXIT_ENTRY_FAILURE);
    if (!fw_case_ended() && run.qualification != qualification) {
        fw_fail(file, line, "qualification", "got %lu, expected %lu",
                run.qualification, qualification);
    }
}

void expect_entry_good(const char *file, int line)
{
    VmxRun run;

    if (!vmread(VMCS_GUEST_RIP)) {
        vmwrite(VMCS_GUEST_RIP, (uint64_t)trivial_guest);
    }
    run = vm_continue();
    expect_exit(file, line, &run, EXIT_VMCALL);
}

/* The suite ---------------------------------------------------------------- */

static bool unlock_vmx(void)
{
    uint64_t control = rdmsr(MSR_FEATURE_CONTROL);

    if (!(control & FEATURE_CONTROL_LOCK)) {
        wrmsr(MSR_FEATURE_CONTROL, control | FEATURE_CONTROL_LOCK
              | FEATURE_CONTROL_VMXON);
        control = rdmsr(MSR_FEATURE_CONTROL);
    }
    return control & FEATURE_CONTROL_VMXON;
}

bool fw_suite_begin(void)
{
    uint32_t r[4];

    cpuid(1, 0, r);
    if (!(r[2] & 1u << 5)) {
        fw_printf("# CPUID.1:ECX.VMX is 0: the processor has no VMX\n");
        return false;
    }
    if (!unlock_vmx()) {
        fw_printf("# IA32_FEATURE_CONTROL is locked with VMX off\n");
        return false;
    }
    fw_printf("# %d CPUs, VMCS revision 0x%x, VMX_BASIC 0x%lx\n",
              hal_cpu_count(), vmx_revision(), rdmsr(MSR_VMX_BASIC));
    return true;
}

static uint64_t host_cr0, host_cr4;

void fw_case_begin(void)
{
    host_cr0 = read_cr0();
    host_cr4 = read_cr4();
    write_cr0((host_cr0 | rdmsr(MSR_VMX_CR0_FIXED0))
              & rdmsr(MSR_VMX_CR0_FIXED1));
    write_cr4((host_cr4 | CR4_VMXE | rdmsr(MSR_VMX_CR4_FIXED0))
              & rdmsr(MSR_VMX_CR4_FIXED1));
    memset(regions, 0, sizeof(regions));
    memset(scratch_pages, 0, sizeof(scratch_pages));
    x86_interrupt_count_reset();
    launched = false;
    EXPECT_SUCCEED(vmxon((uint64_t)vmx_region(0)));
    EXPECT_SUCCEED(vmclear((uint64_t)vmx_region(1)));
    EXPECT_SUCCEED(vmptrld((uint64_t)vmx_region(1)));
    if (!fw_case_ended()) {
        vm_default();
    }
}

void fw_case_end(void)
{
    irq_disable();
    vmxoff();
    write_cr4(host_cr4);
    write_cr0(host_cr0);
}
