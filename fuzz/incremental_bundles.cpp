// Target: bundles and incremental rings, where lengths end near the ends of buffers. The bytes are
// a trace as for play_model; but its groups are small and mostly incremental, its receives are
// bundles wherever they can be, and what peers feed is some buffers long, less or more a byte.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{};

namespace {

using sim::modifier;
using sim::op_kind;

constexpr auto bits(modifier which) { return static_cast<std::uint8_t>(which); }

/// Sizes of buffers: the first one is what `near()` counts in, the others do not divide each other.
constexpr std::array<std::uint32_t, 4> sizes{16, 1, 7, 24};

/// So many times 16, and a byte less or more.
std::uint32_t near(std::uint32_t amount) { return amount % 9 * 16 + 1 - amount / 9 % 3; }

/// Makes an operation one of those that this target is about.
void focus(sim::op& it) {
    switch (it.kind) {
        case op_kind::group:
        case op_kind::send_group:
            it.count = 1U << it.count % 4;
            if (it.size % 8 != 7) it.modifiers |= bits(modifier::incremental);
            it.size = sizes[it.size % sizes.size()];
            it.limit = it.kind == op_kind::group && it.limit % 4 == 3 ? it.limit % it.size : 0;
            break;
        case op_kind::recv:
        case op_kind::recv_multishot:
        case op_kind::receive:
            it.modifiers |= bits(modifier::bundle);
            if (it.kind != op_kind::receive && it.size % 4 != 0) it.size = near(it.size);
            if (it.limit != 0) it.limit = near(it.limit);
            break;
        case op_kind::send:
            it.modifiers |= bits(modifier::bundle);
            [[fallthrough]];
        case op_kind::feed:
            it.count = near(it.count);
            break;
        case op_kind::churn:
            it.count %= 4;
            it.size = near(it.size);
            break;
        default:
            break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sim::model_player model;
    sim::trace wanted = sim::tame(sim::decode(std::span(data, size)));
    std::ranges::for_each(wanted.operations, focus);
    fuzz::shown = fuzz::play_clean(model, wanted).unseed;
    return 0;
}
