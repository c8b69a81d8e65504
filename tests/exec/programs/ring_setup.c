/* What io_uring_setup(2) can be asked for: each flag by itself, used, and refused. Plain system
   calls, so that nothing is between the program and the layout. Prints every answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif
#ifndef IORING_SETUP_NO_MMAP
#define IORING_SETUP_NO_MMAP (1U << 14)
#endif
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY (1U << 16)
#endif

struct ring {
    int fd;
    struct io_uring_params params;
    char *rings, *sqes;
    unsigned long long number;
};

static int answer(long result) { return result < 0 ? -errno : (int)result; }

static int set_up(struct ring* ring, unsigned entries) {
    ring->fd = answer(syscall(SYS_io_uring_setup, entries, &ring->params));
    return ring->fd;
}

static int register_with(const struct ring* ring, unsigned opcode, void* argument, unsigned count) {
    return answer(syscall(SYS_io_uring_register, ring->fd, opcode, argument, count));
}

static int enter(const struct ring* ring, unsigned submit, unsigned wait) {
    return answer(
        syscall(SYS_io_uring_enter, ring->fd, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0));
}

static char* map(int fd, size_t size, unsigned long offset) {
    void* at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, (off_t)offset);
    return at == MAP_FAILED ? NULL : at;
}

static unsigned* word(const struct ring* ring, unsigned at) {
    return (unsigned*)(ring->rings + at);
}

static unsigned sqe_size(const struct ring* ring) {
    return (ring->params.flags & IORING_SETUP_SQE128) != 0 ? 128 : 64;
}

static unsigned cqe_size(const struct ring* ring) {
    return (ring->params.flags & IORING_SETUP_CQE32) != 0 ? 32 : 16;
}

/* Older headers have no name for these: the last member of both. */
static void bring_memory(struct ring* ring, char* rings, char* sqes) {
    memcpy((char*)&ring->params.cq_off + 32, &rings, sizeof rings);
    memcpy((char*)&ring->params.sq_off + 32, &sqes, sizeof sqes);
    ring->rings = rings;
    ring->sqes = sqes;
}

/* One request into the queue, not yet submitted. */
static void put(struct ring* ring, int opcode, unsigned flags) {
    const struct io_sqring_offsets* at = &ring->params.sq_off;
    const unsigned tail = *word(ring, at->tail);
    const unsigned slot = tail & *word(ring, at->ring_mask);
    struct io_uring_sqe* sqe = (struct io_uring_sqe*)(ring->sqes + slot * sqe_size(ring));
    memset(sqe, 0, sqe_size(ring));
    sqe->opcode = (unsigned char)opcode;
    sqe->flags = (unsigned char)flags;
    sqe->fd = -1;
    sqe->user_data = ++ring->number;
    if ((ring->params.flags & IORING_SETUP_NO_SQARRAY) == 0) {
        word(ring, at->array)[slot] = slot;
    }
    __atomic_store_n(word(ring, at->tail), tail + 1, __ATOMIC_RELEASE);
}

static void tell(const struct ring* ring, const char* what) {
    const struct io_cqring_offsets* at = &ring->params.cq_off;
    unsigned head = *word(ring, at->head);
    while (head != __atomic_load_n(word(ring, at->tail), __ATOMIC_ACQUIRE)) {
        const unsigned slot = head & *word(ring, at->ring_mask);
        const char* place = ring->rings + at->cqes + slot * cqe_size(ring);
        const struct io_uring_cqe* cqe = (const struct io_uring_cqe*)place;
        unsigned long long extra[2] = {0, 0};
        if (cqe_size(ring) == 32) memcpy(extra, place + 16, sizeof extra);
        printf("%s: completion %llu at %u, result %d, flags %x, extra %llx %llx\n", what,
               (unsigned long long)cqe->user_data, slot, cqe->res, cqe->flags, extra[0], extra[1]);
        __atomic_store_n(word(ring, at->head), ++head, __ATOMIC_RELEASE);
    }
}

static void nops(struct ring* ring, const char* what, unsigned count) {
    unsigned i;
    for (i = 1; i <= count; ++i) {
        put(ring, IORING_OP_NOP, 0);
    }
    printf("%s: enter %d\n", what, enter(ring, count, count));
    tell(ring, what);
}

