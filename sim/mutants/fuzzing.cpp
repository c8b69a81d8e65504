#include "sim/mutants/fuzzing.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace ringproof::mutants {

namespace {

namespace fs = std::filesystem;

/// The number behind a word in what libFuzzer printed last.
std::uint64_t number_after(const std::string& text, std::string_view word) {
    std::size_t at = text.rfind(word);
    if (at == std::string::npos) return 0;
    at = text.find_first_of("0123456789", at + word.size());
    std::uint64_t value = 0;
    if (at != std::string::npos) std::from_chars(&text[at], text.data() + text.size(), value);
    return value;
}

/// Whole seconds that are left; libFuzzer knows no others.
long seconds_left(const search& how) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(how.until - std::chrono::steady_clock::now());
    return std::max<long>(left.count(), 1);
}

struct program_end {
    int status = 0;
    std::string said;
};

/// Runs a program to its end and keeps what it says on standard error.
program_end run(const std::string& command) {
    program_end made;
    std::FILE* pipe = ::popen((command + " 2>&1 >/dev/null").c_str(), "r");
    if (pipe == nullptr) return made;
    std::array<char, 4096> bytes{};
    for (std::size_t got = 1; got > 0;) {
        got = std::fread(bytes.data(), 1, bytes.size(), pipe);
        made.said.append(bytes.data(), got);
    }
    made.status = ::pclose(pipe);
    return made;
}

std::string in_quotes(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

finding look_by_fuzzing(const search& how, const mutant& which, const std::string& fuzzer) {
    std::string folder = (fs::temp_directory_path() / "ringproof-mutant-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return {};
    ::setenv(index_variable, std::to_string(which.index).c_str(), 1);
    ::setenv(profile_variable, which.profile.c_str(), 1);
    const program_end came =
        run(in_quotes(fuzzer) + " -seed=" + std::to_string(how.seed) + " -print_final_stats=1" +
            " -max_total_time=" + std::to_string(seconds_left(how)) + " -timeout=5" +
            " -artifact_prefix=" + in_quotes(folder + "/") + " " + in_quotes(folder));
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    finding found{.tests = number_after(came.said, "stat::number_of_executed_units:")};
    if (!WIFEXITED(came.status) || WEXITSTATUS(came.status) != 0) found.how = "libFuzzer stopped";
    return found;
}

}  // namespace ringproof::mutants
