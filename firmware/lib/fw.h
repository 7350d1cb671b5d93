/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's library: freestanding, no heap, one console. Cases are data
 * in a linker section; the runner (lib/runner.c) runs those that match the
 * options and prints KTAP on the console.
 */
#ifndef FW_H
#define FW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FW_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define FW_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FW_ALIGNED(n) __attribute__((aligned(n)))

/* One case. A case that has a `section` names the manual that it judges by. */
typedef struct FwCase {
    const char *id;       /* "vmx.insn.vmxon-in-root" */
    const char *section;  /* "SDM 3C, 31.3 VMXON" */
    const char *title;
    void (*run)(void);
} FwCase;

/*
 * FW_CASE(name, "id", "section", "title") { body }
 * The body returns normally; FW_CHECK records a failure and goes on,
 * FW_REQUIRE records it and returns, FW_SKIP gives the reason and returns.
 */
#define FW_CASE(name, id_, section_, title_)                              \
    static void fw_case_##name(void);                                     \
    static const FwCase fw_entry_##name                                   \
    __attribute__((used, section(".fw_cases"), aligned(8))) = {           \
        .id = id_, .section = section_, .title = title_,                  \
        .run = fw_case_##name,                                            \
    };                                                                    \
    static void fw_case_##name(void)

#define FW_CHECK(cond, ...)                                               \
    do {                                                                  \
        if (!(cond)) {                                                    \
            fw_fail(__FILE__, __LINE__, #cond, __VA_ARGS__);              \
        }                                                                 \
    } while (0)

#define FW_REQUIRE(cond, ...)                                             \
    do {                                                                  \
        if (!(cond)) {                                                    \
            fw_fail(__FILE__, __LINE__, #cond, __VA_ARGS__);              \
            return;                                                       \
        }                                                                 \
    } while (0)

#define FW_SKIP(...)                                                      \
    do {                                                                  \
        fw_skip(__VA_ARGS__);                                             \
        return;                                                           \
    } while (0)

/* Equality with both values in the message */
#define FW_EQUAL(actual, expected)                                        \
    do {                                                                  \
        uint64_t fw_a = (uint64_t)(actual), fw_e = (uint64_t)(expected);  \
        if (fw_a != fw_e) {                                               \
            fw_fail(__FILE__, __LINE__, #actual " == " #expected,         \
                    "got 0x%lx, expected 0x%lx", fw_a, fw_e);             \
        }                                                                 \
    } while (0)

void fw_fail(const char *file, int line, const char *cond, const char *fmt,
             ...) FW_PRINTF(4, 5);
void fw_skip(const char *fmt, ...) FW_PRINTF(1, 2);

/* Has the running case failed or been skipped already? */
bool fw_case_ended(void);

/*
 * A suite's hooks around each case; defined once per image.
 * fw_suite_begin: before all, once; false with a reason printed if the machine
 * cannot run the suite at all.
 */
bool fw_suite_begin(void);
void fw_case_begin(void);
void fw_case_end(void);
/*
 * After each case's result: false if the machine is in a state that only a
 * restart gets it out of. A host that starts the image again (option
 * "restart=1") then does so; else the cases go on. True where a suite has none.
 */
bool fw_machine_usable(void);

/* Runs the cases that match the options; returns the number that failed. */
int fw_run(void);

/*
 * Options that the runner on the host patches into the image:
 * "case=GLOB list=1 from=N restart=1" separated by blanks; from: the number of
 * the first case to run, for going on after one that hung; restart: the host
 * starts the image again if it ends too early.
 */
#define FW_OPTIONS_MAGIC "VRLYFWOPTIONS01="
extern char fw_options[256];
/* The value of "key=value", copied into buf; false if it is not there */
bool fw_option(const char *key, char *buf, size_t size);

/* Console: fmt knows %s %c %d %u %x %lx %ld %lu %016lx-like widths and %% */
void fw_printf(const char *fmt, ...) FW_PRINTF(1, 2);
void fw_vprintf(const char *fmt, va_list ap);

/* Output goes into the reason of a skip instead of the console. */
bool fw_capturing(void);
void fw_capture(char c);

bool fw_glob(const char *pattern, const char *s);
void *memset(void *p, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);

/* What an architecture gives (arch/) ----------------------------------------- */

void hal_console_write(char c);
/* Ends the machine, or halts for ever where it cannot be ended. */
_Noreturn void hal_end(int failed);
/* Resets the machine. */
_Noreturn void hal_restart(void);

/* CPUs: 0 is the one that started. */
int hal_cpu_count(void);
int hal_cpu_index(void);
/* Run fn on another CPU; it must not be running anything. hal_wait() until it
 * returned: false after `us` microseconds without an end. */
void hal_run_on(int cpu, void (*fn)(void *), void *arg);
bool hal_wait(int cpu, uint64_t us);

/* Time: a counter that never stops, and its rate */
uint64_t hal_ticks(void);
uint64_t hal_ticks_per_us(void);
void hal_delay_us(uint64_t us);

/* A pointer to physical memory or registers; NULL if they cannot be mapped.
 * Pointers to one range may be had again and again. */
void *hal_map(uint64_t address, size_t size);

/* Physical address of ACPI's RSDP; 0: none found */
uint64_t hal_acpi_rsdp(void);

/* PCI configuration space of segment 0: size 1, 2 or 4, naturally aligned.
 * bdf: bus 15:8, device 7:3, function 2:0. What does not answer reads all ones. */
uint32_t hal_pci_read(uint16_t bdf, unsigned offset, unsigned size);
void hal_pci_write(uint16_t bdf, unsigned offset, unsigned size, uint32_t v);

#endif
