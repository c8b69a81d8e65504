// The style of the house as a test. First each rule is shown something bad, because a rule that
// cannot fail is no rule; at the end all of them look at the repository.

#include "tests/support/tidy.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace ringproof::tidy;

/// What git knows or would add, deleted files excepted; empty where there is no git, or no
/// repository of its own (an unpacked archive may lie in somebody else's).
std::vector<std::string> files_by_git(const std::string& root) {
    const std::string command =
        "git -C '" + root + "' ls-files -z --cached --others --exclude-standard 2>/dev/null";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string output;
    std::array<char, 4096> part{};
    while (const std::size_t count = pipe ? std::fread(part.data(), 1, part.size(), &*pipe) : 0) {
        output.append(part.data(), count);
    }
    std::vector<std::string> paths;
    for (std::size_t at = 0; at < output.size(); at += paths.back().size() + 1) {
        paths.emplace_back(output.c_str() + at);
    }
    return paths;
}

std::vector<std::string> files_by_walking(const fs::path& root) {
    std::vector<std::string> paths;
    for (auto entry = fs::recursive_directory_iterator(root);
         entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string path = entry->path().lexically_relative(root).generic_string();
        if (path == "build" || path == ".git" || path == ".cache") {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file()) {
            paths.push_back(path);
        }
    }
    return paths;
}

tree repository() {
    const std::string root = RINGPROOF_SOURCE_DIR;
    auto paths = fs::exists(root + "/.git") ? files_by_git(root) : std::vector<std::string>();
    if (paths.empty()) {
        paths = files_by_walking(root);
    }
    tree files;
    for (const std::string& path : paths) {
        std::ifstream file(root + "/" + path, std::ios::binary);
        if (file) {
            files[path] = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        }
    }
    return files;
}

bool breaks(const findings& found, std::string_view path, std::size_t line) {
    return found.size() == 1 && found.front().path == path && found.front().line == line;
}

