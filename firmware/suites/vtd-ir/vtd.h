/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cases of the VT-d interrupt suite share (Intel Virtualization
 * Technology for Directed I/O, architecture specification: "VT-d"). Before each
 * case the unit has remapping on with an empty table of TABLE_ENTRIES entries,
 * the queue running, events masked and an empty fault log; a case changes what
 * it is about. Nothing outside the unit's registers, memory, and the
 * processors' interrupts is looked at.
 */
#ifndef SUITE_VTD_H
#define SUITE_VTD_H

#include "dmar.h"
#include "x86.h"

/* Registers (VT-d 11.4 "Register Descriptions") */
enum {
    VTD_VER = 0x00, VTD_CAP = 0x08, VTD_ECAP = 0x10, VTD_GCMD = 0x18,
    VTD_GSTS = 0x1c, VTD_FSTS = 0x34, VTD_FECTL = 0x38, VTD_FEDATA = 0x3c,
    VTD_FEADDR = 0x40, VTD_FEUADDR = 0x44, VTD_IQH = 0x80, VTD_IQT = 0x88,
    VTD_IQA = 0x90, VTD_ICS = 0x9c, VTD_IECTL = 0xa0, VTD_IEDATA = 0xa4,
    VTD_IEADDR = 0xa8, VTD_IEUADDR = 0xac, VTD_IQERCD = 0xb0, VTD_IRTA = 0xb8,
};

#define CAP_PI       (1ull << 59)
#define CAP_ESIRTPS  (1ull << 62)
#define ECAP_QI      (1ull << 1)
#define ECAP_IR      (1ull << 3)
#define ECAP_EIM     (1ull << 4)
#define ECAP_SMTS    (1ull << 43)
#define ECAP_MHMV(e) ((e) >> 20 & 15)

/* GCMD and GSTS */
#define G_QI   (1u << 26)
#define G_IR   (1u << 25)
#define G_IRTP (1u << 24)
#define G_CFI  (1u << 23)

#define FSTS_PFO (1u << 0)
#define FSTS_PPF (1u << 1)
#define FSTS_IQE (1u << 4)
#define FSTS_ICE (1u << 5)
#define FSTS_ITE (1u << 6)
#define FSTS_FRI(v) ((v) >> 8 & 0xff)
#define EVENT_IM (1u << 31)
#define EVENT_IP (1u << 30)
#define ICS_IWC  (1u << 0)
#define IQA_DW   (1ull << 11)
#define IRTA_EIME (1ull << 11)

/* Faults of interrupt requests (VT-d, "Interrupt Remapping Fault Conditions") */
enum {
    FR_REQUEST_RESERVED = 0x20, FR_INDEX = 0x21, FR_NOT_PRESENT = 0x22,
    FR_TABLE = 0x23, FR_ENTRY_RESERVED = 0x24, FR_COMPATIBILITY = 0x25,
    FR_SOURCE = 0x26, FR_PID_ACCESS = 0x27, FR_PID_RESERVED = 0x28,
};

/* The unit ------------------------------------------------------------------ */

typedef struct Vtd {
    volatile char *registers;
    DmarUnit dmar;
    uint64_t cap, ecap;
    unsigned records, record_at;   /* fault recording registers */
    bool x2apic;                   /* the processors' mode at the start */
    bool eime;                     /* as the table was set, see vtd_set_table() */
    uint32_t boot_gsts, boot_fectl, boot_iectl;  /* before we touched it */
    uint64_t boot_irta, boot_iqa;
} Vtd;
extern Vtd vtd;

uint32_t vtd_read(unsigned at);
void vtd_write(unsigned at, uint32_t v);
uint64_t vtd_read64(unsigned at);
void vtd_write64(unsigned at, uint64_t v);
/* One bit of GCMD; false: GSTS does not follow within a second. */
bool vtd_command(uint32_t bit, bool on);
bool vtd_set(uint32_t bit);    /* SIRTP: one that is never cleared */

/* The state that a case begins in; false if it is not reached */
bool vtd_reset(void);

/* The table ----------------------------------------------------------------- */

#define TABLE_ENTRIES 1024
#define TABLE_SIZE    9        /* IRTA.S: 2^(S + 1) entries */
#define TABLE_MOST    65536

typedef struct Irte {
    uint64_t lo, hi;
} FW_ALIGNED(16) Irte;

#define IRTE_P     (1ull << 0)
#define IRTE_FPD   (1ull << 1)
#define IRTE_DM    (1ull << 2)
#define IRTE_RH    (1ull << 3)
#define IRTE_TM    (1ull << 4)
#define IRTE_DLM(m) ((uint64_t)(m) << 5)
#define IRTE_URG   (1ull << 14)
#define IRTE_POST  (1ull << 15)
#define IRTE_V(v)  ((uint64_t)(v) << 16)
#define IRTE_DST   0xffffffff00000000ull
#define IRTE_SID(s) ((uint64_t)(s))             /* of hi, like the next two */
#define IRTE_SQ(q) ((uint64_t)(q) << 16)
#define IRTE_SVT(t) ((uint64_t)(t) << 18)
enum { DLM_FIXED = 0, DLM_LOWEST = 1, DLM_SMI = 2, DLM_NMI = 4, DLM_INIT = 5,
       DLM_EXTINT = 7 };

