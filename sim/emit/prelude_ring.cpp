// Helpers of emitted programs: how they tell of a failure, and the two queues.

#include <array>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::string_view structures = R"(
struct io_uring_sqe {
    uint8_t opcode, flags;
    uint16_t ioprio;
    int32_t fd;
    uint64_t off, addr;
    uint32_t len;
    union { uint32_t msg_flags, rw_flags, timeout_flags, cancel_flags; };
    uint64_t user_data;
    union { uint16_t buf_index, buf_group; };
    uint16_t personality;
    uint32_t file_index;
    uint64_t pad[2];
};

struct io_uring_cqe {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
};

struct io_uring_buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid, resv; /* the first one's last word is the ring's tail */
};

struct io_uring_params {
    uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
    uint32_t resv[3];
    struct {
        uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv[3];
    } sq_off;
    struct {
        uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv[3];
    } cq_off;
};

)";

constexpr std::string_view telling = R"(
static int failures;

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list values;

    printf("FAIL at %s\n  ", now);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    putchar('\n');
    failures++;
}

)";

constexpr std::string_view starting = R"(
static void hung(int signal_number)
{
    (void)signal_number;
    dprintf(STDOUT_FILENO, "FAIL at %s\n  no end within 30 seconds\n", now);
    _exit(1);
}

static void start(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, hung);
    alarm(30);
}

)";

constexpr std::string_view setting_up_with_library = R"(
static struct io_uring ring;

/* 0, or the error. cq_entries may be 0: the kernel's choice. */
static int setup_ring(unsigned int entries, unsigned int cq_entries, unsigned int flags)
{
    struct io_uring_params p = { .flags = flags, .cq_entries = cq_entries };
    int ret;

    if (cq_entries)
        p.flags |= IORING_SETUP_CQSIZE;
    ret = io_uring_queue_init_params(entries, &ring, &p);
    if (ret == -EPERM || ret == -ENOSYS)
        skip("no io_uring here");
    return ret;
}

)";

constexpr std::string_view setting_up_by_hand = R"(
/* A ring, with the names that liburing has for its parts. */
static struct {
    struct {
        unsigned int *khead, *ktail, *kflags, *array, ring_mask, ring_entries;
        struct io_uring_sqe *sqes;
        void *ring_ptr;
        size_t ring_sz;
    } sq;
    struct {
        unsigned int *khead, *ktail, *koverflow, ring_mask;
        struct io_uring_cqe *cqes;
    } cq;
    unsigned int features;
    int ring_fd;
} ring;

static void find_queues(const struct io_uring_params *p, char *base)
{
    ring.sq.khead = (unsigned int *)(base + p->sq_off.head);
    ring.sq.ktail = (unsigned int *)(base + p->sq_off.tail);
    ring.sq.kflags = (unsigned int *)(base + p->sq_off.flags);
    ring.sq.array = (unsigned int *)(base + p->sq_off.array);
    ring.sq.ring_entries = p->sq_entries;
    ring.sq.ring_mask = p->sq_entries - 1;
    ring.cq.khead = (unsigned int *)(base + p->cq_off.head);
    ring.cq.ktail = (unsigned int *)(base + p->cq_off.tail);
    ring.cq.koverflow = (unsigned int *)(base + p->cq_off.overflow);
    ring.cq.cqes = (struct io_uring_cqe *)(base + p->cq_off.cqes);
    ring.cq.ring_mask = p->cq_entries - 1;
}

/* 0, or the error. cq_entries may be 0: the kernel's choice. */
static int setup_ring(unsigned int entries, unsigned int cq_entries, unsigned int flags)
{
    struct io_uring_params p = { .flags = flags, .cq_entries = cq_entries };
    const int mode = PROT_READ | PROT_WRITE, how = MAP_SHARED | MAP_POPULATE;
    size_t cq_size;
    int fd;

    if (cq_entries)
        p.flags |= IORING_SETUP_CQSIZE;
    fd = result(syscall(SYS_io_uring_setup, entries, &p));
    if (fd == -EPERM || fd == -ENOSYS)
        skip("no io_uring here");
    if (fd < 0)
        return fd;
    ring.ring_fd = fd;
    ring.features = p.features;
    ring.sq.ring_sz = p.sq_off.array + p.sq_entries * sizeof(unsigned int);
    cq_size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    if (ring.sq.ring_sz < cq_size)
        ring.sq.ring_sz = cq_size;
    ring.sq.ring_ptr = mmap(NULL, ring.sq.ring_sz, mode, how, fd, IORING_OFF_SQ_RING);
    ring.sq.sqes = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe), mode, how, fd,
                        IORING_OFF_SQES);
    if (ring.sq.ring_ptr == MAP_FAILED || ring.sq.sqes == MAP_FAILED)
        return -errno;
    find_queues(&p, ring.sq.ring_ptr);
    return 0;
}

)";