/* Sets a ring up and maps it; false, and said so, where it is refused. */
static int begin(struct ring* ring, const char* what, unsigned entries, unsigned flags) {
    const int cq_entries = (int)ring->params.cq_entries;
    ring->params.flags = flags;
    if (set_up(ring, entries) < 0) {
        printf("%s: refused, %d\n", what, ring->fd);
        return 0;
    }
    printf("%s: %u and %u entries (%d asked)", what, ring->params.sq_entries,
           ring->params.cq_entries, cq_entries);
    printf(", array at %u, completions at %u\n", ring->params.sq_off.array,
           ring->params.cq_off.cqes);
    if ((flags & IORING_SETUP_NO_MMAP) != 0) return 1;
    ring->rings = map(ring->fd,
                      ring->params.cq_off.cqes + ring->params.cq_entries * cqe_size(ring) + 64 +
                          ring->params.sq_entries * 4,
                      IORING_OFF_SQ_RING);
    ring->sqes = map(ring->fd, ring->params.sq_entries * sqe_size(ring), IORING_OFF_SQES);
    if (ring->rings == NULL || ring->sqes == NULL) {
        printf("%s: cannot be mapped, %d\n", what, errno);
        return 0;
    }
    return 1;
}

static void layouts(void) {
    static const struct {
        const char* name;
        unsigned flags;
    } each[] = {{"plain", 0},
                {"SQE128", IORING_SETUP_SQE128},
                {"CQE32", IORING_SETUP_CQE32},
                {"both", IORING_SETUP_SQE128 | IORING_SETUP_CQE32},
                {"SINGLE_ISSUER", IORING_SETUP_SINGLE_ISSUER},
                {"DEFER_TASKRUN", IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN},
                {"NO_SQARRAY", IORING_SETUP_NO_SQARRAY},
                {"all three", IORING_SETUP_NO_SQARRAY | IORING_SETUP_SQE128 | IORING_SETUP_CQE32}};
    unsigned i, round;
    for (i = 0; i < sizeof each / sizeof *each; ++i) {
        struct ring ring = {0};
        if (!begin(&ring, each[i].name, 4, each[i].flags)) continue;
        for (round = 0; round < 3; ++round) nops(&ring, each[i].name, 3);
        close(ring.fd);
    }
}

static void own_memory(void) {
    struct ring ring = {0};
    char* memory = map(-1, 3 * 4096, 0);
    begin(&ring, "NO_MMAP without memory", 4, IORING_SETUP_NO_MMAP);
    bring_memory(&ring, memory + 8, memory + 8192);
    begin(&ring, "NO_MMAP off a page", 4, IORING_SETUP_NO_MMAP);
    bring_memory(&ring, memory, memory + 8192);
    if (!begin(&ring, "NO_MMAP", 4, IORING_SETUP_NO_MMAP)) return;
    nops(&ring, "NO_MMAP", 3);
    printf("NO_MMAP: mapped %d\n", map(ring.fd, 4096, IORING_OFF_SQES) != NULL);
    close(ring.fd);
}

static void sizes(void) {
    static const struct {
        const char* name;
        unsigned entries, completions, flags;
    } each[] = {{"too many", 32769, 0, 0},
                {"too many, CLAMP", 32769, 0, IORING_SETUP_CLAMP},
                {"none, CLAMP", 0, 0, IORING_SETUP_CLAMP},
                {"CQSIZE", 5, 33, IORING_SETUP_CQSIZE},
                {"CQSIZE of none", 5, 0, IORING_SETUP_CQSIZE},
                {"CQSIZE too small", 8, 7, IORING_SETUP_CQSIZE},
                {"CQSIZE just so", 8, 8, IORING_SETUP_CQSIZE},
                {"CQSIZE too large", 8, 65537, IORING_SETUP_CQSIZE},
                {"CQSIZE, CLAMP", 8, 65537, IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP},
                {"a size without CQSIZE", 8, 64, 0}};
    unsigned i;
    for (i = 0; i < sizeof each / sizeof *each; ++i) {
        struct ring ring = {0};
        ring.params.cq_entries = each[i].completions;
        if (begin(&ring, each[i].name, each[i].entries, each[i].flags))
            nops(&ring, each[i].name, 1);
        if (ring.fd >= 0) close(ring.fd);
    }
}

static void bad_requests(void) {
    static const unsigned flags[] = {0, IORING_SETUP_SUBMIT_ALL};
    unsigned i;
    for (i = 0; i < 2; ++i) {
        const char* name = i == 0 ? "one bad" : "one bad, SUBMIT_ALL";
        struct ring ring = {0};
        if (!begin(&ring, name, 4, flags[i])) continue;
        put(&ring, IORING_OP_NOP, 0);
        put(&ring, 250, 0);
        put(&ring, IORING_OP_NOP, 0);
        printf("%s: enter %d\n", name, enter(&ring, 3, 0));
        tell(&ring, name);
        printf("%s: enter %d\n", name, enter(&ring, 3, 0));
        tell(&ring, name);
        close(ring.fd);
    }
}

