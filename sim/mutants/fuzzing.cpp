#include "sim/mutants/fuzzing.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

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

/// What follows a word in a text, to the end of its line.
std::string line_after(const std::string& text, std::string_view word) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + word.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

[[noreturn]] void give_up(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct program_end {
    int status = 0;
    std::string said;
};

constexpr int input_most = 400;  // bytes: traces of about sixty operations

/// In the child: becomes the program, which goes when its parent goes. The parent's environment is
/// left alone, since others search for other mutants at the same time.
[[noreturn]] void become(std::vector<std::string>& words, const mutant& which, int says) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv(index_variable, std::to_string(which.index).c_str(), 1);
    ::setenv(profile_variable, which.profile.c_str(), 1);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::dup2(says, STDERR_FILENO);
    ::close(says);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

/// Runs a program to its end and keeps what it says on standard error.
program_end run(std::vector<std::string> words, const mutant& which) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) give_up("pipe");
    const pid_t child = ::fork();
    if (child == 0) become(words, which, ends[1]);
    ::close(ends[1]);
    if (child < 0) give_up("fork");
    program_end made;
    std::array<char, 4096> bytes{};
    ssize_t got = 1;
    while (got > 0 || (got < 0 && errno == EINTR)) {
        got = ::read(ends[0], bytes.data(), bytes.size());
        if (got > 0) made.said.append(bytes.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    ::waitpid(child, &made.status, 0);
    return made;
}

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
    if (::mkdtemp(folder.data()) == nullptr) give_up("mkdtemp");
    const program_end came =
        run({fuzzer, "-seed=" + std::to_string(how.seed), "-runs=" + std::to_string(how.tests_most),
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
