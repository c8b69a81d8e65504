#pragma once
// Oracles say whether what happened was allowed. They judge from what an application can see, so
// the same oracle judges the model and the running kernel. They keep their own books and trust no
// one's: neither the library's nor the kernel's.
//
// An oracle is fed by calls named after what happened, in the order in which the application saw
// it, and each call answers with a violation or with nothing. It does not assert, does not throw on
// the good path, and does not allocate there once its tables have grown.
//
// Invariants, as printed in violations:
//   I1   a buffer is in exactly one place        I9   never more in the ring than entries
//   I2   buffers are taken in published order    I10  the kernel's head never goes back
//   I3   no buffer is handed out twice           I11  at rest the kernel's head is our own count
//   I4   bytes out = bytes in, in order          I12  -ENOBUFS only if the ring could be empty
//   I5   bytes outside a result stay untouched   I13  incremental: parts contiguous, flag right
//   I6   a result is not longer than asked       I14  bundle: as many buffers as its bytes need
//   I7   F_BUFFER exactly with a buffer          I17  what can go on goes on
//   I8   nothing after F_MORE was clear          I18  every request ends
//                                                I19  the same trace runs the same way
//                                                I21  the model can do what the kernel did

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringproof::sim {

/// One broken invariant.
struct violation {
    std::string_view invariant;  ///< "I4"; a literal
    std::string sentence;        ///< what was seen, and what would have been right
    std::uint32_t step = 0;      ///< the operation of the trace during which it was seen, from 1
};

/// Nothing, or what is wrong.
using verdict = std::optional<violation>;

/// For `return blame("I9", "...");`. The player fills in the step.
[[nodiscard, gnu::cold]] inline verdict blame(std::string_view invariant, std::string sentence) {
    return violation{invariant, std::move(sentence), 0};
}

/// For sentences: the pieces, joined.
template <class... Pieces>
[[nodiscard, gnu::cold]] std::string say(const Pieces&... pieces) {
    std::string out;
    const auto add = [&out](const auto& piece) {
        if constexpr (requires { std::to_string(piece); }) {
            out += std::to_string(piece);
        } else {
            out += piece;
        }
    };
    (add(pieces), ...);
    return out;
}

}  // namespace ringproof::sim
