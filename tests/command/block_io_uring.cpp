// Runs a program as in a container that forbids io_uring: block_io_uring ERRNO PROGRAM
// [ARGUMENT...] A seccomp filter answers its three system calls with that errno (1: EPERM, 38:
// ENOSYS).

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: block_io_uring ERRNO PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    const auto answer = static_cast<unsigned>(std::atoi(argv[1])) & SECCOMP_RET_DATA;
    // io_uring_setup, io_uring_enter and io_uring_register are 425 to 427 on every architecture
    // of the kernel's common table.
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 425, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 427, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{sizeof filter / sizeof filter[0], filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::perror("block_io_uring: no seccomp filter");
        return 77;
    }
    ::execv(argv[2], argv + 2);
    std::perror(argv[2]);
    return 126;
}
