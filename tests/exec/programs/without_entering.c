/* Completions that come while the program is elsewhere: it only looks at the queue's tail, or waits
   for an eventfd; and waits that a time or a signal ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct io_uring ring;
static int ends[2];
static char data[64];

static void on_alarm(int number) { (void)number; }

static void begin(unsigned flags) {
    const int refused = io_uring_queue_init(8, &ring, flags);
    if (refused != 0) {
        printf("setup with %x: %d\n", flags, refused);
        _exit(1);
    }
}

static void receive(void) {
    struct io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    memset(data, 0, sizeof data);
    io_uring_prep_recv(sqe, ends[0], data, sizeof data, 0);
    if (io_uring_submit(&ring) != 1) _exit(2);
}

static void tell(const char* what) {
    struct io_uring_cqe* done;
    while (io_uring_peek_cqe(&ring, &done) == 0) {
        printf("%s: %d, %s\n", what, done->res, data);
        io_uring_cqe_seen(&ring, done);
    }
}

static void look_only(const char* what, unsigned flags) {
    begin(flags);
    receive();
    if (write(ends[1], "hello", 5) != 5) _exit(3);
    while (*(volatile unsigned*)ring.cq.ktail == *ring.cq.khead) {
        struct timespec moment = {0, 1000};
        nanosleep(&moment, NULL);
    }
    tell(what);
    io_uring_queue_exit(&ring);
}

static void hear_by_eventfd(void) {
    struct pollfd heard = {.fd = eventfd(0, 0), .events = POLLIN};
    eventfd_t count = 0;
    begin(0);
    printf("eventfd: %d\n", io_uring_register_eventfd(&ring, heard.fd));
    printf("twice: %d\n", io_uring_register_eventfd(&ring, heard.fd));
    receive();
    printf("nothing yet: %d\n", poll(&heard, 1, 0));
    if (write(ends[1], "event", 5) != 5) _exit(4);
    printf("heard: %d\n", poll(&heard, 1, -1));
    eventfd_read(heard.fd, &count);
    tell("by eventfd");
    printf("no more: %d\n", io_uring_unregister_eventfd(&ring));
    io_uring_queue_exit(&ring);
}

static void wait_for_time(unsigned flags) {
    struct __kernel_timespec limit = {0, 20 * 1000 * 1000};
    struct io_uring_cqe* done;
    begin(flags);
    printf("a wait of 20 ms: %d\n", io_uring_wait_cqe_timeout(&ring, &done, &limit));
    io_uring_prep_timeout(io_uring_get_sqe(&ring), &limit, 0, 0);
    printf("a timeout: %d\n", io_uring_submit_and_wait(&ring, 1));
    tell("timed");
    io_uring_queue_exit(&ring);
}

static void wait_for_signal(void) {
    const struct itimerval soon = {.it_value = {0, 20000}};
    struct sigaction action;
    struct io_uring_cqe* done;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    begin(0);
    receive();
    setitimer(ITIMER_REAL, &soon, NULL);
    printf("a wait and a signal: %d\n", io_uring_wait_cqe(&ring, &done));
    if (write(ends[1], "after", 5) != 5) _exit(5);
    printf("again: %d\n", io_uring_wait_cqe(&ring, &done));
    tell("after the signal");
    io_uring_queue_exit(&ring);
}

int main(void) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    look_only("default", 0);
    look_only("cooperating", IORING_SETUP_COOP_TASKRUN);
    look_only("polled", IORING_SETUP_SQPOLL);
    hear_by_eventfd();
    wait_for_time(0);
    wait_for_time(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    wait_for_signal();
    return 0;
}
