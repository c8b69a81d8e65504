// udp_sink PORT [MESSAGES]: writes what datagrams bring to standard output. It is in udp_sink.hpp.

#include "tests/examples/udp_sink.hpp"

#include <ringproof/linux_kernel.hpp>

#include "tests/examples/command_line.hpp"

int main(int argc, char** argv) {
    using namespace ringproof;
    const examples::command_line given(argc, argv, 1, 2, "PORT [MESSAGES]");
    const std::uint64_t port = given.number(1, 65535);
    const std::uint64_t messages = given.number(2, UINT64_MAX);

    const auto socket = examples::listen_at(port, SOCK_DGRAM);
    if (!socket) return given.finish(std::unexpected(socket.error()));
    const auto print = [](const message& one) {
        if (one.truncated()) std::fputs("udp_sink: a message was cut off\n", stderr);
        std::fwrite(one.payload.data(), 1, one.payload.size(), stdout);
        std::fflush(stdout);
    };
    linux_kernel kernel;
    return given.finish(examples::sink_datagrams(kernel, *socket, {}, messages, print));
}
