/* How many round trips of one NOP a second: a submission, a completion, an io_uring_enter. */
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char** arguments) {
    const int trips = count > 1 ? atoi(arguments[1]) : 200000;
    struct io_uring ring;
    struct io_uring_cqe* done;
    double start;
    int i;
    if (io_uring_queue_init(8, &ring, 0) != 0) return 1;
    start = now();
    for (i = 0; i < trips; ++i) {
        io_uring_prep_nop(io_uring_get_sqe(&ring));
        if (io_uring_submit_and_wait(&ring, 1) != 1) return 2;
        if (io_uring_peek_cqe(&ring, &done) != 0 || done->res != 0) return 3;
        io_uring_cqe_seen(&ring, done);
    }
    printf("%.0f\n", trips / (now() - start));
    io_uring_queue_exit(&ring);
    return 0;
}
