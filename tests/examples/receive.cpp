// The example of README.md, complete: receives everything that arrives on one socket, through a
// pool of sixteen buffers, and prints how much it was.

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <ringproof/linux_kernel.hpp>
#include <ringproof/receiver.hpp>

namespace {

// [readme]
using namespace ringproof;

std::size_t receive_all(int socket) {
    linux_kernel kernel;
    auto ring = uring<linux_kernel>::create(kernel).value();
    auto pool = buffer_group<linux_kernel>::create(ring, group_id{0}, {.entries = 16}).value();
    receiver<linux_kernel> input(ring, pool, socket, user_data{1});
    std::size_t total = 0;
    for (input.arm().value(); !input.done();) {
        ring.submit_and_wait(1).value();
        for_each_completion(ring, pool, [&](const completion& done) {
            for (const std::span<std::byte> part : input.on(done).data) total += part.size();
        });  // here the buffers are back with the kernel
    }
    return total;
}
// [readme]

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): an error ends the example, and its name is told
int main() {
    linux_kernel kernel;
    if (auto ring = uring<linux_kernel>::create(kernel); !ring) {
        std::printf("skipped: no io_uring here: %s\n", ring.error().message().c_str());
        return 77;
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    constexpr std::string_view text = "what the kernel writes here, the application reads there\n";
    constexpr std::size_t rounds = 100;  // fits into the socket: nobody reads yet
    for (std::size_t i = 0; i < rounds; ++i) {
        if (::write(ends[1], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            return 1;
    }
    ::close(ends[1]);
    const std::size_t total = receive_all(ends[0]);
    std::printf("%zu bytes\n", total);
    return total == rounds * text.size() ? EXIT_SUCCESS : EXIT_FAILURE;
}
