/* Mistakes with buffer rings, one a run, by name, or a sudden end. */
#define _GNU_SOURCE
#include <liburing.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { entries = 4, size = 64, group = 3 };

static struct io_uring ring;
static struct io_uring_buf_ring* pool;
static char* memory;
static int ends[2];

static void give(int id, int at) {
    io_uring_buf_ring_add(pool, memory + id * size, size, (unsigned short)id,
                          io_uring_buf_ring_mask(entries), at);
}

static void fill(void) {
    int id;
    for (id = 0; id < entries; ++id) give(id, id);
    io_uring_buf_ring_advance(pool, entries);
}

static void arm(int multishot) {
    struct io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    if (multishot) {
        io_uring_prep_recv_multishot(sqe, ends[0], NULL, 0, 0);
    } else {
        io_uring_prep_recv(sqe, ends[0], NULL, 0, 0);
    }
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
    io_uring_submit(&ring);
}

static void say(const char* text) {
    if (write(ends[1], text, strlen(text)) < 0) exit(3);
}

static void take(unsigned count) {
    struct io_uring_cqe* done;
    while (count-- != 0) {
        if (io_uring_wait_cqe(&ring, &done) != 0) exit(4);
        io_uring_cqe_seen(&ring, done);
    }
}

int main(int count, char** arguments) {
    const char* what = count > 1 ? arguments[1] : "";
    struct io_uring_buf_reg registration = {.ring_entries = entries, .bgid = group};
    pool = strncmp(what, "freed", 5) == 0
        ? aligned_alloc(4096, 1 << 20)
        : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (pool == NULL) return 1;
    memset(pool, 0, 4096);
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    if (io_uring_queue_init(8, &ring, 0) != 0) return 2;
    registration.ring_addr = (unsigned long)pool;
    if (io_uring_register_buf_ring(&ring, &registration, 0) != 0) return 2;
    if (strcmp(what, "twice") == 0) {
        give(0, 0);
        give(0, 1);
        io_uring_buf_ring_advance(pool, 2);
        arm(0);
    } else if (strcmp(what, "too-many") == 0) {
        fill();
        io_uring_buf_ring_advance(pool, 2);
        arm(0);
    } else if (strcmp(what, "slot-0") == 0) {
        fill();
        arm(0);
        memset(&pool->bufs[0], 0, sizeof pool->bufs[0]);
        io_uring_submit(&ring);
        arm(0);
    } else if (strcmp(what, "unregistered") == 0) {
        fill();
        arm(0);
        io_uring_unregister_buf_ring(&ring, group);
        arm(0);
        say("x");
    } else if (strcmp(what, "unmapped") == 0) {
        fill();
        arm(0);
        munmap(memory, 4096);
    } else if (strcmp(what, "ring-unmapped") == 0) {
        fill();
        arm(0);
        munmap(pool, 4096);
        say("still there");
        take(1);
        puts(memory);
    } else if (strcmp(what, "freed") == 0) {
        fill();
        arm(0);
        free(pool);
        arm(0);
        say("x");
    } else if (strcmp(what, "freed-last") == 0) {
        fill();
        arm(0);
        free(pool);
    } else if (strcmp(what, "forgotten") == 0) {
        give(0, 0);
        io_uring_buf_ring_advance(pool, 1);
        arm(1);
        say("one");
        take(1);
        say("two");
        take(1);
    } else if (strcmp(what, "dies") == 0 && count > 2) {
        fill();
        arm(1);
        raise(strcmp(arguments[2], "SEGV") == 0       ? SIGSEGV
                  : strcmp(arguments[2], "KILL") == 0 ? SIGKILL
                                                      : SIGSYS);
    } else {
        fill();
        arm(1);
        say("fine");
        take(1);
        give(0, 0);
        io_uring_buf_ring_advance(pool, 1);
    }
    return 0;
}
