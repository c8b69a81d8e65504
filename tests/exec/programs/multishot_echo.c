/* One multishot receive with a provided-buffer ring; whatever arrives is sent back. The peer counts
   and compares. Prints what a second run has to print, too; with an argument, a rate instead. */
#include <liburing.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { group = 7, buffers = 16, buffer_size = 256, receive_data = 1, send_data = 2 };

static char memory[buffers][buffer_size];
static unsigned messages = 1000;

static unsigned size_of(unsigned number) { return 1 + number % 200; }

static void* play_peer(void* argument) {
    const int fd = *(int*)argument;
    unsigned char out[256], in[256];
    unsigned number;
    for (number = 0; number < messages; ++number) {
        const unsigned size = size_of(number);
        unsigned got = 0;
        memset(out, (int)(number & 0xff), size);
        if (write(fd, out, size) != (ssize_t)size) exit(10);
        while (got < size) {
            const ssize_t part = read(fd, in + got, size - got);
            if (part <= 0) exit(11);
            got += (unsigned)part;
        }
        if (memcmp(in, out, size) != 0) exit(12);
    }
    shutdown(fd, SHUT_WR);
    return NULL;
}

static void give(struct io_uring_buf_ring* ring, int id) {
    io_uring_buf_ring_add(ring, memory[id], buffer_size, (unsigned short)id,
                          io_uring_buf_ring_mask(buffers), 0);
    io_uring_buf_ring_advance(ring, 1);
}

static void arm(struct io_uring* ring, int fd) {
    struct io_uring_sqe* sqe = io_uring_get_sqe(ring);
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
    sqe->user_data = receive_data;
}

int main(int count, char** arguments) {
    struct io_uring ring;
    struct io_uring_buf_ring* pool;
    struct io_uring_buf_reg registration = {0};
    struct io_uring_cqe* done;
    struct timespec start, end;
    pthread_t peer;
    int ends[2], id, over = 0;
    unsigned long bytes = 0, completions = 0;
    const unsigned flags = count > 2 ? (unsigned)strtoul(arguments[2], NULL, 0) : 0;
    if (count > 1) messages = (unsigned)atoi(arguments[1]);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    if (io_uring_queue_init(64, &ring, flags) != 0) return 2;
    if (posix_memalign((void**)&pool, 4096, 4096) != 0) return 3;
    memset(pool, 0, 4096);
    registration.ring_addr = (unsigned long)pool;
    registration.ring_entries = buffers;
    registration.bgid = group;
    if (io_uring_register_buf_ring(&ring, &registration, 0) != 0) return 4;
    for (id = 0; id < buffers; ++id) give(pool, id);
    arm(&ring, ends[0]);
    clock_gettime(CLOCK_MONOTONIC, &start);
    pthread_create(&peer, NULL, play_peer, &ends[1]);
    while (!over) {
        unsigned head, seen = 0;
        if (io_uring_submit_and_wait(&ring, 1) < 0) return 5;
        io_uring_for_each_cqe(&ring, head, done) {
            ++seen;
            if (done->user_data == send_data) {
                if (done->res < 0) return 6;
                continue;
            }
            ++completions;
            if (done->res < 0) return 7;
            if (done->flags & IORING_CQE_F_BUFFER) {
                const int used = (int)(done->flags >> IORING_CQE_BUFFER_SHIFT);
                if (send(ends[0], memory[used], (size_t)done->res, 0) != done->res) return 8;
                bytes += (unsigned long)done->res;
                give(pool, used);
            }
            if (done->res == 0) over = 1;
            else if (!(done->flags & IORING_CQE_F_MORE)) arm(&ring, ends[0]);
        }
        io_uring_cq_advance(&ring, seen);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    pthread_join(peer, NULL);
    if (count > 1) {
        const double seconds = (double)(end.tv_sec - start.tv_sec) +
            (double)(end.tv_nsec - start.tv_nsec) / 1e9;
        fprintf(stderr, "%.0f completions a second\n", (double)completions / seconds);
    }
    printf("bytes %lu\n", bytes);
    io_uring_queue_exit(&ring);
    return 0;
}
