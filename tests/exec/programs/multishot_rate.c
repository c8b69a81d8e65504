/* How many completions of one multishot receive a second, over a socket pair, in one thread: much
   is sent at once, and received buffer by buffer. */
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { entries = 512, size = 64 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char** arguments) {
    const int wanted = count > 1 ? atoi(arguments[1]) : 200000;
    static char out[entries * size], memory[entries * size];
    struct io_uring_buf_reg registration = {.ring_entries = entries, .bgid = 1};
    struct io_uring_buf_ring* pool;
    struct io_uring ring;
    struct io_uring_sqe* sqe;
    double start;
    int ends[2], seen = 0, id;
    if (io_uring_queue_init(2 * entries, &ring, 0) != 0) return 1;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 2;
    pool = mmap(NULL, entries * sizeof *pool->bufs, PROT_READ | PROT_WRITE,
                MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    registration.ring_addr = (unsigned long)pool;
    if (io_uring_register_buf_ring(&ring, &registration, 0) != 0) return 3;
    for (id = 0; id < entries; ++id) {
        io_uring_buf_ring_add(pool, memory + id * size, size, (unsigned short)id,
                              io_uring_buf_ring_mask(entries), id);
    }
    io_uring_buf_ring_advance(pool, entries);
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv_multishot(sqe, ends[0], NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 1;
    io_uring_submit(&ring);
    start = now();
    while (seen < wanted) {
        struct io_uring_cqe* done;
        unsigned head, taken = 0;
        if (write(ends[1], out, sizeof out / 2) != sizeof out / 2) return 4;
        while (taken < entries / 2) {
            unsigned fresh = 0;
            if (io_uring_wait_cqe(&ring, &done) != 0) return 5;
            io_uring_for_each_cqe(&ring, head, done) {
                if (done->res != size || !(done->flags & IORING_CQE_F_MORE)) return 6;
                id = (int)(done->flags >> IORING_CQE_BUFFER_SHIFT);
                io_uring_buf_ring_add(pool, memory + id * size, size, (unsigned short)id,
                                      io_uring_buf_ring_mask(entries), (int)fresh++);
            }
            io_uring_cq_advance(&ring, fresh);
            io_uring_buf_ring_advance(pool, (int)fresh);
            taken += fresh;
        }
        seen += (int)taken;
    }
    printf("%.0f\n", seen / (now() - start));
    io_uring_queue_exit(&ring);
    return 0;
}
