#include "sim/mutants/program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace ringproof::mutants {

namespace {

[[noreturn]] void give_up(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// In the child: becomes the program, which goes when its parent goes. The parent's environment is
/// left alone, since others search for other mutants at the same time.
[[noreturn]] void become(std::vector<std::string>& words, const mutant& which, int says) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv(index_variable, std::to_string(which.index).c_str(), 1);
    ::setenv(profile_variable, which.profile.c_str(), 1);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::dup2(says, STDOUT_FILENO);
    ::dup2(says, STDERR_FILENO);
    ::close(says);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

}  // namespace

program_end run_program(std::vector<std::string> words, const mutant& which) {
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

std::uint64_t number_after(const std::string& text, std::string_view word) {
    std::size_t at = text.rfind(word);
    if (at == std::string::npos) return 0;
    at = text.find_first_of("0123456789", at + word.size());
    std::uint64_t value = 0;
    if (at != std::string::npos) std::from_chars(&text[at], text.data() + text.size(), value);
    return value;
}

std::string line_after(const std::string& text, std::string_view word) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + word.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace ringproof::mutants
