// The machine code of the shared accesses, on three architectures. On x86-64 a release store is a
// plain one, and all that can be seen is that the compiler kept the order and locked nothing; on
// AArch64 and RISC-V the order is an instruction, and a forgotten one is missing.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/skip.hpp"

namespace {

namespace fs = std::filesystem;

/// What instructions look like, as patterns over "mnemonic operands".
struct architecture {
    std::string name;
    std::string store;           ///< any, to memory that is not the stack
    std::string release_16;      ///< the store of a ring's tail
    std::string release_32;      ///< the store of a queue's head or tail
    std::string before_release;  ///< what has to stand right before it; empty: nothing
    std::string acquire;         ///< the load of a queue's tail
    std::string after_acquire;   ///< what has to follow; empty: nothing
    std::string full_fence;
    std::string costly;  ///< what no publish needs
    bool shows_orders;   ///< a missing order is a missing instruction
};

const std::array<architecture, 3>& architectures() {
    static const std::array<architecture, 3> all{
        architecture{.name = "x86_64",
                     .store = R"(mov[bwlq] [%$][^,]+, [^%]*\(.*)",
                     .release_16 = R"(movw %\w+, 14\(%\w+\))",
                     .release_32 = R"(movl %\w+, \(%\w+\))",
                     .before_release = "",
                     .acquire = R"(movl \(%\w+\), %\w+)",
                     .after_acquire = "",
                     .full_fence = R"(mfence|lock or[lq] \$0, .*\(%rsp\))",
                     .costly = "lock.*|xchg.*|mfence|[ls]fence",
                     .shows_orders = false},
        architecture{.name = "aarch64",
                     .store = "stl?u?r[bh]? .*|stp .*",
                     .release_16 = R"(stlrh w\d+, \[x\d+\])",
                     .release_32 = R"(stlr w\d+, \[x\d+\])",
                     .before_release = "",
                     .acquire = R"(ldap?r w\d+, \[x\d+\]|ldar w\d+, \[x\d+\])",
                     .after_acquire = "",
                     .full_fence = "dmb ish",
                     .costly = "dmb.*|dsb.*|ldx.*|stx.*|cas.*|swp.*",
                     .shows_orders = true},
        architecture{.name = "riscv64",
                     .store = "s[bhwd] .*",
                     .release_16 = R"(sh a\d, 14\(a\d\))",
                     .release_32 = R"(sw a\d, 0\(a\d\))",
                     .before_release = "fence rw, w",
                     .acquire = R"(lw a\d, 0\(a\d\))",
                     .after_acquire = "fence r, rw",
                     .full_fence = "fence rw, rw",
                     .costly = "fence rw, rw|fence\\.tso|amo.*|lr\\..*|sc\\..*",
                     .shows_orders = true},
    };
    return all;
}

using instructions = std::vector<std::string>;
using functions = std::map<std::string, instructions>;

bool is(const std::string& instruction, const std::string& pattern) {
    return std::regex_match(instruction, std::regex(pattern));
}

/// Instructions alone, one blank between mnemonic and operands.
functions read_assembly(const std::string& text) {
    static const std::regex label(R"(^(\w+):.*)");
    static const std::regex instruction(R"(^\s+([a-z][\w.]*(?:\s+[^#/;]*?)?)\s*(?:[#;].*|//.*)?$)");
    static const std::regex blanks(R"(\s+)");
    functions found;
    instructions* into = nullptr;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, label)) {
            into = &found[match[1]];
        } else if (into != nullptr && std::regex_match(line, match, instruction)) {
            into->push_back(std::regex_replace(match[1].str(), blanks, " "));
        }
    }
    return found;
}

std::string told(const instructions& all) {
    std::string text;
    for (const std::string& each : all) text += "\n    " + each;
    return text;
}

// Each judge says what is wrong, or nothing.

std::string no_costly_one(const architecture& on, const instructions& all) {
    for (const std::string& each : all) {
        if (is(each, on.costly)) return "is not needed: " + each;
    }
    return {};
}

/// One store with release, and after it none: whatever was staged is before it.
std::string publishes(const architecture& on, const instructions& all, const std::string& release) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (is(all[i], on.store)) last = i;
    }
    if (!last) return "stores nothing";
    if (!is(all[*last], release)) return "its last store is no release: " + all[*last];
    if (std::ranges::count_if(all, [&](auto& each) { return is(each, release); }) != 1) {
        return "more than one such store";
    }
    if (on.before_release.empty()) return {};
    if (*last == 0 || !is(all[*last - 1], on.before_release)) return "nothing orders its store";
    return {};
}

std::string stages_and_publishes(const architecture& on, const instructions& all) {
    std::string wrong = no_costly_one(on, all);
    if (wrong.empty()) wrong = publishes(on, all, on.release_16);
    // Address, length, id; the library's own tail; the published one.
    const auto stores = std::ranges::count_if(all, [&](auto& it) { return is(it, on.store); });
    if (wrong.empty() && stores != 5) wrong = "not five stores";
    return wrong;
}

