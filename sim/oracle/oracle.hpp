#pragma once
// Oracles say whether what happened was allowed. They judge from what an application can see, so
// the same oracle judges the model and the running kernel. They keep their own books and trust no
// one's: neither the library's nor the kernel's.
//
// An oracle is fed by calls named after what happened, in the order in which the application saw
// it, and each call answers with a violation or with nothing. It does not assert, does not throw on
// the good path, and does not allocate there once its tables have grown.
//
// Invariants are printed by their ids, I1 to I24; invariants.hpp says what each demands.
//
// I15 and I16 are `order.hpp`, over a record of accesses (properties/memory_order.cpp). I20 and I22
// to I24 compare two runs or two forms, and are asked in properties/: trace_bytes and trace_text,
// start_tail, buffer_ids, batch. I21 is sim/compare. The others judge every play.

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
