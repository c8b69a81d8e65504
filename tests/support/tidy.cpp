#include "tests/support/tidy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <utility>

namespace ringproof::tidy {

namespace {

constexpr auto words = std::to_array<banned_word>({
    {"TO", "DO", "do it, or leave it out"},
    {"FIX", "ME", "fix it, or leave it out"},
    {"X", "XX", "say what is wrong, or leave it out"},
    {"HA", "CK", "say why it must be so"},
    {"W", "IP", "finish it, or leave it out"},
    {"std::", "endl", "'\\n': flush only where a reader waits"},
    {"using namespace ", "std", "name what is used"},
    {"std::", "rand", "choose() is the one tap of nondeterminism"},
    {"std::random_", "device", "seeds come from the caller, so that runs can be repeated"},
    {"white", "list", "list of what is allowed"},
    {"black", "list", "list of what is refused"},
});

constexpr auto top_level = std::to_array<std::string_view>({
    "lib",
    "sim",
    "fuzz",
    "properties",
    "tests",
    "corpus",
    "CMakeLists.txt",
    "README.md",
    "LICENSE",
    "CMakePresets.json",
    "ringproof",
});

/// Whatever lies under `from` may not include what lies under `to`.
struct forbidden {
    std::string_view from;
    std::string_view to;
};

constexpr auto wrong_ways = std::to_array<forbidden>({
    {"lib/", "sim/"},
    {"lib/", "tests/"},
    {"lib/", "fuzz/"},
    {"lib/", "properties/"},
    {"sim/", "tests/"},
    {"sim/", "fuzz/"},
    {"sim/", "properties/"},
    {"sim/trace/", "sim/kernel/"},
    {"sim/oracle/", "sim/kernel/"},
    {"sim/behaviour/", "sim/kernel/"},
    {"sim/report/", "sim/kernel/"},
    {"sim/trace/", "sim/compare/"},
    {"sim/oracle/", "sim/compare/"},
    {"sim/behaviour/", "sim/compare/"},
    {"sim/report/", "sim/compare/"},
    {"sim/kernel/", "sim/compare/"},
    {"sim/trace/", "sim/emit/"},
    {"sim/oracle/", "sim/emit/"},
    {"sim/behaviour/", "sim/emit/"},
    {"sim/report/", "sim/emit/"},
    {"sim/kernel/", "sim/emit/"},
    {"sim/trace/", "sim/simulation/"},
    {"sim/oracle/", "sim/simulation/"},
    {"sim/behaviour/", "sim/simulation/"},
    {"sim/report/", "sim/simulation/"},
    {"sim/kernel/", "sim/simulation/"},
    {"sim/kernel/", "sim/trace/"},
    {"sim/kernel/", "sim/oracle/"},
    {"sim/kernel/", "sim/behaviour/"},
    {"sim/kernel/", "sim/report/"},
    {"sim/linux_world", "sim/kernel/"},
    {"sim/choice", "sim/kernel/"},
    {"sim/choice", "sim/trace/"},
    {"sim/history", "sim/kernel/"},
    {"sim/history", "sim/trace/"},
    {"sim/profile", "sim/kernel/"},
    {"sim/profile", "sim/trace/"},
    {"sim/world", "sim/kernel/"},
    {"sim/world", "sim/trace/"},
    {"tests/kernel/", "sim/kernel/"},
    {"lib/", "linux/io_uring.h"},
    {"lib/", "liburing"},
    {"sim/", "linux/io_uring.h"},
    {"sim/", "liburing"},
});

bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

bool is_cmake(std::string_view path) {
    return path.ends_with("CMakeLists.txt") || path.ends_with(".cmake") ||
        path.ends_with(".cmake.in");
}

bool is_shell(std::string_view path) {
    return path.ends_with(".sh") || path == "ringproof" || path == ".ci/run";
}

/// Corpora are bytes, except the rooms of traces, which people write, and of reports.
bool is_bytes(std::string_view path) {
    return path.starts_with("corpus/") && !path.starts_with("corpus/behaviours/") &&
        !path.starts_with("corpus/traces/") && !path.starts_with("corpus/kernels/") &&
        path != "corpus/README.md" && path != "corpus/divergences.txt";
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::string_view stem_of(std::string_view path) {
    path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
    return path.substr(0, path.rfind('.'));
}

/// Calls `check(line, number)`, which returns a message or nothing, for each line.
template <class Check>
findings for_each_line(std::string_view path, std::string_view text, Check check) {
    findings found;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        if (std::string message = check(line); !message.empty()) {
            found.push_back({std::string(path), number, std::move(message)});
        }
    }
    return found;
}

void append(findings& all, findings more) { std::ranges::move(more, std::back_inserter(all)); }

// --- Text without comments and literals ----------------------------------------------------------

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Walks over a source once; what is not code becomes blanks.
class blanker {
public:
    explicit blanker(std::string_view text) : text_(text) {}

