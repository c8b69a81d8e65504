#pragma once
// What the oracles demand, by the ids that violations print.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ringproof::sim {

inline constexpr auto invariants = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"I1", "a buffer is in exactly one place"},
    {"I2", "buffers are taken in published order"},
    {"I3", "no buffer is handed out twice"},
    {"I4", "bytes out are bytes in, in order"},
    {"I5", "bytes outside a result stay untouched"},
    {"I6", "a result is not longer than asked"},
    {"I7", "F_BUFFER exactly with a buffer"},
    {"I8", "nothing after F_MORE was clear"},
    {"I9", "never more buffers in the ring than entries"},
    {"I10", "the kernel's head never goes back"},
    {"I11", "at rest the kernel's head is our count"},
    {"I12", "-ENOBUFS only if the ring could be empty"},
    {"I13", "incremental: parts contiguous, flag right"},
    {"I14", "bundle: as many buffers as its bytes need"},
    {"I15", "published happens before used"},
    {"I16", "used happens before overwritten"},
    {"I17", "what can go on goes on"},
    {"I18", "every request ends"},
    {"I19", "the same trace runs the same way"},
    {"I20", "a trace comes back from its bytes and text"},
    {"I21", "the model can do what the kernel did"},
    {"I22", "where a tail starts makes no difference"},
    {"I23", "renamed ids rename what is said, no more"},
    {"I24", "one store for many buffers is as many stores"},
});

/// "a buffer is in exactly one place" for "I1"; empty for what is no id.
[[nodiscard]] constexpr std::string_view meaning_of(std::string_view id) noexcept {
    const auto found =
        std::ranges::find(invariants, id, [](const auto& each) { return each.first; });
    return found == invariants.end() ? std::string_view() : found->second;
}

}  // namespace ringproof::sim
