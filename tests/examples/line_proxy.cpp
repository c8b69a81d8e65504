// line_proxy PORT UPSTREAM-PORT [CONNECTIONS]: passes clients' lines on. It is in line_proxy.hpp.

#include "tests/examples/line_proxy.hpp"

#include <ringproof/linux_kernel.hpp>

#include "tests/examples/command_line.hpp"

int main(int argc, char** argv) {
    using namespace ringproof;
    const examples::command_line given(argc, argv, 2, 3, "PORT UPSTREAM-PORT [CONNECTIONS]");
    const std::uint64_t port = given.number(1, 65535);
    const std::uint64_t behind = given.number(2, 65535);
    const std::uint64_t connections = given.number(3, UINT64_MAX);

    const auto upstream = examples::connect_to(behind);
    if (!upstream) return given.finish(std::unexpected(upstream.error()));
    const auto listener = examples::listen_at(port, SOCK_STREAM);
    if (!listener) return given.finish(std::unexpected(listener.error()));
    linux_kernel kernel;
    return given.finish(
        examples::line_proxy<linux_kernel>::serve(kernel, *listener, *upstream, {}, connections));
}