    void run() {
        while (!text_.empty()) {
            step();
        }
    }

    std::string take_code() && { return std::move(code_); }
    std::string take_comments() && { return std::move(comments_); }

private:
    void step() {
        if (text_.starts_with("//")) {
            comment(text_.find('\n'));
        } else if (text_.starts_with("/*")) {
            const std::size_t end = text_.find("*/", 2);
            comment(end == std::string_view::npos ? end : end + 2);
        } else if (text_.starts_with("R\"") && !after_word()) {
            raw_string();
        } else if (text_.front() == '"' || (text_.front() == '\'' && !after_word())) {
            literal(text_.front());
        } else {
            keep(1);
        }
    }

    // 1'000 holds no character literal, and u8R"" is not used here.
    bool after_word() const { return !code_.empty() && is_word(code_.back()); }

    void keep(std::size_t count) {
        code_ += text_.substr(0, count);
        text_.remove_prefix(count);
    }

    void comment(std::size_t count) {
        comments_ += text_.substr(0, count);
        comments_ += '\n';
        blank(count);
    }

    void blank(std::size_t count) {
        const std::string_view part = text_.substr(0, count);
        std::ranges::transform(part, std::back_inserter(code_),
                               [](char c) { return c == '\n' ? c : ' '; });
        text_.remove_prefix(part.size());
    }

    void raw_string() {
        const std::size_t open = text_.find('(');
        if (open == std::string_view::npos) {
            keep(2);
            return;
        }
        const std::string close = ')' + std::string(text_.substr(2, open - 2)) + '"';
        const std::size_t end = text_.find(close, open);
        blank(end == std::string_view::npos ? end : end + close.size());
    }

    void literal(char quote) {
        std::size_t end = 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
            end += text_[end] == '\\' ? 2 : 1;
        }
        keep(1);
        blank(std::min(end - 1, text_.size()));
        keep(std::min<std::size_t>(1, text_.size()));
    }

