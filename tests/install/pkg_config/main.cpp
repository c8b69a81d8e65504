// A stranger's program: a header alone would also compile without the archive, so it calls into it.

#include <ringproof/abi.hpp>
#include <ringproof/error.hpp>

#include <string_view>

int main() {
    const auto code = ringproof::make_error_code(ringproof::errc::wrong_thread);
    return std::string_view(code.category().name()) == "ringproof" ? 0 : 1;
}