constexpr auto helpers = std::to_array<helper>({
    {"io_uring_sqe io_uring_cqe io_uring_buf io_uring_params", form::raw, structures},
    {"now", form::both, R"(
static const char *now = "the start"; /* the line that is being done */

)"},
    {"line", form::both, R"(
static void line(const char *text)
{
    now = text;
}

)"},
    {"fail failures", form::both, telling},
    {"start", form::both, starting},
    {"finish", form::both, R"(
static int finish(void)
{
    puts(failures ? "failed" : "passed");
    return failures != 0;
}

)"},
    {"skip", form::both, R"(
static void skip(const char *why)
{
    printf("skipped at %s: %s\n", now, why);
    exit(77);
}

)"},
    {"ptr", form::both, R"(
static uint64_t ptr(const void *memory)
{
    return (uintptr_t)memory;
}

)"},
    {"result", form::both, R"(
/* Of a system call, as the ring would tell it. */
static int result(long returned)
{
    return returned < 0 ? -errno : (int)returned;
}

)"},
    {"need", form::both, R"(
/* Without this there is nothing to be seen: the kernel is too old, or forbids it. */
static void need(int res)
{
    if (res < 0)
        skip(strerror(-res));
}

)"},
    {"must", form::both, R"(
static void must(int res)
{
    if (res < 0)
        fail("expected success\n  seen     %d, %s", res, strerror(-res));
}

)"},
    {"expect", form::both, R"(
static void expect(long long got, long long expected)
{
    if (got != expected)
        fail("expected %lld\n  seen     %lld%s%s", expected, got, got < 0 ? ", " : "",
             got < 0 ? strerror(-got) : "");
}

)"},
    {"known", form::both, R"(
/* What is seen is not right, but is known. */
static void known(const char *cause)
{
    printf("known at %s\n  %s\n", now, cause);
}

)"},
    {"ring setup_ring", form::liburing, setting_up_with_library},
    {"ring setup_ring", form::raw, setting_up_by_hand},
    {"queued", form::both, R"(
static unsigned int queued; /* and not submitted */

)"},
    {"queue QUEUE", form::liburing, R"(
/* The kernel can see it at once; io_uring_submit() would show it and submit it. */
static void queue(struct io_uring_sqe what)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    unsigned int tail = *ring.sq.ktail;

    if (!sqe) {
        fail("the submission queue is full");
        return;
    }
    *sqe = what;
    if (ring.sq.array)
        ring.sq.array[tail & ring.sq.ring_mask] = sqe - ring.sq.sqes;
    ring.sq.sqe_head = ring.sq.sqe_tail;
    io_uring_smp_store_release(ring.sq.ktail, tail + 1);
    queued++;
}
#define QUEUE(...) queue((struct io_uring_sqe){ __VA_ARGS__ })

)"},
    {"queue QUEUE", form::raw, R"(
static void queue(struct io_uring_sqe what)
{
    unsigned int tail = *ring.sq.ktail, index = tail & ring.sq.ring_mask;

    if (tail - __atomic_load_n(ring.sq.khead, __ATOMIC_ACQUIRE) == ring.sq.ring_entries) {
        fail("the submission queue is full");
        return;
    }
    ring.sq.sqes[index] = what;
    ring.sq.array[index] = index;
    __atomic_store_n(ring.sq.ktail, tail + 1, __ATOMIC_RELEASE);
    queued++;
}
#define QUEUE(...) queue((struct io_uring_sqe){ __VA_ARGS__ })

)"},
    {"enter", form::liburing, R"(
static int enter(unsigned int submit, unsigned int wait, unsigned int flags)
{
    return io_uring_enter(ring.ring_fd, submit, wait, flags, NULL);
}

)"},
    {"enter", form::raw, R"(
static int enter(unsigned int submit, unsigned int wait, unsigned int flags)
{
    return result(syscall(SYS_io_uring_enter, ring.ring_fd, submit, wait, flags, NULL, 0));
}

)"},
    {"enter_for", form::liburing, R"(
/* Waits so long at most. */
static int enter_for(unsigned int submit, unsigned int wait, unsigned int milliseconds)
{
    struct __kernel_timespec limit = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    struct io_uring_getevents_arg arg = { .sigmask_sz = 8, .ts = ptr(&limit) };

    return io_uring_enter2(ring.ring_fd, submit, wait,
                           IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, (void *)&arg,
                           sizeof(arg));
}

)"},
    {"enter_for", form::raw, R"(
/* Waits so long at most. */
static int enter_for(unsigned int submit, unsigned int wait, unsigned int milliseconds)
{
    int64_t limit[] = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    struct {
        uint64_t sigmask;
        uint32_t sigmask_sz, pad;
        uint64_t ts;
    } arg = { .sigmask_sz = 8, .ts = ptr(limit) };

    return result(syscall(SYS_io_uring_enter, ring.ring_fd, submit, wait,
                          IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof(arg)));
}

)"},
    {"submit", form::both, R"(
static int submit(void)
{
    unsigned int count = queued;

    queued = 0;
    return enter(count, 0, 0);
}

)"},
    {"wake", form::both, R"(
/* The kernel's thread may have gone to sleep; the fence is for its flag. */
static void wake(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(ring.sq.kflags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
        enter(0, 0, IORING_ENTER_SQ_WAKEUP);
}

)"},
    {"ring_register", form::liburing, R"(
static int ring_register(unsigned int opcode, void *arg, unsigned int count)
{
    return io_uring_register(ring.ring_fd, opcode, arg, count);
}

)"},
    {"ring_register", form::raw, R"(
static int ring_register(unsigned int opcode, void *arg, unsigned int count)
{
    return result(syscall(SYS_io_uring_register, ring.ring_fd, opcode, arg, count));
}

)"},
});

}  // namespace

std::span<const helper> ring_helpers() noexcept { return helpers; }

}  // namespace ringproof::sim::emitting