    std::string_view text_;
    std::string code_;
    std::string comments_;
};

// --- Includes ------------------------------------------------------------------------------------

struct include {
    std::size_t line;
    std::string target;
    bool quoted;
};

/// The includes that the compiler sees: those in comments and raw strings are somebody's prose.
std::vector<include> includes_of(std::string_view text) {
    static const std::regex directive(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    const std::string code = code_only(text);
    const auto code_lines = lines_of(code);
    const auto lines = lines_of(text);
    std::vector<include> found;
    for (std::size_t index = 0; index < lines.size(); ++index) {
        const std::string line(lines[index]);
        std::smatch match;
        if (code_lines[index].contains('#') && std::regex_search(line, match, directive)) {
            found.push_back({index + 1, match[2], match[1] == "\""});
        }
    }
    return found;
}

std::string wrong_with(std::string_view path, const include& included) {
    for (const forbidden& rule : wrong_ways) {
        if (path.starts_with(rule.from) && included.target.starts_with(rule.to)) {
            return std::string(rule.from) + " must not know " + included.target;
        }
    }
    static const std::regex room("^(sim|fuzz|properties|tests)/[^.]*[^/.]\\.(hpp|h)$");
    if (included.quoted && !std::regex_search(included.target, room)) {
        return "spell \"" + included.target +
            "\" from the repository's root, or <ringproof/...> if it is the library's";
    }
    if (included.target.starts_with("lib/")) {
        return "the library's headers are spelled <ringproof/...>";
    }
    return {};
}

/// Headers that something includes, by their path in the tree.
std::set<std::string, std::less<>> included_headers(const tree& files) {
    std::set<std::string, std::less<>> used;
    for (const auto& [path, text] : files) {
        if (!is_cpp(path)) {
            continue;
        }
        for (const include& included : includes_of(text)) {
            const bool of_lib = included.target.starts_with("ringproof/");
            std::string target = of_lib ? "lib/" + included.target : included.target;
            if (target != path) {
                used.insert(std::move(target));
            }
        }
    }
    return used;
}

// --- Orphans -------------------------------------------------------------------------------------

/// The globs of the CMake files, for every room but lib, which lists its sources.
bool is_built(std::string_view path, const tree& files) {
    if (path.starts_with("lib/")) {
        const auto list = files.find("lib/CMakeLists.txt");
        const std::string name = std::string(stem_of(path)) + ".cpp";
        return list != files.end() && list->second.contains(name);
    }
    static const std::regex built(
        "^(sim/[^/]+"
        "|sim/(kernel|trace|oracle|report|behaviour|compare|emit|explore|exec|simulation)/.+"
        "|sim/(command|mutants)/.+"
        "|fuzz/[^/]+"
        "|properties/.+"
        "|tests/[^/]+_test"
        "|tests/(lib|sim|kernel|fuzz|examples)/.+_test"
        "|tests/kernel/matrix/[^/]+"
        "|tests/(support|bench|examples|command|codegen|threads)/[^/]+"
        "|tests/install/[^/]+/main)\\.cpp$");
    return std::regex_search(path.begin(), path.end(), built);
}

std::string orphan_message(const std::string& path, const tree& files,
                           const std::set<std::string, std::less<>>& used) {
    if (path.ends_with(".hpp") && !used.contains(path)) {
        return "nothing includes this header";
    }
    if (path.ends_with(".cpp") && !is_built(path, files)) {
        return "no CMake file builds this source";
    }
    if (is_bytes(path)) {
        const std::string room = path.substr(0, path.find('/', sizeof "corpus"));
        const std::string target = "fuzz" + room.substr(room.find('/')) + ".cpp";
        if (!files.contains(target)) {
            return "no fuzz target reads this: there is no " + target;
        }
    }
    if (path.starts_with("fuzz/") && path.ends_with(".dict") &&
        !files.contains("fuzz/" + std::string(stem_of(path)) + ".cpp")) {
        return "no fuzz target has this dictionary's name";
    }
    return {};
}

// --- Types ---------------------------------------------------------------------------------------

struct defined_type {
    std::string name;  // with its namespace
    std::size_t line;
};

bool declares(std::string_view line) { return line.ends_with(';') && !line.contains('{'); }

/// The types that a header defines, but for those inside others.
std::vector<defined_type> types_of(std::string_view text) {
    static const std::regex space(R"(^namespace ([\w:]+) \{)");
    static const std::regex type(
        R"(^(struct|class|enum class|union) (\w+)( final)?( :.*| \{.*|;|)$)");
    const std::string code = code_only(text);
    std::vector<defined_type> found;
    std::string around;
    std::size_t number = 0;
    for (const std::string_view each : lines_of(code)) {
        const std::string line(each);
        ++number;
        std::smatch match;
        if (std::regex_search(line, match, space)) {
            around = match[1].str() + "::";
        } else if (std::regex_search(line, match, type) && !declares(line)) {
            found.push_back({around + match[2].str(), number});
        }
    }
    return found;
}

}  // namespace

std::span<const banned_word> banned_words() { return words; }

std::string code_only(std::string_view text) {
    blanker walk(text);
    walk.run();
    return std::move(walk).take_code();
}

std::string comments_only(std::string_view text) {
    blanker walk(text);
    walk.run();
    return std::move(walk).take_comments();
}

findings check_includes(std::string_view path, std::string_view text) {
    findings found;
    if (!is_cpp(path)) {
        return found;
    }
    for (const include& included : includes_of(text)) {
        if (std::string message = wrong_with(path, included); !message.empty()) {
            found.push_back({std::string(path), included.line, std::move(message)});
        }
    }
    return found;
}

findings check_system_calls(std::string_view path, std::string_view text) {
    if (!path.starts_with("lib/") || !is_cpp(path) || path == "lib/linux_kernel.cpp") {
        return {};
    }
    // Either the call itself, or a header that is good for nothing else.
    static const std::regex call(
        R"((^|[^\w:.>])(syscall|::(mmap|munmap|mremap|madvise|mprotect|open|close|read|write|ioctl)"
        R"(|fork|getpid|gettid|socket|send|recv|poll|eventfd|sysconf|pthread_\w+))\s*\()");
    static const std::regex header(
        R"(^\s*#\s*include\s*<(sys/(mman|syscall|socket|ioctl|eventfd|uio)|unistd|fcntl)\.h>)");
    const std::string code = code_only(text);
    return for_each_line(path, code, [](std::string_view line) -> std::string {
        if (std::regex_search(line.begin(), line.end(), call) ||
            std::regex_search(line.begin(), line.end(), header)) {
            return "system calls belong to lib/linux_kernel.cpp; ask the kernel interface";
        }
        return {};
    });
}

findings check_length(std::string_view path, std::string_view text) {
    const std::size_t count = lines_of(text).size();
    if (path.ends_with(".hpp") && count > 250) {
        return {{std::string(path), 0, "a header has at most 250 lines; split it by its nouns"}};
    }
    if (path.ends_with("/README.md") && count > 40) {
        return {{std::string(path), 0, "a room's README has at most 40 lines"}};
    }
    return {};
}

findings check_columns(std::string_view path, std::string_view text) {
    if (!is_cpp(path) && !is_cmake(path) && !is_shell(path) && !path.ends_with(".md") &&
        !path.ends_with(".trace")) {
        return {};
    }
    return for_each_line(path, text, [path](std::string_view line) -> std::string {
        // The row of a table cannot be broken.
        const std::size_t start = line.find_first_not_of(' ');
        const bool row = start != std::string_view::npos && line[start] == '|';
        if (path.ends_with(".md") && row) return {};
        // Bytes of the form 10xxxxxx continue a character in UTF-8.
        const auto columns = std::ranges::count_if(
            line, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U; });
        return columns > 100 ? "longer than 100 columns" : "";
    });
}

