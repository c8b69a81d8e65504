// Helpers of emitted programs: completions, and what is expected of them.

#include <array>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::string_view completions = R"(
struct completion {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
};

)";

constexpr std::string_view printing = R"(
static void print_completion(const struct completion *it)
{
    printf(" {user_data %llu, res %d", (unsigned long long)it->user_data, it->res);
    if (it->flags & IORING_CQE_F_BUFFER)
        printf(", buffer %u", it->flags >> 16);
    if (it->flags & IORING_CQE_F_MORE)
        printf(", MORE");
    if (it->flags & IORING_CQE_F_SOCK_NONEMPTY)
        printf(", SOCK_NONEMPTY");
    if (it->flags & IORING_CQE_F_BUF_MORE)
        printf(", BUF_MORE");
    printf(", flags 0x%x}", it->flags);
}

)";

constexpr std::string_view taking = R"(
static struct completion seen[65536]; /* no queue is larger */
static int seen_count;

/* Takes the completions that are there. */
static void take(void)
{
    unsigned int head = *ring.cq.khead, tail = __atomic_load_n(ring.cq.ktail, __ATOMIC_ACQUIRE);

    for (; head != tail && seen_count < 65536; head++) {
        struct io_uring_cqe *cqe = &ring.cq.cqes[head & ring.cq.ring_mask];

        seen[seen_count++] = (struct completion){ cqe->user_data, cqe->res, cqe->flags };
    }
    __atomic_store_n(ring.cq.khead, head, __ATOMIC_RELEASE);
}

)";

constexpr std::string_view taking_with_library = R"(
static struct completion seen[65536]; /* no queue is larger */
static int seen_count;

/* Takes the completions that are there. */
static void take(void)
{
    struct io_uring_cqe *cqe;
    unsigned int head, count = 0;

    io_uring_for_each_cqe(&ring, head, cqe) {
        if (seen_count == 65536)
            break;
        seen[seen_count++] = (struct completion){ cqe->user_data, cqe->res, cqe->flags };
        count++;
    }
    io_uring_cq_advance(&ring, count);
}

)";

constexpr std::string_view running = R"(
/* A slow machine may need a moment for what is due. */
static void wait_for_due(int due)
{
    for (int patience = 100; seen_count < due && patience > 0; patience--) {
        usleep(1000);
        enter(0, 0, IORING_ENTER_GETEVENTS);
        take();
    }
}

)";

constexpr std::string_view comparing = R"(
#define COUNT(list) (sizeof(list) / sizeof(struct completion))
#define CQES(...) \
    (struct completion[]){ __VA_ARGS__ }, COUNT(((struct completion[]){ __VA_ARGS__ }))

static int completed(const struct completion *list, int count)
{
    return seen_count == count && !memcmp(list, seen, count * sizeof(*list));
}

static void expect_cqes(const struct completion *list, int count)
{
    if (completed(list, count))
        return;
    fail("these completions are not as expected:");
    printf("  expected");
    for (int i = 0; i < count; i++)
        print_completion(&list[i]);
    printf("\n  seen    ");
    for (int i = 0; i < seen_count; i++)
        print_completion(&seen[i]);
    printf("\n");
}

)";

constexpr std::string_view next_completion = R"(
/* 0 when there is none. */
static int take_one(struct completion *into)
{
    unsigned int head = *ring.cq.khead;
    struct io_uring_cqe *cqe = &ring.cq.cqes[head & ring.cq.ring_mask];

    if (head == __atomic_load_n(ring.cq.ktail, __ATOMIC_ACQUIRE))
        return 0;
    *into = (struct completion){ cqe->user_data, cqe->res, cqe->flags };
    __atomic_store_n(ring.cq.khead, head + 1, __ATOMIC_RELEASE);
    return 1;
}

)";

constexpr std::string_view next_completion_with_library = R"(
/* 0 when there is none. */
static int take_one(struct completion *into)
{
    struct io_uring_cqe *cqe;

    if (io_uring_peek_cqe(&ring, &cqe) != 0)
        return 0;
    *into = (struct completion){ cqe->user_data, cqe->res, cqe->flags };
    io_uring_cqe_seen(&ring, cqe);
    return 1;
}

)";

constexpr std::string_view checking = R"(
/* What comes after another one than this would mean something else, so it is the end. */
static void check_cqe(const struct completion *expected, const struct completion *got)
{
    if (got && !memcmp(expected, got, sizeof(*got)))
        return;
    fail("this completion is not as expected:");
    printf("  expected");
    print_completion(expected);
    printf("\n  seen    ");
    if (got)
        print_completion(got);
    printf("%s\n", got ? "" : " nothing");
    exit(1);
}

)";