std::string publishes_queue(const architecture& on, const instructions& all) {
    const std::string wrong = no_costly_one(on, all);
    return wrong.empty() ? publishes(on, all, on.release_32) : wrong;
}

std::string acquires(const architecture& on, const instructions& all) {
    if (std::string wrong = no_costly_one(on, all); !wrong.empty()) return wrong;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is(all[i], on.acquire)) continue;
        if (on.after_acquire.empty()) return {};
        return i + 1 < all.size() && is(all[i + 1], on.after_acquire) ? "" : "nothing orders it";
    }
    return "no load with acquire";
}

/// Store, full fence, load; without the fence both may be asleep (store buffering).
std::string fences(const architecture& on, const instructions& all) {
    const auto fence = std::ranges::find_if(all, [&](auto& it) { return is(it, on.full_fence); });
    if (fence == all.end()) return "no full fence";
    const std::string wrong = publishes(on, {all.begin(), fence}, on.release_32);
    if (!wrong.empty()) return "before the fence: " + wrong;
    if (std::any_of(fence, all.end(), [&](auto& it) { return is(it, on.store); })) {
        return "a store after the fence";
    }
    return fence + 1 == all.end() ? "nothing is loaded after the fence" : "";
}

struct judged_function {
    std::string name;
    std::string (*judge)(const architecture&, const instructions&);
    bool by_fence;  ///< what it needs shows on every architecture
};

const std::array<judged_function, 5> judged{{
    {"stage_and_publish", stages_and_publishes, false},
    {"hand_completions_back", publishes_queue, false},
    {"completions_ready", acquires, false},
    {"publish_requests", publishes_queue, false},
    {"publish_and_look_for_sleepers", fences, true},
}};

std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return text;
    std::array<char, 4096> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
    return ::pclose(pipe) == 0 ? text : "failed: " + command + "\n" + text;
}

bool has(const std::string& compiler) {
    return !output_of(compiler + " --version").starts_with("failed");
}

/// Debian's own headers serve every architecture, but for two of libc that tell 64 bits by asking
/// for x86-64: these stand before them.
class headers_for_all {
public:
    headers_for_all() : path_(fs::path("codegen-headers")) {
        fs::create_directories(path_ / "gnu");
        fs::create_directories(path_ / "bits");
        std::ofstream(path_ / "gnu/stubs-32.h") << "";
        std::ofstream(path_ / "bits/wordsize.h")
            << "#define __WORDSIZE 64\n#define __WORDSIZE_TIME64_COMPAT32 0\n";
    }
    [[nodiscard]] std::string flags(const std::string& architecture) const {
        std::string text = " --target=" + architecture + "-linux-gnu";
        if (architecture == "x86_64") return text;
        text += " -nostdinc++ -isystem " + path_.string();
        for (const char* each : {"c++/12", "x86_64-linux-gnu/c++/12", "x86_64-linux-gnu", ""}) {
            text += std::string(" -isystem /usr/include/") + each;
        }
        return text;
    }

private:
    fs::path path_;
};

functions compiled(const std::string& compiler, const std::string& flags) {
    const std::string text = output_of(compiler + flags +
                                       " -std=c++2b -DNDEBUG -S -o - -I" RINGPROOF_SOURCE_DIR
                                       "/lib " RINGPROOF_SOURCE_DIR "/tests/codegen/accesses.cpp");
    BOOST_TEST(!text.starts_with("failed"), text);
    return read_assembly(text);
}

void judge(const architecture& on, const functions& made, const std::string& how) {
    for (const auto& [name, wrong_with, by_fence] : judged) {
        const auto found = made.find(name);
        BOOST_TEST_REQUIRE((found != made.end()), how << " has no " << name);
        const std::string wrong = wrong_with(on, found->second);
        BOOST_TEST(wrong.empty(), how << ", " << name << ": " << wrong << told(found->second));
    }
}

void expect_noticed(const architecture& on, const functions& made, const std::string& how) {
    for (const auto& [name, wrong_with, by_fence] : judged) {
        const std::string wrong = wrong_with(on, made.at(name));
        const bool shows = by_fence || on.shows_orders;
        BOOST_TEST(wrong.empty() != shows, how << ", " << name << ": " << told(made.at(name)));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codegen)

BOOST_AUTO_TEST_CASE(gcc_keeps_the_orders_at_the_least_cost) {
    if (!has("g++")) ringproof::testing::skip("there is no g++");
    for (const std::string level : {" -O2", " -O3"}) {
        judge(architectures()[0], compiled("g++", level), "g++" + level);
        expect_noticed(architectures()[0], compiled("g++", level + " -DCARELESS"), "g++" + level);
    }
}

BOOST_AUTO_TEST_CASE(clang_keeps_the_orders_at_the_least_cost_everywhere) {
    if (!has("clang++-19")) ringproof::testing::skip("clang++-19 is not installed");
    const headers_for_all headers;
    for (const architecture& on : architectures()) {
        for (const std::string level : {" -O2", " -O3"}) {
            const std::string flags = headers.flags(on.name) + level;
            judge(on, compiled("clang++-19", flags), on.name + level);
            expect_noticed(on, compiled("clang++-19", flags + " -DCARELESS"), on.name + level);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