findings check_white_space(std::string_view path, std::string_view text) {
    if (is_bytes(path)) {
        return {};
    }
    findings found = for_each_line(path, text, [](std::string_view line) -> std::string {
        if (line.contains('\t')) {
            return "a tab; indent with spaces";
        }
        if (line.ends_with('\r')) {
            return "a carriage return; lines end with a newline alone";
        }
        return line.ends_with(' ') ? "blanks at the end of the line" : "";
    });
    if (!text.empty() && (!text.ends_with('\n') || text.ends_with("\n\n"))) {
        found.push_back({std::string(path), 0, "a file ends with one newline"});
    }
    return found;
}

findings check_words(std::string_view path, std::string_view text) {
    if (is_bytes(path)) {
        return {};
    }
    return for_each_line(path, text, [](std::string_view line) -> std::string {
        for (const banned_word& banned : words) {
            const std::string word = banned.word();
            for (std::size_t at = line.find(word); at != std::string_view::npos;
                 at = line.find(word, at + 1)) {
                const std::size_t end = at + word.size();
                const bool begins = at == 0 || !is_word(line[at - 1]);
                const bool ends = end == line.size() || !is_word(line[end]);
                if (begins && ends) {
                    return word + ": " + std::string(banned.instead);
                }
            }
        }
        return {};
    });
}

