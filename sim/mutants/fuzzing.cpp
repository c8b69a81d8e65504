#include "sim/mutants/fuzzing.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "sim/mutants/program.hpp"

namespace ringproof::mutants {

namespace {

namespace fs = std::filesystem;

/// Whole seconds that are left; libFuzzer knows no others.
long seconds_left(const search& how) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(how.until - std::chrono::steady_clock::now());
    return std::max<long>(left.count(), 1);
}

constexpr int input_most = 400;  // bytes: traces of about sixty operations

/// What gave the mutant away, when the fuzzer stopped before its time.
std::string told_by(const program_end& came) {
    if (WIFEXITED(came.status) && WEXITSTATUS(came.status) == 0) return {};
    if (WIFEXITED(came.status) && WEXITSTATUS(came.status) == 127) {
        throw std::runtime_error("the fuzzer cannot be run");
    }
    const std::string found = line_after(came.said, found_words);
    return found.empty() ? line_after(came.said, "ERROR: libFuzzer: ") : found;
}

}  // namespace

finding look_by_fuzzing(const search& how, const mutant& which, const std::string& fuzzer) {
    std::string folder = (fs::temp_directory_path() / "ringproof-mutant-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    const program_end came = run_program(
        {fuzzer, "-seed=" + std::to_string(how.seed), "-runs=" + std::to_string(how.tests_most),
         "-max_total_time=" + std::to_string(seconds_left(how)), "-timeout=5",
         // Long inputs from the start: what goes wrong takes a dozen operations at least.
         "-len_control=0", "-max_len=" + std::to_string(input_most), "-print_final_stats=1",
         "-artifact_prefix=" + folder + "/", folder},
        which);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return {.tests = number_after(came.said, "stat::number_of_executed_units:"),
            .how = told_by(came)};
}

}  // namespace ringproof::mutants
