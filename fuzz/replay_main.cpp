// Replays inputs through a fuzz target without a fuzzing engine.
//
//     fuzz_play_model [--every-situation] corpus/play_model crash-1234
//
// Each argument is a file or a folder, searched to its leaves. Every input is run twice: in order,
// and then backwards; what a target showed of it must be the same, or something outlives an input.
// Exit status: 0 when every input was replayed, 1 when there was none (a replay of nothing proves
// nothing) or one ran two ways, 2 when one cannot be read; what the target's own initialization
// exits with, 77 where it cannot run. A target that finds something aborts; the name printed last
// is the input that did it. With --every-situation it is 1, too, when the traces played have missed
// a situation of sim/trace/outcome.hpp. Other flags are an engine's and mean nothing here.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

namespace fs = std::filesystem;

/// Everything an argument names, in the order of the names, so that two runs are the same run.
/// Nothing when the argument does not exist or a folder cannot be listed.
std::optional<std::vector<fs::path>> inputs_of(const fs::path& argument) {
    std::error_code error;
    if (!fs::is_directory(argument, error)) {
        return std::vector<fs::path>{argument};
    }
    std::vector<fs::path> found;
    fs::recursive_directory_iterator entry(argument, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry->is_regular_file(error)) {
            found.push_back(entry->path());
        }
    }
    if (error) {
        return std::nullopt;
    }
    std::ranges::sort(found);
    return found;
}

std::optional<std::vector<char>> bytes_of(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) {
        return std::nullopt;
    }
    return bytes;
}

struct input {
    fs::path path;
    std::vector<char> bytes;
    std::uint64_t shown = 0;
};

/// Nothing, after a line that says why, when an argument cannot be read.
std::optional<std::vector<input>> read_all(int argc, char** argv) {
    std::vector<input> all;
    for (int index = 1; index < argc; ++index) {
        if (argv[index][0] == '-') continue;
        const auto paths = inputs_of(argv[index]);
        if (!paths) {
            std::fprintf(stderr, "cannot read %s\n", argv[index]);
            return std::nullopt;
        }
        for (const fs::path& path : *paths) {
            auto bytes = bytes_of(path);
            if (!bytes) {
                std::fprintf(stderr, "cannot read %s\n", path.c_str());
                return std::nullopt;
            }
            all.push_back({path, std::move(*bytes)});
        }
    }
    return all;
}

/// What the target showed.
std::uint64_t run(const input& it) {
    // Flushed before the call: an abort must not swallow the name of its input.
    std::fprintf(stderr, "%s\n", it.path.c_str());
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(it.bytes.data()), it.bytes.size());
    return ringproof::fuzz::shown;
}

/// True when none is missing; tells those that are.
bool every_situation_was_met() {
    namespace sim = ringproof::sim;
    for (std::size_t i = 0; i < sim::mark_count; ++i) {
        if (ringproof::fuzz::met[i]) continue;
        const std::string_view name = name_of(static_cast<sim::mark>(i));
        std::fprintf(stderr, "no input meets: %.*s\n", static_cast<int>(name.size()), name.data());
    }
    return ringproof::fuzz::met.all();
}

}  // namespace

int main(int argc, char** argv) {
    auto all = read_all(argc, argv);
    if (!all) return 2;
    if (all->empty()) {
        std::fprintf(stderr, "no inputs: name at least one file, or a folder that has some\n");
        return 1;
    }
    if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
    for (input& each : *all) each.shown = run(each);
    for (auto each = all->rbegin(); each != all->rend(); ++each) {
        if (run(*each) == each->shown) continue;
        std::fprintf(stderr, "%s shows something else after other inputs\n", each->path.c_str());
        return 1;
    }
    std::printf("replayed %zu inputs, twice\n", all->size());
    const bool all_situations = std::any_of(argv + 1, argv + argc, [](const char* argument) {
        return std::string_view(argument) == "--every-situation";
    });
    return all_situations && !every_situation_was_met() ? 1 : 0;
}