findings check_suite(std::string_view path, std::string_view text) {
    const bool of_tests = path.starts_with("tests/") && path.ends_with("_test.cpp");
    const bool of_properties = path.starts_with("properties/") && path.ends_with(".cpp");
    if (!of_tests && !of_properties) {
        return {};
    }
    std::string suite(stem_of(path));
    if (suite.ends_with("_test")) {
        suite.resize(suite.size() - std::string_view("_test").size());
    }
    const std::string code = code_only(text);
    findings found;
    if (code.contains("BOOST_TEST_MODULE") || code.contains("BOOST_TEST_MAIN")) {
        found.push_back({std::string(path), 0, "the main of all suites is tests/support/main.cpp"});
    }
    const std::regex opening("BOOST_(AUTO|FIXTURE)_TEST_SUITE\\(\\s*" + suite + "\\s*[,)]");
    if (!std::regex_search(code, opening)) {
        found.push_back(
            {std::string(path), 0, "ctest runs the suite '" + suite + "' of this file"});
    }
    return found;
}

findings check_file(std::string_view path, std::string_view text) {
    findings found;
    for (const auto rule : {check_includes, check_system_calls, check_length, check_columns,
                            check_white_space, check_words, check_suite}) {
        append(found, rule(path, text));
    }
    return found;
}

findings check_top_level(const tree& files) {
    std::set<std::string_view> strangers;
    for (const auto& [path, text] : files) {
        const std::string_view entry = std::string_view(path).substr(0, path.find('/'));
        if (!entry.starts_with('.') && std::ranges::find(top_level, entry) == top_level.end()) {
            strangers.insert(entry);
        }
    }
    findings found;
    for (const std::string_view entry : strangers) {
        found.push_back({std::string(entry), 0, "does not belong in the root; find it a room"});
    }
    return found;
}

findings check_own_headers(const tree& files) {
    findings found;
    for (const auto& [path, text] : files) {
        if (!path.ends_with(".cpp")) continue;
        const std::string own = path.substr(0, path.size() - 4) + ".hpp";
        if (!files.contains(own)) continue;
        const auto includes = includes_of(text);
        if (includes.empty() || includes.front().target != own) {
            found.push_back({path, includes.empty() ? 0 : includes.front().line,
                             "includes \"" + own + "\" first: that proves it compiles alone"});
        }
    }
    return found;
}

findings check_orphans(const tree& files) {
    const auto used = included_headers(files);
    findings found;
    for (const auto& [path, text] : files) {
        if (std::string message = orphan_message(path, files, used); !message.empty()) {
            found.push_back({path, 0, std::move(message)});
        }
    }
    return found;
}

findings check_types(const tree& files) {
    findings found;
    std::map<std::string, std::string> first;  // type to path
    for (const auto& [path, text] : files) {
        if (!path.ends_with(".hpp")) continue;
        for (const defined_type& type : types_of(text)) {
            const auto [other, is_new] = first.emplace(type.name, path);
            if (is_new) continue;
            found.push_back(
                {path, type.line, type.name + " is defined in " + other->second + ", too"});
        }
    }
    return found;
}

findings check_tree(const tree& files) {
    findings found = check_top_level(files);
    append(found, check_orphans(files));
    append(found, check_own_headers(files));
    append(found, check_types(files));
    for (const auto& [path, text] : files) {
        append(found, check_file(path, text));
    }
    return found;
}

}  // namespace ringproof::tidy
