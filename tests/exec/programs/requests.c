/* Each kind of request and registration once or twice; prints every answer. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct io_uring ring;
static struct __kernel_timespec soon = {0, 10 * 1000 * 1000}, never = {1000, 0};

static void begin(unsigned entries, unsigned flags) {
    const int refused = io_uring_queue_init(entries, &ring, flags);
    if (refused != 0) {
        printf("setup with %x: %d\n", flags, refused);
        exit(1);
    }
}

static struct io_uring_sqe* next(unsigned long long data, unsigned flags) {
    struct io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    if (sqe == NULL) exit(2);
    memset(sqe, 0, sizeof *sqe);
    sqe->user_data = data; /* and once more behind io_uring_prep_...(), which clears it */
    sqe->flags = (unsigned char)flags;
    return sqe;
}

static struct io_uring_sqe* tagged(struct io_uring_sqe* sqe, unsigned long long data,
                                   unsigned flags) {
    sqe->user_data = data;
    sqe->flags |= (unsigned char)flags;
    return sqe;
}

/* What the library of some versions does not export. */
static int reg(unsigned opcode, void* argument, unsigned count) {
    const long answer = syscall(SYS_io_uring_register, ring.ring_fd, opcode, argument, count);
    return answer < 0 ? -errno : (int)answer;
}

/* Waits for so many completions and tells them by their number. */
static void tell(const char* what, unsigned count) {
    struct io_uring_cqe* done;
    int results[16] = {0};
    unsigned flags[16] = {0}, seen[16] = {0}, i;
    if (io_uring_submit(&ring) < 0) exit(3);
    for (i = 0; i < count; ++i) {
        if (io_uring_wait_cqe(&ring, &done) != 0) exit(4);
        results[done->user_data % 16] = done->res;
        flags[done->user_data % 16] = done->flags;
        ++seen[done->user_data % 16];
        io_uring_cqe_seen(&ring, done);
    }
    printf("%s:", what);
    for (i = 0; i < 16; ++i) {
        if (seen[i] != 0) printf(" %u: %d/%x x%u", i, results[i], flags[i], seen[i]);
    }
    printf("\n");
}

static void polls(void) {
    int ends[2];
    char byte = 'x';
    struct io_uring_sqe* sqe;
    if (pipe(ends) != 0) exit(5);
    io_uring_prep_poll_add(sqe = next(1, 0), ends[1], POLLOUT);
    tagged(sqe, 1, 0);
    tell("poll of what is ready", 1);
    io_uring_prep_poll_add(sqe = next(1, 0), ends[0], POLLIN);
    tagged(sqe, 1, 0);
    io_uring_submit(&ring);
    if (write(ends[1], &byte, 1) != 1) exit(6);
    tell("poll of a pipe", 1);
    if (read(ends[0], &byte, 1) != 1) exit(6);
    io_uring_prep_poll_multishot(sqe = next(1, 0), ends[0], POLLIN);
    tagged(sqe, 1, 0);
    io_uring_submit(&ring);
    if (write(ends[1], &byte, 1) != 1) exit(6);
    tell("multishot poll", 1);
    if (read(ends[0], &byte, 1) != 1) exit(6);
    if (write(ends[1], &byte, 1) != 1) exit(6);
    tell("again", 1);
    io_uring_prep_poll_update(sqe = next(2, 0), 1, 3, 0, IORING_POLL_UPDATE_USER_DATA);
    tagged(sqe, 2, 0);
    tell("an update, and what it finds", 2);
    io_uring_prep_poll_remove(sqe = next(2, 0), 3);
    tagged(sqe, 2, 0);
    tell("removed", 2);
    io_uring_prep_poll_remove(sqe = next(2, 0), 3);
    tagged(sqe, 2, 0);
    tell("once more", 1);
    close(ends[1]);
    io_uring_prep_poll_add(sqe = next(1, 0), ends[0], POLLIN);
    tagged(sqe, 1, 0);
    tell("poll of a pipe's end", 1);
    close(ends[0]);
}