std::string repeated(std::size_t count, std::string_view text) {
    std::string all;
    for (std::size_t index = 0; index < count; ++index) {
        all += text;
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tidy)

BOOST_AUTO_TEST_CASE(comments_and_literals_are_not_code) {
    BOOST_TEST(code_only("a // b\nc /* d\n */ e") == "a     \nc     \n    e");
    BOOST_TEST(code_only(R"(f("x\"y", 'z'))") == R"(f("    ", ' '))");
    BOOST_TEST(code_only("1'000'000 + x") == "1'000'000 + x");
    BOOST_TEST(code_only("s = R\"(a\n\"b)\" + c") == "s =     \n     + c");
    BOOST_TEST(code_only("\"open\nnext") == "\"    \nnext");
    BOOST_TEST(comments_only("a // b\nc(\"//\", R\"(/**/)\") /* d */ e") == "// b\n/* d */\n");
}

BOOST_AUTO_TEST_CASE(an_include_that_points_the_wrong_way_is_found) {
    struct example {
        std::string_view path;
        std::string_view target;
    };
    const auto bad = std::to_array<example>({
        {"lib/ringproof/uring.hpp", "\"sim/choice.hpp\""},
        {"lib/error.cpp", "<sim/choice.hpp>"},
        {"sim/trace/play.hpp", "\"sim/kernel/model_kernel.hpp\""},
        {"sim/report/text.cpp", "\"sim/kernel/kbuf.hpp\""},
        {"sim/oracle/stream.hpp", "\"sim/kernel/socket.hpp\""},
        {"sim/kernel/kbuf.hpp", "\"sim/trace/op.hpp\""},
        {"sim/kernel/kbuf.hpp", "\"sim/oracle/oracle.hpp\""},
        {"sim/history.hpp", "\"sim/trace/op.hpp\""},
        {"sim/linux_world.cpp", "\"sim/kernel/socket.hpp\""},
        {"sim/main.cpp", "\"tests/support/skip.hpp\""},
        {"sim/profile.hpp", "\"properties/generators.hpp\""},
        {"lib/ringproof/abi.hpp", "<linux/io_uring.h>"},
        {"sim/report/c_source.cpp", "<liburing.h>"},
        {"tests/kernel/register_test.cpp", "\"sim/kernel/model_kernel.hpp\""},
        {"sim/kernel/kbuf.hpp", "\"socket.hpp\""},
        {"sim/kernel/kbuf.hpp", "\"../choice.hpp\""},
        {"sim/choice.cpp", "\"sim/../tests/support/skip.hpp\""},
        {"sim/choice.cpp", "<lib/ringproof/abi.hpp>"},
    });
    for (const auto& [path, target] : bad) {
        const std::string text = "// head\n#include " + std::string(target) + "\n";
        BOOST_TEST(breaks(check_includes(path, text), path, 2), path << " includes " << target);
    }
}

BOOST_AUTO_TEST_CASE(an_include_that_points_the_right_way_passes) {
    BOOST_TEST(check_includes("sim/choice.cpp", "#include \"sim/choice.hpp\"\n").empty());
    BOOST_TEST(check_includes("sim/kernel/kbuf.hpp", "#include <ringproof/abi.hpp>\n").empty());
    BOOST_TEST(check_includes("sim/main.cpp", "#include \"sim/kernel/kbuf.hpp\"\n").empty());
    BOOST_TEST(check_includes("tests/bench/ring.cpp", "#include <liburing.h>\n").empty());
    BOOST_TEST(check_includes("sim/report/c_source.cpp", "// #include <liburing.h>\n").empty());
    const std::string emitted = "f(R\"(\n#include <liburing.h>\n)\");\n";
    BOOST_TEST(check_includes("sim/report/c_source.cpp", emitted).empty());
}

BOOST_AUTO_TEST_CASE(a_system_call_outside_its_file_is_found) {
    const std::string_view path = "lib/ringproof/mapping.hpp";
    for (const std::string_view bad :
         {"syscall(425, 8, p);", "x = ::mmap(0, 1, 2, 3, 4, 0);", "return ::getpid();",
          "#include <sys/mman.h>", "#include <unistd.h>"}) {
        BOOST_TEST(breaks(check_system_calls(path, bad), path, 1), bad);
    }
    for (const std::string_view good : {"kernel.mmap(0);", "Kernel::close(fd);", "// ::mmap(0)",
                                        "auto s = \"syscall(\";", "my_syscall(1);"}) {
        BOOST_TEST(check_system_calls(path, good).empty(), good);
    }
    BOOST_TEST(check_system_calls("lib/linux_kernel.cpp", "syscall(425);").empty());
    BOOST_TEST(check_system_calls("sim/linux_world.cpp", "::read(fd);").empty());
}

BOOST_AUTO_TEST_CASE(a_header_or_a_readme_that_is_too_long_is_found) {
    const std::string_view header = "sim/choice.hpp";
    BOOST_TEST(check_length(header, repeated(250, "\n")).empty());
    BOOST_TEST(breaks(check_length(header, repeated(251, "\n")), header, 0));
    BOOST_TEST(check_length("sim/choice.cpp", repeated(251, "\n")).empty());

    BOOST_TEST(check_length("sim/README.md", repeated(40, "\n")).empty());
    BOOST_TEST(breaks(check_length("sim/README.md", repeated(41, "\n")), "sim/README.md", 0));
    BOOST_TEST(check_length("README.md", repeated(41, "\n")).empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_found) {
    const std::string bad = "\n" + repeated(101, "x") + "\n";
    for (const std::string_view path :
         {"lib/a.cpp", "lib/CMakeLists.txt", ".cmake/a.cmake", "fuzz/a.sh", "ringproof"}) {
        BOOST_TEST(breaks(check_columns(path, bad), path, 2), path);
    }
    BOOST_TEST(check_columns("lib/a.cpp", repeated(100, "x")).empty());
    BOOST_TEST(check_columns("lib/a.cpp", repeated(100, "\u00e9")).empty());
    BOOST_TEST(breaks(check_columns("README.md", bad), "README.md", 2));
    BOOST_TEST(check_columns("README.md", "| " + bad.substr(1)).empty());
}

BOOST_AUTO_TEST_CASE(white_space_out_of_place_is_found) {
    BOOST_TEST(breaks(check_white_space("a.cpp", "x\n\ty\n"), "a.cpp", 2));
    BOOST_TEST(breaks(check_white_space("a.cpp", "x \n"), "a.cpp", 1));
    BOOST_TEST(breaks(check_white_space("a.cpp", "x\r\n"), "a.cpp", 1));
    BOOST_TEST(breaks(check_white_space("a.cpp", "x"), "a.cpp", 0));
    BOOST_TEST(breaks(check_white_space("a.cpp", "x\n\n"), "a.cpp", 0));
    BOOST_TEST(check_white_space("a.cpp", "x\n").empty());
    BOOST_TEST(check_white_space("corpus/trace/seed", "\t \r").empty());
}

BOOST_AUTO_TEST_CASE(every_banned_word_is_found) {
    for (const banned_word& banned : banned_words()) {
        const std::string word = banned.word();
        BOOST_TEST(breaks(check_words("a.cpp", "x\n// " + word + ": y\n"), "a.cpp", 2), word);
        BOOST_TEST(check_words("a.cpp", "x" + word + "y\n").empty(), word);
        BOOST_TEST(!banned.instead.empty(), word);
    }
}

BOOST_AUTO_TEST_CASE(a_suite_of_another_name_is_found) {
    const std::string_view path = "tests/lib/ring_test.cpp";
    BOOST_TEST(check_suite(path, "BOOST_AUTO_TEST_SUITE(ring)\n").empty());
    BOOST_TEST(check_suite(path, "BOOST_FIXTURE_TEST_SUITE(ring, fixture)\n").empty());
    BOOST_TEST(breaks(check_suite(path, "BOOST_AUTO_TEST_SUITE(rings)\n"), path, 0));
    BOOST_TEST(breaks(check_suite(path, "// BOOST_AUTO_TEST_SUITE(ring)\n"), path, 0));
    BOOST_TEST(breaks(check_suite("properties/ring.cpp", "int x;\n"), "properties/ring.cpp", 0));
    const std::string with_main = "#define BOOST_TEST_MODULE x\nBOOST_AUTO_TEST_SUITE(ring)\n";
    BOOST_TEST(breaks(check_suite(path, with_main), path, 0));
}

BOOST_AUTO_TEST_CASE(a_stranger_in_the_root_is_found) {
    const tree good{{"lib/error.cpp", ""}, {"ringproof", ""}, {".github/x.yml", ""}};
    BOOST_TEST(check_top_level(good).empty());
    BOOST_TEST(breaks(check_top_level({{"docs/a.md", ""}, {"docs/b.md", ""}}), "docs", 0));
    BOOST_TEST(breaks(check_top_level({{"notes.txt", ""}}), "notes.txt", 0));
}

BOOST_AUTO_TEST_CASE(a_file_that_nothing_uses_is_found) {
    const std::string_view header = "sim/kernel/kbuf.hpp";
    const tree unused{{"sim/kernel/kbuf.hpp", "#include \"sim/kernel/kbuf.hpp\"\n"}};
    BOOST_TEST(breaks(check_orphans(unused), header, 0));
    const tree used{{"sim/kernel/kbuf.hpp", ""},
                    {"sim/main.cpp", "#include \"sim/kernel/kbuf.hpp\"\n"}};
    BOOST_TEST(check_orphans(used).empty());

    for (const std::string path :
         {"lib/extra.cpp", "sim/attic/a.cpp", "tests/helper.cpp", "tests/lib/ring.cpp",
          "fuzz/deep/a.cpp", "corpus/gone/seed", "corpus/stray", "fuzz/gone.dict"}) {
        const tree files{{path, ""}, {"lib/CMakeLists.txt", "add_library(x error.cpp)\n"}};
        BOOST_TEST(breaks(check_orphans(files), path, 0), path);
    }
    const tree listed{{"lib/error.cpp", ""}, {"lib/CMakeLists.txt", "add_library(x error.cpp)\n"}};
    BOOST_TEST(check_orphans(listed).empty());
    const tree fuzzed{{"fuzz/trace.cpp", ""}, {"corpus/trace/seed", ""}, {"fuzz/trace.dict", ""}};
    BOOST_TEST(check_orphans(fuzzed).empty());
}

BOOST_AUTO_TEST_CASE(a_header_that_its_own_source_does_not_include_first_is_found) {
    const std::string_view source = "sim/kernel/kbuf.cpp";
    const std::string own = "#include \"sim/kernel/kbuf.hpp\"\n";
    const auto beside = [&](std::string text) {
        return tree{{std::string(source), std::move(text)}, {"sim/kernel/kbuf.hpp", ""}};
    };
    BOOST_TEST(check_own_headers(beside(own + "#include <vector>\n")).empty());
    BOOST_TEST(breaks(check_own_headers(beside("#include <vector>\n" + own)), source, 1));
    BOOST_TEST(breaks(check_own_headers(beside("")), source, 0));
    BOOST_TEST(check_own_headers({{std::string(source), "#include <vector>\n"}}).empty());
}

BOOST_AUTO_TEST_CASE(two_types_of_one_name_are_found) {
    const std::string type = "namespace ringproof::sim {\n\nstruct thing {\n};\n\n}\n";
    const auto beside = [&](const std::string& other) {
        return check_types({{"sim/a.hpp", type}, {"sim/b.hpp", other}});
    };
    BOOST_TEST(breaks(beside(type), "sim/b.hpp", 3));
    BOOST_TEST(breaks(beside("namespace ringproof::sim {\nenum class thing : int { a };\n}\n"),
                      "sim/b.hpp", 2));
    BOOST_TEST(beside("namespace ringproof::sim {\nstruct thing;\n}\n").empty());
    BOOST_TEST(beside("namespace ringproof {\nstruct thing {\n};\n}\n").empty());
    BOOST_TEST(check_types({{"sim/a.hpp", type}, {"sim/b.cpp", type}}).empty());
}

BOOST_AUTO_TEST_CASE(check_file_asks_every_rule) {
    BOOST_TEST(breaks(check_file("lib/a.cpp", "#include \"sim/x.hpp\"\n"), "lib/a.cpp", 1));
    BOOST_TEST(breaks(check_file("lib/a.cpp", "syscall(1);\n"), "lib/a.cpp", 1));
    BOOST_TEST(breaks(check_file("lib/a.hpp", repeated(251, "x\n")), "lib/a.hpp", 0));
    BOOST_TEST(breaks(check_file("lib/a.cpp", repeated(101, "x") + "\n"), "lib/a.cpp", 1));
    BOOST_TEST(breaks(check_file("lib/a.cpp", "x"), "lib/a.cpp", 0));
    BOOST_TEST(breaks(check_file("lib/a.cpp",
                                 "// FIX"
                                 "ME\n"),
                      "lib/a.cpp", 1));
    BOOST_TEST(breaks(check_file("tests/a_test.cpp", "x\n"), "tests/a_test.cpp", 0));
}

BOOST_AUTO_TEST_CASE(the_repository_keeps_the_rules) {
    const tree files = repository();
    BOOST_TEST_REQUIRE(files.contains("CMakeLists.txt"));
    for (const auto& [path, line, message] : check_tree(files)) {
        BOOST_ERROR(path << ':' << line << ": " << message);
    }
}

BOOST_AUTO_TEST_SUITE_END()
