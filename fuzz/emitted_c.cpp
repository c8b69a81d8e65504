// Target: traces as programs in C. Whatever a trace does, its program is written the same each time
// or refused in one line; of one in 64 a compiler has to like it without a warning, where there is
// one.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <span>
#include <string>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/emit/emit.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

namespace {

constexpr const char* compiler = "cc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -x c -";

bool compiles(const std::string& program) {
    std::FILE* source = ::popen(compiler, "w");
    if (source == nullptr) return false;
    const bool written = std::fputs(program.c_str(), source) >= 0;
    return ::pclose(source) == 0 && written;
}

}  // namespace

const fuzz::layout fuzz::input_layout{};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool has_compiler = compiles("int main(void) { return 0; }\n");
    const sim::trace wanted = sim::tame(sim::decode(std::span(data, size)), {.operations = 64});
    const sim::emit_options how{.profile = wanted.profile, .raw = true};
    const auto program = sim::emit_c(wanted, how);
    const std::string& told = program ? *program : program.error();
    fuzz::shown = std::hash<std::string>()(told);
    if (!program) {
        const bool one_line = !told.empty() && told.find('\n') == std::string::npos;
        if (!one_line) fuzz::give_up(wanted, "no program, and not one line that says why: " + told);
        return 0;
    }
    if (sim::emit_c(wanted, how) != program) fuzz::give_up(wanted, "its program differs each time");
    if (has_compiler && fuzz::shown % 64 == 0 && !compiles(*program)) {
        fuzz::give_up(wanted, *program + "\nis not what a C compiler takes");
    }
    return 0;
}
