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
//   I1   a buffer is in exactly one place        I13  incremental: parts contiguous, flag right
//   I2   buffers are taken in published order    I14  bundle: as many buffers as its bytes need
//   I3   no buffer is handed out twice           I15  published happens before used
//   I4   bytes out = bytes in, in order          I16  used happens before overwritten
//   I5   bytes outside a result stay untouched   I17  what can go on goes on
//   I6   a result is not longer than asked       I18  every request ends
//   I7   F_BUFFER exactly with a buffer          I19  the same trace runs the same way
//   I8   nothing after F_MORE was clear          I20  a trace comes back from its bytes and text
//   I9   never more in the ring than entries     I21  the model can do what the kernel did
//   I10  the kernel's head never goes back       I22  where a tail starts makes no difference
//   I11  at rest the kernel's head is our count  I23  renamed ids rename what is said, no more
//   I12  -ENOBUFS only if the ring could be      I24  one store for many buffers is as many stores
//        empty
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
