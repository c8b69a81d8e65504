/* Threads that use one ring as they like, with a lock around the submission queue alone: NOPs,
   reads and writes of a pipe, timeouts, cancels; while others fork and make rings of their own.
   Ends after so many seconds; each request has to be answered once. */
#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { threads = 4, entries = 64 };

static struct io_uring ring;
static pthread_mutex_t submitting = PTHREAD_MUTEX_INITIALIZER;
static atomic_int over, last_is_submitted;
static atomic_ulong submitted, completed;
static int channel[2];
static struct __kernel_timespec soon = {0, 100000};

static void fail(const char* what, int error) {
    fprintf(stderr, "%s: %s\n", what, strerror(error));
    _exit(1);
}

static void* submit(void* start) {
    static _Thread_local char data[16];
    unsigned seed = (unsigned)(size_t)start;
    while (!over) {
        struct io_uring_sqe* sqe;
        int answer;
        if (submitted - completed > 1000) {
            sched_yield();
            continue;
        }
        pthread_mutex_lock(&submitting);
        sqe = io_uring_get_sqe(&ring);
        if (sqe == NULL) fail("no entry", ENOBUFS);
        switch (rand_r(&seed) % 5) {
            case 0:
                io_uring_prep_nop(sqe);
                break;
            case 1:
                io_uring_prep_read(sqe, channel[0], data, 1, 0);
                break;
            case 2:
                io_uring_prep_write(sqe, channel[1], "x", 1, 0);
                break;
            case 3:
                io_uring_prep_timeout(sqe, &soon, 0, 0);
                break;
            default:
                io_uring_prep_cancel64(sqe, rand_r(&seed) % 100, 0);
                break;
        }
        sqe->user_data = rand_r(&seed) % 100;
        ++submitted;
        answer = io_uring_submit(&ring);
        pthread_mutex_unlock(&submitting);
        if (answer != 1) fail("submit", -answer);
    }
    return NULL;
}

static void* reap(void* unused) {
    (void)unused;
    while (!last_is_submitted || completed < submitted) {
        struct __kernel_timespec limit = {0, 1000000};
        struct io_uring_cqe* done;
        unsigned head, count = 0;
        const int answer = io_uring_wait_cqe_timeout(&ring, &done, &limit);
        if (answer != 0 && answer != -ETIME && answer != -EINTR) fail("wait", -answer);
        io_uring_for_each_cqe(&ring, head, done) ++count;
        io_uring_cq_advance(&ring, count);
        completed += count;
    }
    return NULL;
}

static void* others(void* unused) {
    (void)unused;
    while (!over) {
        struct io_uring own;
        struct io_uring_cqe* done;
        const pid_t child = fork();
        int status = 0;
        if (child < 0) fail("fork", errno);
        if (io_uring_queue_init(4, &own, 0) != 0) fail("a ring", EINVAL);
        io_uring_prep_nop(io_uring_get_sqe(&own));
        if (io_uring_submit_and_wait(&own, 1) != 1 || io_uring_peek_cqe(&own, &done) != 0) {
            fail("a ring of one's own", EIO);
        }
        io_uring_queue_exit(&own);
        if (child == 0) _exit(0);
        if (waitpid(child, &status, 0) != child || status != 0) fail("a child", ECHILD);
    }
    return NULL;
}

int main(int count, char** arguments) {
    const int seconds = count > 1 ? atoi(arguments[1]) : 1;
    const struct timespec time = {seconds, 0};
    pthread_t all[threads], reaper, forker;
    struct io_uring_sqe* sqe;
    size_t i;
    if (pipe(channel) != 0 || io_uring_queue_init(entries, &ring, 0) != 0) return 2;
    for (i = 0; i < threads; ++i) pthread_create(&all[i], NULL, submit, (void*)(i + 1));
    pthread_create(&reaper, NULL, reap, NULL);
    pthread_create(&forker, NULL, others, NULL);
    nanosleep(&time, NULL);
    over = 1;
    for (i = 0; i < threads; ++i) pthread_join(all[i], NULL);
    pthread_join(forker, NULL);
    sqe = io_uring_get_sqe(&ring); /* readers still wait */
    io_uring_prep_cancel(sqe, NULL, IORING_ASYNC_CANCEL_ANY);
    sqe->user_data = 1;
    ++submitted;
    io_uring_submit(&ring);
    last_is_submitted = 1;
    pthread_join(reaper, NULL);
    printf("%s\n", completed == submitted ? "each was answered once" : "not all were answered");
    fprintf(stderr, "%lu requests\n", (unsigned long)submitted);
    io_uring_queue_exit(&ring);
    return 0;
}