constexpr std::string_view checking_connections = R"(
/* The connection's descriptor. */
static int check_accepted(uint64_t user_data, uint32_t flags, const struct completion *got)
{
    if (got && got->user_data == user_data && got->res >= 0 && got->flags == flags)
        return got->res;
    fail("expected a connection, user_data %llu, flags 0x%x", (unsigned long long)user_data,
         flags);
    printf("  seen    ");
    if (got)
        print_completion(got);
    printf("%s\n", got ? "" : " nothing");
    exit(1);
}

)";

constexpr std::string_view in_order = R"(
/* The next one, for which this waits a second at most; or NULL. */
static const struct completion *next_cqe(void)
{
    static struct completion got;

    if (take_one(&got) || (enter_for(0, 1, 1000) >= 0 && take_one(&got)))
        return &got;
    return NULL;
}

)";

constexpr std::string_view out_of_order = R"(
/*
 * There is no order among requests that a worker or the kernel's thread has a part in, nor among
 * those that are cancelled together. The oldest completion of that one, for which this waits a
 * second at most; or NULL.
 */
static const struct completion *cqe_of(uint64_t user_data)
{
    static struct completion early[1024], got;
    static int count;

    for (int i = 0; i < count; i++) {
        if (early[i].user_data != user_data)
            continue;
        got = early[i];
        memmove(&early[i], &early[i + 1], (--count - i) * sizeof(*early));
        return &got;
    }
    while (count < 1024) {
        if (!take_one(&got) && (enter_for(0, 1, 1000) < 0 || !take_one(&got)))
            return NULL;
        if (got.user_data == user_data)
            return &got;
        early[count++] = got;
    }
    return NULL;
}

)";

constexpr auto helpers = std::to_array<helper>({
    {"completion", form::both, completions},
    {"BUFFER", form::both, R"(
#define BUFFER(id) (IORING_CQE_F_BUFFER | (uint32_t)(id) << 16)

)"},
    {"print_completion", form::both, printing},
    {"take seen seen_count", form::raw, taking},
    {"take seen seen_count", form::liburing, taking_with_library},
    {"wait_for_due", form::both, running},
    {"reap", form::both, R"(
/* Takes what is there, without a system call. */
static void reap(void)
{
    seen_count = 0;
    take();
}

)"},
    {"run", form::both, R"(
/* Submits, lets the kernel run, and takes what has completed. */
static void run(int due)
{
    seen_count = 0;
    submit();
    enter(0, 0, IORING_ENTER_GETEVENTS);
    take();
    wait_for_due(due);
}

)"},
    {"run_until", form::both, R"(
/* The same, but waits for so many, half a second at most. */
static void run_until(unsigned int wanted, int due)
{
    unsigned int count = queued;

    seen_count = 0;
    queued = 0;
    enter_for(count, wanted, 500);
    take();
    wait_for_due(due);
}

)"},
    {"sort_seen", form::both, R"(
static int compare(const void *left, const void *right)
{
    const struct completion *one = left, *other = right;

    if (one->user_data != other->user_data)
        return one->user_data < other->user_data ? -1 : 1;
    if (one->res != other->res)
        return one->res < other->res ? -1 : 1;
    return (one->flags > other->flags) - (one->flags < other->flags);
}

/* For completions that come in any order. */
static void sort_seen(void)
{
    qsort(seen, seen_count, sizeof(*seen), compare);
}

)"},
    {"CQES completed expect_cqes", form::both, comparing},
    {"expect_nothing", form::both, R"(
static void expect_nothing(void)
{
    expect_cqes(NULL, 0);
}

)"},
    {"take_one", form::raw, next_completion},
    {"take_one", form::liburing, next_completion_with_library},
    {"next_cqe", form::both, in_order},
    {"cqe_of", form::both, out_of_order},
    {"check_cqe", form::both, checking},
    {"expect_cqe", form::both, R"(
static void expect_cqe(uint64_t user_data, int32_t res, uint32_t flags)
{
    check_cqe(&(struct completion){ user_data, res, flags }, next_cqe());
}

)"},
    {"expect_cqe_of", form::both, R"(
static void expect_cqe_of(uint64_t user_data, int32_t res, uint32_t flags)
{
    check_cqe(&(struct completion){ user_data, res, flags }, cqe_of(user_data));
}

)"},
    {"check_accepted", form::both, checking_connections},
    {"expect_accepted", form::both, R"(
static int expect_accepted(uint64_t user_data, uint32_t flags)
{
    return check_accepted(user_data, flags, next_cqe());
}

)"},
    {"expect_accepted_of", form::both, R"(
static int expect_accepted_of(uint64_t user_data, uint32_t flags)
{
    return check_accepted(user_data, flags, cqe_of(user_data));
}

)"},
});

}  // namespace

std::span<const helper> seeing_helpers() noexcept { return helpers; }

}  // namespace ringproof::sim::emitting