extern Irte vtd_table[TABLE_MOST];

/* Put the table at `address` with IRTA.S = size; remapping goes off and on
 * again. The entry cache is invalidated. */
bool vtd_set_table(uint64_t address, unsigned size, bool eime);

/* DST for a physical destination, or a logical one, as EIME wants it */
uint64_t irte_dst(uint32_t id);
/* Fixed, edge, physical, any source */
Irte irte_remapped(int cpu, int vector);
/* In one step; without or with an invalidation and a wait for it */
void irte_write(unsigned index, Irte e);
void irte_set(unsigned index, Irte e);

/* The invalidation queue ------------------------------------------------------ */

#define QUEUE_PAGES 2

typedef struct Queue {
    char *ring;
    unsigned bytes, width, tail;   /* of the ring, of a descriptor; tail: bytes */
} Queue;
extern Queue queue;
extern char queue_memory[QUEUE_PAGES][4096];
extern volatile uint32_t queue_status[16];

/* Start with 2^qs pages and descriptors of 128 or 256 bits */
bool queue_start(unsigned qs, bool wide);
bool queue_stop(void);
/* Put a descriptor behind the last one, without telling the unit */
void queue_push(uint64_t lo, uint64_t hi);
/* Tell it */
void queue_ring(void);
/* Until the head is at the tail; false: it is not, a second later */
bool queue_idle(void);
/* A wait descriptor with status write behind everything; false: not done */
bool queue_sync(void);
/* The same if the queue runs and has nothing to do; else nothing */
void queue_sync_if_idle(void);

#define INV_IEC        4ull
#define INV_IEC_INDEX  (1ull << 4)
#define INV_IEC_IM(m)  ((uint64_t)(m) << 27)
#define INV_IEC_IIDX(i) ((uint64_t)(i) << 32)
#define INV_WAIT       5ull
#define INV_WAIT_IF    (1ull << 4)
#define INV_WAIT_SW    (1ull << 5)
#define INV_WAIT_FN    (1ull << 6)
#define INV_WAIT_PD    (1ull << 7)
#define INV_WAIT_DATA(d) ((uint64_t)(d) << 32)

void iec_invalidate_all(void);
/* 2^mask entries from index, which is a multiple of that */
void iec_invalidate(unsigned index, unsigned mask);

/* Interrupt requests ---------------------------------------------------------- */

/* Address of a request in remappable format */
uint64_t request(unsigned handle, bool subhandle);
#define REQUEST_SHV (1ull << 3)

/* A device that sends messages of any address and data (virelay-irqgen) */
bool device_found(void);
uint16_t device_id(void);              /* its source-id */
uint64_t device_read64(unsigned at);
uint32_t device_read(unsigned at);
void device_write(unsigned at, uint32_t v);
void device_write64(unsigned at, uint64_t v);
void device_reset(void);
/* One message; when it returns, the unit has it. */
void fire_message(uint64_t address, uint32_t data);
/* The same as from another function; only where device_can_pose() */
bool device_can_pose(void);
void fire_as(uint16_t source_id, uint64_t address, uint32_t data);
/* For an entry: no subhandle, data 0 */
void fire(unsigned index);

#define NEED_DEVICE()                                                     \
    do {                                                                  \
        if (!device_found()) {                                            \
            FW_SKIP("no device that sends messages of any content");      \
        }                                                                 \
    } while (0)
#define NEED_POSTING()                                                    \
    do {                                                                  \
        NEED_DEVICE();                                                    \
        if (!(vtd.cap & CAP_PI)) {                                        \
            FW_SKIP("the unit does not post interrupts (CAP_REG.PI)");    \
        }                                                                 \
    } while (0)
#define NEED_CPUS(n)                                                      \
    do {                                                                  \
        if (hal_cpu_count() < (n)) {                                      \
            FW_SKIP("there are fewer than %d processors", n);             \
        }                                                                 \
    } while (0)
#define NEED_EIM()                                                        \
    do {                                                                  \
        if (!(vtd.ecap & ECAP_EIM)) {                                     \
            FW_SKIP("the unit has no extended mode (ECAP_REG.EIM)");      \
        }                                                                 \
    } while (0)
#define NEED_X2APIC()                                                     \
    do {                                                                  \
        NEED_EIM();                                                       \
        if (!x86_apic_is_x2apic()) {                                      \
            FW_SKIP("the processors have no x2APIC mode");                \
        }                                                                 \
    } while (0)

/* Waiting ---------------------------------------------------------------------- */

/*
 * The manual sets no time by which a request is delivered or posted; but a
 * wait in the queue completes after all that came before it (VT-d 5.2.4, 6.5.2).
 * A case gives the unit 5 seconds in all to come by itself. From then on each
 * wait begins with one in the queue, if the queue has nothing to do: what the
 * case judges stays the same, and a slow unit does not make it endless.
 *
 *     Wait w = wait_begin(us);
 *     while (!CONDITION) {
 *         if (!wait_more(&w)) { it took longer than us }
 *     }
 *
 * Only on the processor that runs the case.
 */
