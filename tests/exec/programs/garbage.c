/* Requests, registrations and calls whose every pointer leads nowhere and whose other fields are
   random. Nobody may die of it; a kernel says EFAULT or EINVAL. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned long nowhere[] = {0,          1,
                                        0x7000,     0x7fffffffe000,
                                        0x7ffffffff000, 0x800000000000,
                                        1UL << 63,  0xffff800000000000,
                                        ~0UL - 4095, ~0UL};
static unsigned seed = 1;

static unsigned long pointer(void) {
    return nowhere[(unsigned)rand_r(&seed) % (sizeof nowhere / sizeof *nowhere)];
}

static unsigned small(void) {
    static const unsigned values[] = {0, 1, 2, 16, 64, 4096, 65536, 0x7fffffff, ~0U};
    return values[(unsigned)rand_r(&seed) % (sizeof values / sizeof *values)];
}

static long call(long number, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
                 unsigned long e) {
    const long answer = syscall(number, a, b, c, d, e, small());
    return answer < 0 ? -errno : answer;
}

int main(int count, char** arguments) {
    const int rounds = count > 1 ? atoi(arguments[1]) : 20000;
    struct io_uring_params params;
    struct io_uring_sqe* sqes;
    unsigned *tail, *head, *array;
    char* rings;
    int ends[2], fds[3], fd, i;
    if (pipe(ends) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return 1;
    fds[2] = ends[0];
    memset(&params, 0, sizeof params);
    params.flags = IORING_SETUP_SUBMIT_ALL;
    fd = (int)call(SYS_io_uring_setup, 8, (unsigned long)&params, 0, 0, 0);
    if (fd < 0) return 2;
    rings = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
                 MAP_SHARED, fd, IORING_OFF_SQ_RING);
    sqes = mmap(NULL, params.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                IORING_OFF_SQES);
    if (rings == MAP_FAILED || sqes == MAP_FAILED) return 3;
    tail = (unsigned*)(rings + params.sq_off.tail);
    head = (unsigned*)(rings + params.cq_off.head);
    array = (unsigned*)(rings + params.sq_off.array);
    for (i = 0; i < rounds; ++i) {
        const unsigned at = *tail & (params.sq_entries - 1);
        struct io_uring_sqe* sqe = &sqes[at];
        memset(sqe, 0, sizeof *sqe);
        do {
            sqe->opcode = (unsigned char)(rand_r(&seed) % 70);
        } while (sqe->opcode == IORING_OP_CLOSE); /* it would take the ring away */
        sqe->flags = (unsigned char)(rand_r(&seed) % 4 == 0 ? rand_r(&seed) : 0);
        sqe->ioprio = (unsigned short)(rand_r(&seed) % 4 == 0 ? rand_r(&seed) : 0);
        sqe->fd = fds[rand_r(&seed) % 3];
        sqe->addr = pointer();
        sqe->off = rand_r(&seed) % 2 ? pointer() : 0;
        sqe->len = small();
        sqe->rw_flags = rand_r(&seed) % 4 == 0 ? (int)small() : 0;
        sqe->buf_index = (unsigned short)(rand_r(&seed) % 4);
        sqe->file_index = rand_r(&seed) % 8 == 0 ? small() : 0;
        sqe->user_data = (unsigned long)i;
        array[at] = at;
        __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
        call(SYS_io_uring_enter, (unsigned long)fd, 1, 0, 0, 0);
        *head = *(unsigned*)(rings + params.cq_off.tail);
        if (i % 4 == 0) {
            unsigned opcode = (unsigned)rand_r(&seed) % 40;
            if (opcode == IORING_REGISTER_RESTRICTIONS) opcode = IORING_REGISTER_PROBE;
            call(SYS_io_uring_register, (unsigned long)fd, opcode, pointer(), small(), 0);
        }
        if (i % 64 == 0) {
            call(SYS_io_uring_setup, small(), pointer(), 0, 0, 0);
            call(SYS_io_uring_enter, (unsigned long)fd, 0, 0, IORING_ENTER_GETEVENTS | 8,
                 pointer());
            call(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, (unsigned long)fd);
        }
    }
    puts("nobody died");
    return 0;
}
