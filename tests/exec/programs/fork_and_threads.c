/* A ring in use while the program forks; the child makes one of its own. Threads with a ring each,
   and threads that share one under a lock. Blocks all signals, as many programs do. */
#define _GNU_SOURCE
#include <liburing.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { threads = 4, rounds = 500 };

static struct io_uring shared;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void say_hello(struct io_uring* ring, int from, int to, int status) {
    char data[8] = {0};
    struct io_uring_cqe* done;
    io_uring_prep_recv(io_uring_get_sqe(ring), from, data, sizeof data, 0);
    if (io_uring_submit(ring) != 1) exit(status);
    if (write(to, "hello", 5) != 5) exit(status + 1);
    if (io_uring_wait_cqe(ring, &done) != 0 || done->res != 5) exit(status + 2);
    if (memcmp(data, "hello", 5) != 0) exit(status + 3);
    io_uring_cqe_seen(ring, done);
}

static void* own_ring(void* unused) {
    struct io_uring ring;
    int ends[2], round;
    (void)unused;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) exit(10);
    if (io_uring_queue_init(8, &ring, 0) != 0) exit(11);
    for (round = 0; round < rounds; ++round) say_hello(&ring, ends[0], ends[1], 20);
    io_uring_queue_exit(&ring);
    close(ends[0]);
    close(ends[1]);
    return NULL;
}

static void* shared_ring(void* unused) {
    int ends[2], round;
    (void)unused;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) exit(30);
    for (round = 0; round < rounds; ++round) {
        pthread_mutex_lock(&lock);
        say_hello(&shared, ends[0], ends[1], 40);
        pthread_mutex_unlock(&lock);
    }
    close(ends[0]);
    close(ends[1]);
    return NULL;
}

static void run(void* (*body)(void*)) {
    pthread_t all[threads];
    int i;
    for (i = 0; i < threads; ++i) pthread_create(&all[i], NULL, body, NULL);
    for (i = 0; i < threads; ++i) pthread_join(all[i], NULL);
}

int main(void) {
    struct io_uring_cqe* done;
    char data[8] = {0};
    sigset_t all;
    int ends[2], status = 0;
    pid_t child;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    if (io_uring_queue_init(8, &shared, 0) != 0) return 2;
    io_uring_prep_recv(io_uring_get_sqe(&shared), ends[0], data, sizeof data, 0);
    if (io_uring_submit(&shared) != 1) return 3;
    child = fork();
    if (child == 0) {
        own_ring(NULL);
        _exit(17);
    }
    if (waitpid(child, &status, 0) != child) return 4;
    printf("child: %d\n", WEXITSTATUS(status));
    if (write(ends[1], "parent", 6) != 6) return 5;
    if (io_uring_wait_cqe(&shared, &done) != 0) return 6;
    printf("parent: %d %s\n", done->res, data);
    io_uring_cqe_seen(&shared, done);
    run(own_ring);
    run(shared_ring);
    printf("threads: done\n");
    io_uring_queue_exit(&shared);
    return 0;
}