typedef struct Wait {
    uint64_t last, end;            /* ticks */
    bool hurry;
} Wait;
Wait wait_begin(uint64_t us);
bool wait_more(Wait *w);
/* Another case begins. */
void wait_forget(void);

/* What arrived ---------------------------------------------------------------- */

/* Vectors that a case may use: from VECTOR on */
#define WAKE_VECTOR    0x21
#define BARRIER_VECTOR 0x22
#define VECTOR         0x41
#define NOTIFICATION   0xa1
#define FAULT_VECTOR   0xb1
#define COMPLETION_VECTOR 0xb2

/* Let everything that is under way arrive: in the unit (a wait in the queue
 * completes after that, if there is a queue), and at all processors. */
void settle(void);
/*
 * Exactly n interrupts with this vector (2: NMI) on this CPU since the last
 * look, and no other one anywhere. Waits for them for at most five seconds.
 */
void expect_arrived(const char *file, int line, int cpu, int vector,
                    unsigned n);
#define EXPECT_ARRIVED(cpu, vector, n)                                    \
    expect_arrived(__FILE__, __LINE__, cpu, vector, n)
#define EXPECT_NOTHING() expect_arrived(__FILE__, __LINE__, 0, VECTOR, 0)
/* Arrivals since the last look */
uint64_t arrivals(int cpu, int vector);
/* Forget what has arrived. */
void arrivals_clear(void);
/* Wait for n of them on any processor; false: not within five seconds */
bool wait_for_arrivals(int vector, uint64_t n);

/* Wait for any interrupt or a fault; at most five seconds. For sources that take
 * their time. */
void wait_for_anything(void);

/* All processors to xAPIC or x2APIC mode */
void apic_modes(bool x2apic);
/* Processors and unit to xAPIC mode (EIME = 0), until the case's end; CFI is
 * 0. False with a failure. */
bool xapic_begin(void);

/* The fault log --------------------------------------------------------------- */

typedef struct FaultRecord {
    bool f;
    unsigned reason, index, source_id;
    uint64_t lo, hi;
} FaultRecord;

FaultRecord fault_record(unsigned n);
void fault_clear_record(unsigned n);   /* F */
/* Exactly one fault is in the log, this one, from our device; it is cleared.
 * ANY_INDEX: where the manual does not say what the index is */
#define ANY_INDEX (-1)
void expect_fault(const char *file, int line, unsigned reason, int index);
/* The same from another source-id */
void expect_fault_of(const char *file, int line, uint16_t source_id,
                     unsigned reason, int index);
#define EXPECT_FAULT(reason, index)                                       \
    expect_fault(__FILE__, __LINE__, reason, index)
/* Nothing in the log, no error of the queue */
void expect_no_fault(const char *file, int line);
#define EXPECT_FAULT_OF(sid, reason, index)                               \
    expect_fault_of(__FILE__, __LINE__, sid, reason, index)
#define EXPECT_NO_FAULT() expect_no_fault(__FILE__, __LINE__)
/* Clear all records and status bits. */
void fault_log_clear(void);

/* Both: the request was blocked, and this is why. */
#define EXPECT_BLOCKED(reason, index)                                     \
    do {                                                                  \
        EXPECT_NOTHING();                                                 \
        EXPECT_FAULT(reason, index);                                      \
    } while (0)
/* Both: it went through. */
#define EXPECT_DELIVERED(cpu, vector)                                     \
    do {                                                                  \
        EXPECT_ARRIVED(cpu, vector, 1);                                   \
        EXPECT_NO_FAULT();                                                \
    } while (0)

/* Message address and data of the unit's own events */
void event_program(unsigned data_register, int cpu, int vector);

/* Posted-interrupt descriptors ------------------------------------------------- */

typedef struct Pid {
    volatile uint64_t pir[4];
    volatile uint64_t control;     /* ON 0, SN 1, NV 23:16, NDST 63:32 */
    volatile uint64_t reserved[3];
} FW_ALIGNED(64) Pid;

#define PID_ON 1ull
#define PID_SN 2ull
#define PIDS   4
extern Pid pids[PIDS];

uint64_t pid_control(int cpu, int vector);
/* Empty, notifies `cpu` with NOTIFICATION */
void pid_init(Pid *p, int cpu);
Irte irte_posted(const Pid *p, int vector);
bool pid_has(const Pid *p, int vector);
/* PIR holds these vectors only (end with -1). */
void expect_pir(const char *file, int line, const Pid *p, ...);
#define EXPECT_PIR(p, ...) expect_pir(__FILE__, __LINE__, p, __VA_ARGS__, -1)
/* ON, SN, NV, NDST as given; reserved fields 0 */
#define EXPECT_CONTROL(p, v) FW_EQUAL((p)->control, v)

/* Memory for a case: 4 KiB pages, zeroed before each */
#define SCRATCH_PAGES 8
void *scratch(int n);

#endif
