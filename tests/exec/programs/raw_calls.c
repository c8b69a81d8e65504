/* io_uring by plain system calls, with the completion queue mapped by an offset of its own, as old
   programs do; and pointers that lead nowhere. Prints every answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int fd;
static unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe* sqes;
static struct io_uring_cqe* cqes;
static void* const nowhere = (void*)0x7000;

static int answer(long result) { return result < 0 ? -errno : (int)result; }

static int enter(unsigned submit, unsigned wait, unsigned flags, void* argument, size_t size) {
    return answer(syscall(SYS_io_uring_enter, fd, submit, wait, flags, argument, size));
}

static void* map(size_t size, unsigned long offset) {
    void* at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                    (off_t)offset);
    if (at == MAP_FAILED) {
        printf("mmap of %lx: %d\n", offset, errno);
        _exit(1);
    }
    return at;
}

static void set_up(void) {
    struct io_uring_params params;
    char *sq, *cq;
    memset(&params, 0, sizeof params);
    fd = answer(syscall(SYS_io_uring_setup, 8, &params));
    if (fd < 0) {
        printf("setup: %d\n", fd);
        _exit(1);
    }
    sq = map(params.sq_off.array + params.sq_entries * 4, IORING_OFF_SQ_RING);
    cq = map(params.cq_off.cqes + params.cq_entries * sizeof *cqes, IORING_OFF_CQ_RING);
    sqes = map(params.sq_entries * sizeof *sqes, IORING_OFF_SQES);
    sq_tail = (unsigned*)(sq + params.sq_off.tail);
    sq_mask = (unsigned*)(sq + params.sq_off.ring_mask);
    sq_array = (unsigned*)(sq + params.sq_off.array);
    cq_head = (unsigned*)(cq + params.cq_off.head);
    cq_tail = (unsigned*)(cq + params.cq_off.tail);
    cq_mask = (unsigned*)(cq + params.cq_off.ring_mask);
    cqes = (struct io_uring_cqe*)(cq + params.cq_off.cqes);
    printf("entries %u and %u\n", params.sq_entries, params.cq_entries);
}

static void tell(const char* what) {
    while (*cq_head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE)) {
        const struct io_uring_cqe* done = &cqes[*cq_head & *cq_mask];
        printf("%s: completion %llu, result %d, flags %x\n", what,
               (unsigned long long)done->user_data, done->res, done->flags);
        __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
    }
}

static void request(const char* what, int opcode, int file, void* address, unsigned size,
                    unsigned long long offset) {
    static unsigned long long number = 0;
    const unsigned tail = *sq_tail;
    struct io_uring_sqe* sqe = &sqes[tail & *sq_mask];
    int submitted;
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = (unsigned char)opcode;
    sqe->fd = file;
    sqe->addr = (unsigned long)address;
    sqe->len = size;
    sqe->off = offset;
    sqe->user_data = ++number;
    sq_array[tail & *sq_mask] = tail & *sq_mask;
    __atomic_store_n(sq_tail, tail + 1, __ATOMIC_RELEASE);
    submitted = enter(1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
    if (submitted != 1) printf("%s: enter %d\n", what, submitted);
    tell(what);
}

int main(void) {
    char out[6000], in[6000];
    struct iovec parts[2] = {{in, 100}, {in + 100, 5900}};
    int channel[2], ends[2];
    const int file = memfd_create("file", 0);
    memset(out, 'r', sizeof out);
    set_up();
    request("nop", IORING_OP_NOP, -1, NULL, 0, 0);
    if (pipe(channel) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 2;
    request("write to a pipe", IORING_OP_WRITE, channel[1], out, sizeof out, 0);
    request("read from a pipe", IORING_OP_READ, channel[0], in, 100, 0);
    request("the rest", IORING_OP_READ, channel[0], in + 100, sizeof in, 0);
    printf("bytes %s\n", memcmp(in, out, sizeof in) == 0 ? "equal" : "differ");
    request("write to a file", IORING_OP_WRITE, file, out, sizeof out, 1000);
    request("readv from it", IORING_OP_READV, file, parts, 2, 1000);
    request("behind its end", IORING_OP_READ, file, in, 10, 1 << 20);
    request("send", IORING_OP_SEND, ends[0], out, 500, 0);
    request("recv", IORING_OP_RECV, ends[1], in, sizeof in, 0);
    request("shutdown", IORING_OP_SHUTDOWN, ends[0], NULL, SHUT_WR, 0);
    request("recv at the end", IORING_OP_RECV, ends[1], in, sizeof in, 0);
    request("recv on a file", IORING_OP_RECV, file, in, 10, 0);
    request("read of a closed number", IORING_OP_READ, 999, in, 10, 0);
    request("opcode 250", 250, -1, NULL, 0, 0);
    request("readv with vectors nowhere", IORING_OP_READV, file, nowhere, 2, 0);
    request("write from nowhere", IORING_OP_WRITE, file, nowhere, 10, 0);
    (void)!write(ends[1], "data", 4);
    request("recv to nowhere", IORING_OP_RECV, ends[0], nowhere, 10, 0);
    request("close", IORING_OP_CLOSE, channel[0], NULL, 0, 0);
    request("close again", IORING_OP_CLOSE, channel[0], NULL, 0, 0);

    printf("setup nowhere: %d\n", answer(syscall(SYS_io_uring_setup, 8, nowhere)));
    printf("setup without entries: %d\n", answer(syscall(SYS_io_uring_setup, 0, in)));
    printf("register nowhere: %d\n",
           answer(syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, nowhere, 4)));
    printf("register with a bad opcode: %d\n",
           answer(syscall(SYS_io_uring_register, fd, 999, NULL, 0)));
    printf("wait with an argument nowhere: %d\n",
           enter(0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, nowhere, 24));
    printf("enter a pipe: %d\n", answer(syscall(SYS_io_uring_enter, channel[1], 0, 0, 0, NULL, 0)));
    printf("enter nothing: %d\n", answer(syscall(SYS_io_uring_enter, 999, 0, 0, 0, NULL, 0)));
    printf("flags of no meaning: %d\n", enter(0, 0, 1U << 30, NULL, 0));
    close(fd);
    printf("after close: %d\n", enter(0, 0, 0, NULL, 0));
    return 42;
}
