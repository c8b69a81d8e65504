// ring_cat [FILE]: writes a file, a pipe or its standard input to its standard output. It is in
// ring_cat.hpp.

#include "tests/examples/ring_cat.hpp"

#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <ringproof/linux_kernel.hpp>

#include "tests/examples/command_line.hpp"

int main(int argc, char** argv) {
    using namespace ringproof;
    const examples::command_line given(argc, argv, 0, 1, "[FILE]");
    const char* path = given.text(1);
    const int from = path != nullptr ? ::open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (from < 0) given.refuse(std::string(path) + ": " + std::strerror(errno));
    // A pipe with a name tells an armed read of its end only if it never blocks (seen on 6.18).
    if (path != nullptr) ::fcntl(from, F_SETFL, O_NONBLOCK);
    linux_kernel kernel;
    return given.finish(examples::ring_cat<linux_kernel>::copy(kernel, from, STDOUT_FILENO, {}));
}
