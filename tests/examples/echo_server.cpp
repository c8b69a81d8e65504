// echo_server PORT [CONNECTIONS]: says again what clients say. It is in echo_server.hpp.

#include "tests/examples/echo_server.hpp"

#include <ringproof/linux_kernel.hpp>

#include "tests/examples/command_line.hpp"

int main(int argc, char** argv) {
    using namespace ringproof;
    const examples::command_line given(argc, argv, 1, 2, "PORT [CONNECTIONS]");
    const std::uint64_t port = given.number(1, 65535);
    const std::uint64_t connections = given.number(2, UINT64_MAX);

    const auto listener = examples::listen_at(port, SOCK_STREAM);
    if (!listener) return given.finish(std::unexpected(listener.error()));
    linux_kernel kernel;
    return given.finish(
        examples::echo_server<linux_kernel>::serve(kernel, *listener, {}, connections));
}
