// Every behaviour and every trace of the corpus as a program in C, in both forms: compiled without
// a warning, run on the running kernel, and run once more with an expectation that is wrong.

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"
#include "sim/emit/emit.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"
#include "tests/support/skip.hpp"

using namespace ringproof::sim;

namespace {

namespace fs = std::filesystem;

/// One program: what is done with it, and what came of it.
struct program {
    std::string name;
    std::string text;
    bool raw = true;
    bool runs = true;  ///< not what an unfixed kernel may not survive
    int wanted = 0;    ///< exit status
    int compiled = -1;
    int ended = -1;
    std::string said{};
};

struct ended_command {
    int status = -1;
    std::string said;
};

ended_command run(const std::string& command) {
    ended_command done;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return done;
    std::array<char, 1024> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr) done.said += part.data();
    const int status = ::pclose(pipe);
    done.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return done;
}

/// A folder that is gone at the end.
class scratch_folder {
public:
    scratch_folder() {
        std::string form = (fs::temp_directory_path() / "ringproof-emit-XXXXXX").string();
        path_ = ::mkdtemp(form.data());
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

void compile_and_run(program& it, const fs::path& folder, std::size_t number, bool on_kernel) {
    const fs::path binary = folder / std::to_string(number);
    const std::string source = binary.string() + ".c";
    std::ofstream(source) << it.text;
    const ended_command made = run("cc -std=gnu11 -O0 -Wall -Wextra -Werror -o " + binary.string() +
                                   " " + source + (it.raw ? "" : " -luring"));
    it.compiled = made.status;
    it.said = made.said;
    if (made.status != 0 || !it.runs || !on_kernel) return;
    const ended_command done = run(binary.string());
    it.ended = done.status;
    it.said = done.said;
    fs::remove(binary);
}

bool has_io_uring() {
    ringproof::linux_kernel kernel;
    return ringproof::probe(kernel).has_value();
}

bool has_liburing() {
    static const bool there =
        run("echo '#include <liburing.h>' | cc -fsyntax-only -xc -").status == 0;
    return there;
}

/// Does it all, on every processor, and judges what came of it.
void do_all(std::vector<program>& all) {
    const scratch_folder folder;
    const bool on_kernel = has_io_uring();
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
        workers.emplace_back([&] {
            for (std::size_t at = next++; at < all.size(); at = next++) {
                compile_and_run(all[at], folder.path(), at, on_kernel);
            }
        });
    }
    workers.clear();
    for (const program& it : all) {
        const std::string form = it.name + (it.raw ? ", raw: " : ", liburing: ");
        BOOST_TEST(it.compiled == 0, form << it.said);
        if (it.ended >= 0) {
            BOOST_TEST(it.ended == it.wanted, form << "status " << it.ended << ": " << it.said);
        }
    }
    if (!on_kernel) ringproof::testing::skip("compiled, but there is no io_uring to run on");
}

std::string emitted(const auto& what, const std::string& profile, bool raw, const auto& source) {
    auto made = emit_c(what, {.profile = profile, .raw = raw, .source = source});
    if (made) return std::move(*made);
    BOOST_ERROR("not emitted: " << made.error());
    return {};
}

std::vector<bool> forms() {
    if (has_liburing()) return {true, false};
    BOOST_TEST_MESSAGE("liburing is not installed: only the raw form");
    return {true};
}

/// Something else than that text, which could be seen in its place.
std::string falsified(std::string text) {
    if (text == "nothing") return "77{0}";
    if (text == "yes" || text == "no") return text == "no" ? "yes" : "no";
    if (text == "none") return "taskrun";
    if (text.starts_with('"')) {
        if (text.size() == 2) return "\"x\"";
        text[1] = text[1] == 'x' ? 'y' : 'x';
        return text;
    }
    if (text.starts_with("addr=")) return text + "7";
    const std::size_t brace = text.find('{');
    const std::size_t at = brace == std::string::npos ? 0 : brace + 1;
    const std::size_t size = text.find_first_of(" }", at) - at;
    const std::string result = text.substr(at, size);
    if (result.starts_with('-')) return text.replace(at, size, "-EXDEV");
    if (result.find_first_not_of("0123456789") != std::string::npos) return "none";
    return text.replace(at, size, std::to_string(std::stoul(result) + 1));
}

/// Makes one expectation wrong; which one differs from script to script.
bool falsify(behaviour& script, std::size_t profile, std::size_t which) {
    std::vector<statement*> expecting;
    for (statement& each : script.statements) {
        if (each.expected) expecting.push_back(&each);
    }
    if (expecting.empty()) return false;
    expectation& wrong = *expecting[which % expecting.size()]->expected;
    wrong = {.usual = falsified(wrong.under(profile)), .others = {}};
    return true;
}

struct corpus {
    std::vector<behaviour> scripts;
    std::vector<std::string_view> texts;
    kernel_report host;  ///< what the running kernel makes of them; empty without io_uring
    std::size_t profile = 0;
    std::string name;  ///< of that profile
};

const corpus& all() {
    static const corpus made = [] {
        corpus it;
        auto parsed = all_behaviours();
        BOOST_REQUIRE(parsed.has_value());
        it.scripts = std::move(*parsed);
        for (const behaviour_source& each : behaviour_sources()) it.texts.push_back(each.text);
        it.name = "v7_3";
        if (has_io_uring()) {
            it.host = check_linux(it.scripts, {});
            it.name = it.host.like;
        }
        it.profile = index_of_profile(it.name).value();
        return it;
    }();
    return made;
}

/// What the program of a behaviour must end with: as the command judges it on this kernel.
int status_for(const corpus& of, std::size_t script) {
    if (!of.scripts[script].holds_under(of.profile)) return 77;
    if (of.host.all.empty()) return 0;
    return of.host.all[script].what == conformity::as_expected ? 0 : 1;
}

std::string contents_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(emit)

BOOST_AUTO_TEST_CASE(a_program_ends_as_the_command_judges_its_behaviour) {
    const corpus& from = all();
    std::vector<program> programs;
    for (std::size_t i = 0; i < from.scripts.size(); ++i) {
        const behaviour& script = from.scripts[i];
        for (const bool raw : forms()) {
            programs.push_back({.name = script.name,
                                .text = emitted(script, from.name, raw, from.texts[i]),
                                .raw = raw,
                                .runs = !script.may_hang,
                                .wanted = status_for(from, i)});
        }
    }
    do_all(programs);
}

BOOST_AUTO_TEST_CASE(a_wrong_expectation_is_noticed) {
    if (!has_io_uring()) ringproof::testing::skip("no io_uring to run on");
    const corpus& from = all();
    const bool both = has_liburing();
    std::vector<program> programs;
    for (std::size_t i = 0; i < from.scripts.size(); ++i) {
        behaviour script = from.scripts[i];
        if (script.may_hang || status_for(from, i) != 0) continue;
        if (!falsify(script, from.profile, i)) continue;
        const bool raw = !both || i % 2 == 0;
        programs.push_back({.name = script.name,
                            .text = emitted(script, from.name, raw, from.texts[i]),
                            .raw = raw,
                            .wanted = 1});
    }
    BOOST_TEST(programs.size() > 300U);
    do_all(programs);
}

BOOST_AUTO_TEST_CASE(a_trace_is_done_again_and_a_wrong_result_is_noticed) {
    static const std::regex result(R"((\t(expect_cqe(_of)?)\((\w+), )(-?\w+))");
    std::vector<program> programs;
    for (const auto& entry : fs::directory_iterator(RINGPROOF_SOURCE_DIR "/corpus/traces")) {
        const std::string text = contents_of(entry.path());
        const auto wanted = parse(text);
        BOOST_REQUIRE(wanted.has_value());
        for (const bool raw : forms()) {
            program right{.name = entry.path().stem().string(),
                          .text = emitted(*wanted, all().name, raw, text),
                          .raw = raw};
            program wrong = right;
            wrong.wanted = 1;
            wrong.text = std::regex_replace(right.text, result, "$014711",
                                            std::regex_constants::format_first_only);
            BOOST_TEST(wrong.text != right.text, right.name);
            programs.push_back(std::move(right));
            programs.push_back(std::move(wrong));
        }
    }
    do_all(programs);
}

// Not what a clock decides, nor workers: of these a program expects one of several runs.
BOOST_AUTO_TEST_CASE(generated_traces_are_done_again) {
    generate_options how{.profile = all().name, .sqpoll = false, .workers = false, .timers = false};
    std::vector<program> programs;
    for (std::uint64_t seed = 0; programs.size() < 40; ++seed) {
        const trace wanted = generate(case_seed(4, seed), how);
        auto text = emit_c(wanted, {.profile = how.profile, .raw = true, .source = {}});
        if (!text) continue;
        programs.push_back({.name = print(wanted), .text = std::move(*text)});
    }
    do_all(programs);
}

BOOST_AUTO_TEST_SUITE_END()