static void timers(void) {
    struct io_uring_sqe* sqe;
    int ends[2];
    char data[8];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) exit(7);
    io_uring_prep_timeout(sqe = next(1, 0), &never, 0, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_timeout_remove(sqe = next(2, 0), 1, 0);
    tagged(sqe, 2, 0);
    tell("a timeout removed", 2);
    io_uring_prep_timeout_remove(sqe = next(2, 0), 77, 0);
    tagged(sqe, 2, 0);
    tell("none to remove", 1);
    io_uring_prep_timeout(sqe = next(1, 0), &never, 0, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_timeout_update(sqe = next(2, 0), &soon, 1, 0);
    tagged(sqe, 2, 0);
    tell("a timeout brought forward", 2);
    io_uring_prep_recv(sqe = next(1, 0), ends[0], data, sizeof data, 0);
    tagged(sqe, 1, IOSQE_IO_LINK);
    io_uring_prep_link_timeout(sqe = next(2, 0), &soon, 0);
    tagged(sqe, 2, 0);
    tell("a receive that takes too long", 2);
    io_uring_prep_recv(sqe = next(1, 0), ends[0], data, sizeof data, 0);
    tagged(sqe, 1, IOSQE_IO_LINK);
    io_uring_prep_link_timeout(sqe = next(2, 0), &never, 0);
    tagged(sqe, 2, IOSQE_IO_LINK);
    io_uring_prep_nop(sqe = next(3, 0));
    tagged(sqe, 3, 0);
    io_uring_submit(&ring);
    if (write(ends[1], "data", 4) != 4) exit(8);
    tell("one in time, and what follows", 3);
    io_uring_prep_link_timeout(sqe = next(2, 0), &soon, 0);
    tagged(sqe, 2, 0);
    tell("a limit of nothing", 1);
    close(ends[0]);
    close(ends[1]);
}

static void cancels(void) {
    struct io_uring_sqe* sqe;
    int ends[2], other[2];
    char data[8];
    if (pipe(ends) != 0 || pipe(other) != 0) exit(9);
    io_uring_prep_read(sqe = next(1, 0), ends[0], data, sizeof data, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_cancel64(sqe = next(2, 0), 1, 0);
    tagged(sqe, 2, 0);
    tell("cancelled by user data", 2);
    io_uring_prep_cancel64(sqe = next(2, 0), 1, 0);
    tagged(sqe, 2, 0);
    tell("nothing to cancel", 1);
    io_uring_prep_read(sqe = next(1, 0), ends[0], data, sizeof data, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_read(sqe = next(3, 0), other[0], data, sizeof data, 0);
    tagged(sqe, 3, 0);
    io_uring_prep_cancel_fd(sqe = next(2, 0), ends[0], IORING_ASYNC_CANCEL_ALL);
    tagged(sqe, 2, 0);
    tell("by descriptor", 2);
    io_uring_prep_cancel(sqe = next(2, 0), NULL, IORING_ASYNC_CANCEL_ANY);
    tagged(sqe, 2, 0);
    tell("any", 2);
    close(ends[0]);
    close(ends[1]);
    close(other[0]);
    close(other[1]);
}

static void chains(void) {
    struct io_uring_sqe* sqe;
    io_uring_prep_nop(sqe = next(1, 0));
    tagged(sqe, 1, IOSQE_IO_LINK);
    io_uring_prep_close(sqe = next(2, 0), 999);
    tagged(sqe, 2, IOSQE_IO_LINK);
    io_uring_prep_nop(sqe = next(3, 0));
    tagged(sqe, 3, 0);
    tell("a link breaks", 3);
    io_uring_prep_close(sqe = next(1, 0), 999);
    tagged(sqe, 1, IOSQE_IO_HARDLINK);
    io_uring_prep_nop(sqe = next(2, 0));
    tagged(sqe, 2, 0);
    tell("a hard one does not", 2);
    io_uring_prep_timeout(sqe = next(1, 0), &soon, 0, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_nop(sqe = next(2, 0));
    tagged(sqe, 2, IOSQE_IO_DRAIN);
    tell("a drain", 2);
}

static void connections(void) {
    struct sockaddr_in address = {.sin_family = AF_INET}, peer;
    socklen_t size = sizeof address, peer_size = sizeof peer;
    struct io_uring_sqe* sqe;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client, server;
    struct iovec part = {"message", 7};
    char in[16] = "", control[64];
    struct iovec room = {in, sizeof in};
    struct msghdr out = {.msg_iov = &part, .msg_iovlen = 1};
    struct msghdr got = {.msg_iov = &room, .msg_iovlen = 1, .msg_control = control,
                         .msg_controllen = sizeof control};
    struct io_uring_cqe* done;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 8) != 0) exit(10);
    getsockname(listener, (struct sockaddr*)&address, &size);
    io_uring_prep_rw(IORING_OP_SOCKET, sqe = next(1, 0), AF_INET, NULL, 0, SOCK_STREAM);
    tagged(sqe, 1, 0);
    if (io_uring_submit_and_wait(&ring, 1) != 1 || io_uring_peek_cqe(&ring, &done) != 0) exit(11);
    client = done->res;
    printf("socket: %s\n", client >= 0 ? "a descriptor" : strerror(-client));
    io_uring_cqe_seen(&ring, done);
    io_uring_prep_connect(sqe = next(1, 0), client, (struct sockaddr*)&address, size);
    tagged(sqe, 1, 0);
    tell("connect", 1);
    io_uring_prep_accept(sqe = next(1, 0), listener, (struct sockaddr*)&peer, &peer_size, 0);
    tagged(sqe, 1, 0);
    if (io_uring_submit_and_wait(&ring, 1) != 1 || io_uring_peek_cqe(&ring, &done) != 0) exit(12);
    server = done->res;
    printf("accept: %s from %s\n", server >= 0 ? "a descriptor" : strerror(-server),
           inet_ntoa(peer.sin_addr));
    io_uring_cqe_seen(&ring, done);
    io_uring_prep_sendmsg(sqe = next(1, 0), client, &out, 0);
    tagged(sqe, 1, 0);
    io_uring_prep_recvmsg(sqe = next(2, 0), server, &got, 0);
    tagged(sqe, 2, 0);
    tell("sendmsg and recvmsg", 2);
    printf("%s, control of %zu\n", in, (size_t)got.msg_controllen);
    close(listener);
    io_uring_prep_connect(sqe = next(1, 0), client, (struct sockaddr*)&address, size);
    tagged(sqe, 1, 0);
    tell("connect twice", 1);
    close(client);
    client = socket(AF_INET, SOCK_STREAM, 0);
    io_uring_prep_connect(sqe = next(1, 0), client, (struct sockaddr*)&address, size);
    tagged(sqe, 1, 0);
    tell("connect to nobody", 1);
    close(client);
    close(server);
}

static void files(void) {
    char name[] = "/tmp/ringproof-XXXXXX", data[16] = "0123456789";
    const int dir = mkdtemp(name) == NULL ? -1 : open(name, O_DIRECTORY | O_RDONLY);
    int table[4] = {-1, -1, -1, -1}, one;
    struct iovec whole = {data, sizeof data};
    struct statx seen;
    struct io_uring_sqe* sqe;
    printf("files: %d\n", io_uring_register_files(&ring, table, 4));
    io_uring_prep_openat_direct(sqe = next(1, 0), dir, "a", O_CREAT | O_RDWR, 0600, 1);
    tagged(sqe, 1, IOSQE_IO_LINK);
    io_uring_prep_write(sqe = next(2, 0), 1, data, 10, 0);
    tagged(sqe, 2, IOSQE_FIXED_FILE | IOSQE_IO_LINK);
    io_uring_prep_fsync(sqe = next(3, 0), 1, IORING_FSYNC_DATASYNC);
    tagged(sqe, 3, IOSQE_FIXED_FILE);
    tell("opened into a slot, written, synchronised", 3);
    io_uring_prep_statx(sqe = next(1, 0), dir, "a", 0, STATX_SIZE, &seen);
    tagged(sqe, 1, 0);
    tell("statx", 1);
    printf("size %llu\n", (unsigned long long)seen.stx_size);
    printf("buffers: %d\n", io_uring_register_buffers(&ring, &whole, 1));
    io_uring_prep_read_fixed(sqe = next(1, 0), 1, data, 5, 5, 0);
    tagged(sqe, 1, IOSQE_FIXED_FILE);
    tell("read into a registered buffer", 1);
    printf("%.5s\n", data);
    io_uring_prep_read_fixed(sqe = next(1, 0), 1, data, 17, 0, 0);
    tagged(sqe, 1, IOSQE_FIXED_FILE);
    tell("beyond it", 1);
    printf("buffers again: %d\n", io_uring_register_buffers(&ring, &whole, 1));
    printf("no buffers: %d\n", io_uring_unregister_buffers(&ring));
    one = dir;
    io_uring_prep_files_update(sqe = next(1, 0), &one, 1, 3);
    tagged(sqe, 1, 0);
    tell("files_update", 1);
    io_uring_prep_close_direct(sqe = next(1, 0), 1);
    tagged(sqe, 1, 0);
    tell("close of a slot", 1);
    io_uring_prep_renameat(sqe = next(1, 0), dir, "a", dir, "b", 0);
    tagged(sqe, 1, IOSQE_IO_LINK);
    io_uring_prep_unlinkat(sqe = next(2, 0), dir, "b", 0);
    tagged(sqe, 2, 0);
    tell("renamed and removed", 2);
    printf("no files: %d\n", io_uring_unregister_files(&ring));
    close(dir);
    rmdir(name);
}

static void messages(void) {
    struct io_uring other;
    struct io_uring_cqe* done;
    struct io_uring_sqe* sqe;
    if (io_uring_queue_init(4, &other, 0) != 0) exit(13);
    io_uring_prep_msg_ring(sqe = next(1, 0), other.ring_fd, 42, 7, 0);
    tagged(sqe, 1, 0);
    tell("a message", 1);
    if (io_uring_wait_cqe(&other, &done) != 0) exit(14);
    printf("it says %d and %llu\n", done->res, (unsigned long long)done->user_data);
    io_uring_cqe_seen(&other, done);
    io_uring_queue_exit(&other);
}

static void limits(void) {
    unsigned workers[2] = {3, 4};
    struct io_uring_restriction only[2];
    struct io_uring_sqe* sqe;
    printf("limits: %d\n", io_uring_register_iowq_max_workers(&ring, workers));
    workers[0] = workers[1] = 0;
    printf("limits: %d", io_uring_register_iowq_max_workers(&ring, workers));
    printf(" and were %u %u\n", workers[0], workers[1]);
    io_uring_queue_exit(&ring);
    begin(8, IORING_SETUP_R_DISABLED);
    memset(only, 0, sizeof only);
    only[0].opcode = IORING_RESTRICTION_SQE_OP;
    only[0].sqe_op = IORING_OP_NOP;
    only[1].opcode = IORING_RESTRICTION_REGISTER_OP;
    only[1].register_op = IORING_REGISTER_PROBE;
    printf("restrictions: %d\n", reg(IORING_REGISTER_RESTRICTIONS, only, 2));
    printf("enabled: %d\n", reg(IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    io_uring_prep_nop(sqe = next(1, 0));
    tagged(sqe, 1, 0);
    tell("allowed", 1);
    io_uring_prep_timeout(sqe = next(1, 0), &soon, 0, 0);
    tagged(sqe, 1, 0);
    tell("not allowed", 1);
    printf("files are not: %d\n", io_uring_register_files_sparse(&ring, 4));
    io_uring_queue_exit(&ring);
}

static void layouts(void) {
    static const unsigned flags[] = {IORING_SETUP_SQE128, IORING_SETUP_CQE32,
                                     IORING_SETUP_SQE128 | IORING_SETUP_CQE32};
    unsigned i, round;
    for (i = 0; i < sizeof flags / sizeof *flags; ++i) {
        begin(4, flags[i]);
        for (round = 0; round < 3; ++round) { /* past the ends of both queues */
            unsigned each;
            for (each = 0; each < 4; ++each) {
                struct io_uring_sqe* sqe;
                io_uring_prep_nop(sqe = next(0, 0));
                tagged(sqe, each + 4 * round, 0);
            }
            tell(i == 0 ? "long entries" : i == 1 ? "long completions" : "both long", 4);
        }
        io_uring_queue_exit(&ring);
    }
}

int main(void) {
    begin(16, 0);
    polls();
    timers();
    cancels();
    chains();
    connections();
    files();
    messages();
    limits();
    layouts();
    return 0;
}
