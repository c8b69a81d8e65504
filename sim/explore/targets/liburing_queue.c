/* liburing's compiled code as its source has it, src/queue.c: the queue's tail, and whether the
 * kernel's thread has to be woken. Its system calls are the scene's. Built where CMake is told of
 * RINGPROOF_LIBURING_SOURCE. */

#include "lib.h"
#include "syscall.h"

#include "sim/explore/code/ring_scene.h"

static const struct ringproof_scene* now;

static int enter(unsigned submitted, unsigned wait, unsigned flags) {
    if (flags & IORING_ENTER_SQ_WAKEUP) ringproof_wake(now);
    if (wait != 0) ringproof_wait(now);
    return (int)submitted;
}

/* The headers above are read, so this renames what queue.c calls, and nothing else. */
#define __sys_io_uring_enter(fd, submitted, wait, flags, mask) enter(submitted, wait, flags)
#define __sys_io_uring_enter2(fd, submitted, wait, flags, arg, size) enter(submitted, wait, flags)

/* What #541 was about: that such a program is caught shows that this one could have been. */
#ifdef RINGPROOF_WITHOUT_FENCE
#undef io_uring_smp_mb
#define io_uring_smp_mb() ((void)0)
#endif

#include "queue.c"

static void submit(const struct ringproof_scene* scene) {
    struct io_uring ring;

    now = scene;
    memset(&ring, 0, sizeof(ring));
    ring.flags = IORING_SETUP_SQPOLL;
    ring.sq.khead = scene->sq_head;
    ring.sq.ktail = scene->sq_tail;
    ring.sq.kflags = scene->sq_flags;
    ring.sq.array = scene->sq_array;
    ring.sq.sqes = (struct io_uring_sqe*)scene->sqes;
    ring.sq.ring_mask = scene->sq_entries - 1;
    ring.sq.ring_entries = scene->sq_entries;
    ring.cq.khead = scene->cq_head;
    ring.cq.ktail = scene->cq_tail;
    ring.cq.cqes = (struct io_uring_cqe*)scene->cqes;
    ring.cq.ring_mask = scene->cq_entries - 1;
    ring.cq.ring_entries = scene->cq_entries;

    for (unsigned sent = 0; sent < scene->requests; ++sent) {
        struct io_uring_sqe* sqe = io_uring_get_sqe(&ring);
        struct io_uring_cqe* cqe = NULL;

        ringproof_require(sqe != NULL, "the queue is full");
        io_uring_prep_nop(sqe);
        sqe->user_data = sent;
        ringproof_require(io_uring_submit(&ring) >= 0, "the submission failed");
        while (io_uring_peek_cqe(&ring, &cqe) != 0) ringproof_wait(scene);
        ringproof_require(cqe->user_data == sent, "another request came back");
        io_uring_cqe_seen(&ring, cqe);
    }
}

RINGPROOF_TARGET_AGAINST(liburing_submit, submit, RINGPROOF_POLLS)
