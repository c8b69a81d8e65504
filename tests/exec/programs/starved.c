/* Two connections and one buffer. The peer writes to the second one a moment after the kernel has
   taken what it wrote to the first: by then the buffer is back, unless the program was held up.
   Who is left without one starts again at once, as it holds none; prints how often that was. */
#include <liburing.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { group = 7, buffer_size = 64, rounds = 200, pause_us = 200 };

static char memory[buffer_size];
static int near_ends[2], far_ends[2];
static sem_t heard;

static void say(int fd) {
    if (write(fd, "x", 1) != 1) exit(10);
}

static int is_taken(int fd) {
    int left = 0;
    if (ioctl(fd, SIOCOUTQ, &left) != 0) exit(11);
    return left == 0;
}

static void* play_peer(void* argument) {
    int round;
    for (round = 0; round < rounds; ++round) {
        say(far_ends[0]);
        while (!is_taken(far_ends[0])) usleep(10);
        usleep(pause_us); /* what a program does in that time is its own affair */
        say(far_ends[1]);
        sem_wait(&heard);
        sem_wait(&heard);
    }
    shutdown(far_ends[0], SHUT_WR);
    shutdown(far_ends[1], SHUT_WR);
    return argument;
}

static void arm(struct io_uring* ring, unsigned long which) {
    struct io_uring_sqe* sqe = io_uring_get_sqe(ring);
    io_uring_prep_recv_multishot(sqe, near_ends[which], NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
    sqe->user_data = which;
}

static void give(struct io_uring_buf_ring* pool) {
    io_uring_buf_ring_add(pool, memory, buffer_size, 0, io_uring_buf_ring_mask(1), 0);
    io_uring_buf_ring_advance(pool, 1);
}

int main(void) {
    struct io_uring ring;
    struct io_uring_buf_ring* pool;
    struct io_uring_buf_reg registration = {.ring_entries = 1, .bgid = group};
    struct io_uring_cqe* done;
    pthread_t peer;
    unsigned starved = 0, over = 0, bytes = 0, i;
    if (sem_init(&heard, 0, 0) != 0) return 1;
    if (io_uring_queue_init(8, &ring, 0) != 0) return 2;
    if (posix_memalign((void**)&pool, 4096, 4096) != 0) return 3;
    memset(pool, 0, 4096);
    registration.ring_addr = (unsigned long)pool;
    if (io_uring_register_buf_ring(&ring, &registration, 0) != 0) return 4;
    give(pool);
    for (i = 0; i < 2; ++i) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 5;
        near_ends[i] = ends[0];
        far_ends[i] = ends[1];
        arm(&ring, i);
    }
    if (pthread_create(&peer, NULL, play_peer, NULL) != 0) return 6;
    while (over < 2) {
        unsigned head, seen = 0;
        if (io_uring_submit_and_wait(&ring, 1) < 0) return 7;
        io_uring_for_each_cqe(&ring, head, done) {
            ++seen;
            if (done->res < 0 && done->res != -ENOBUFS) return 8;
            if (done->flags & IORING_CQE_F_BUFFER) give(pool);
            if (done->res > 0) {
                bytes += (unsigned)done->res;
                sem_post(&heard);
            }
            if (done->res == -ENOBUFS) ++starved;
            if (done->res == 0) ++over;
            else if (!(done->flags & IORING_CQE_F_MORE)) arm(&ring, done->user_data);
        }
        io_uring_cq_advance(&ring, seen);
    }
    pthread_join(peer, NULL);
    if (bytes != 2 * rounds) return 9;
    printf("%u\n", starved);
    io_uring_queue_exit(&ring);
    return 0;
}
