// Replays inputs through a fuzz target without a fuzzing engine.
//
//     fuzz_trace corpus/trace crash-1234
//
// Each argument is a file or a folder, searched to its leaves. Exit status: 0 when every input was
// replayed, 1 when there was none (a replay of nothing proves nothing), 2 when one cannot be read.
// A target that finds something aborts; the name printed last is the input that did it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

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

int cannot_read(const fs::path& path) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t replayed_count = 0;
    for (int index = 1; index < argc; ++index) {
        const auto paths = inputs_of(argv[index]);
        if (!paths) {
            return cannot_read(argv[index]);
        }
        for (const fs::path& path : *paths) {
            const auto bytes = bytes_of(path);
            if (!bytes) {
                return cannot_read(path);
            }
            // Flushed before the call: an abort must not swallow the name of its input.
            std::fprintf(stderr, "%s\n", path.c_str());
            const auto* data = reinterpret_cast<const std::uint8_t*>(bytes->data());
            LLVMFuzzerTestOneInput(data, bytes->size());
            ++replayed_count;
        }
    }
    std::printf("replayed %zu inputs\n", replayed_count);
    if (replayed_count == 0) {
        std::fprintf(stderr, "no inputs: name at least one file, or a folder that has some\n");
        return 1;
    }
    return 0;
}