static void attached(void) {
    struct ring first = {0};
    int ends[2];
    unsigned polls;
    if (pipe(ends) != 0 || !begin(&first, "first", 4, 0)) return;
    for (polls = 0; polls < 2; ++polls) {
        const unsigned flags =
            IORING_SETUP_ATTACH_WQ | (polls != 0 ? (unsigned)IORING_SETUP_SQPOLL : 0);
        struct ring to_closed = {.params.wq_fd = 999};
        struct ring to_pipe = {.params.wq_fd = (unsigned)ends[0]};
        struct ring to_first = {.params.wq_fd = (unsigned)first.fd};
        begin(&to_closed, "attached to nothing", 4, flags);
        begin(&to_pipe, "attached to a pipe", 4, flags);
        begin(&to_first, "attached to a ring", 4, flags);
    }
    struct ring second = {.params.wq_fd = (unsigned)first.fd};
    if (begin(&second, "attached", 4, IORING_SETUP_ATTACH_WQ)) nops(&second, "attached", 3);
    close(first.fd);
    nops(&second, "left alone", 3);
    close(second.fd);
}

static void restricted(void) {
    struct io_uring_restriction wanted[4];
    struct ring ring = {0};
    if (!begin(&ring, "R_DISABLED", 4, IORING_SETUP_R_DISABLED)) return;
    put(&ring, IORING_OP_NOP, 0);
    printf("disabled: enter %d\n", enter(&ring, 1, 0));
    memset(wanted, 0, sizeof wanted);
    wanted[0].opcode = 77;
    printf("restricted by nothing known: %d\n",
           register_with(&ring, IORING_REGISTER_RESTRICTIONS, wanted, 1));
    wanted[0].opcode = IORING_RESTRICTION_SQE_OP;
    wanted[0].sqe_op = IORING_OP_NOP;
    wanted[1].opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED;
    wanted[1].sqe_flags = IOSQE_ASYNC | IOSQE_IO_LINK;
    wanted[2].opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED;
    wanted[2].sqe_flags = IOSQE_ASYNC;
    wanted[3].opcode = IORING_RESTRICTION_REGISTER_OP;
    wanted[3].register_op = IORING_REGISTER_PROBE;
    printf("restricted nowhere: %d\n",
           register_with(&ring, IORING_REGISTER_RESTRICTIONS, (void*)0x7000, 1));
    printf("restricted: %d\n", register_with(&ring, IORING_REGISTER_RESTRICTIONS, wanted, 4));
    printf("restricted again: %d\n", register_with(&ring, IORING_REGISTER_RESTRICTIONS, wanted, 4));
    printf("enabled: %d\n", register_with(&ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    printf("enabled again: %d\n", register_with(&ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    printf("restricted late: %d\n", register_with(&ring, IORING_REGISTER_RESTRICTIONS, wanted, 4));
    put(&ring, IORING_OP_NOP, IOSQE_ASYNC);
    printf("a flag is missing: enter %d\n", enter(&ring, 1, 1));
    tell(&ring, "a flag is missing");
    printf("as allowed: enter %d\n", enter(&ring, 1, 1));
    tell(&ring, "as allowed");
    put(&ring, IORING_OP_NOP, IOSQE_ASYNC | IOSQE_IO_DRAIN);
    printf("a flag too many: enter %d\n", enter(&ring, 1, 1));
    tell(&ring, "a flag too many");
    put(&ring, IORING_OP_TIMEOUT, IOSQE_ASYNC);
    printf("another request: enter %d\n", enter(&ring, 1, 1));
    tell(&ring, "another request");
    printf("files: %d\n", register_with(&ring, IORING_REGISTER_FILES, (int[]){0}, 1));
    close(ring.fd);
}

static void limits(void) {
    struct ring ring = {0};
    unsigned wanted[2] = {3, 5};
    if (!begin(&ring, "with workers", 4, 0)) return;
    printf("limits: %d\n", register_with(&ring, IORING_REGISTER_IOWQ_MAX_WORKERS, wanted, 2));
    wanted[0] = wanted[1] = 0;
    printf("limits told: %d", register_with(&ring, IORING_REGISTER_IOWQ_MAX_WORKERS, wanted, 2));
    printf(", %u and %u\n", wanted[0], wanted[1]);
    wanted[0] = 1U << 31;
    printf("limits of no meaning: %d\n",
           register_with(&ring, IORING_REGISTER_IOWQ_MAX_WORKERS, wanted, 2));
    printf("one limit: %d\n", register_with(&ring, IORING_REGISTER_IOWQ_MAX_WORKERS, wanted, 1));
    printf("limits nowhere: %d\n",
           register_with(&ring, IORING_REGISTER_IOWQ_MAX_WORKERS, (void*)0x7000, 2));
    nops(&ring, "limited", 4);
    printf("restricted: %d\n", register_with(&ring, IORING_REGISTER_RESTRICTIONS, wanted, 1));
    printf("enabled: %d\n", register_with(&ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    close(ring.fd);
}

int main(void) {
    layouts();
    own_memory();
    sizes();
    bad_requests();
    attached();
    restricted();
    limits();
    return 0;
}
