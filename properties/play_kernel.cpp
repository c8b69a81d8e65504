// The running kernel is held to what the model is held to: no trace breaks an invariant, whatever
// is left out of it.

#include <cstddef>

#include "properties/hosts.hpp"
#include "sim/trace/linux_player.hpp"

namespace ringproof::sim {

using testing::check;

namespace {

/// Traces for what this kernel can do.
rc::Gen<trace> traces_for(const capabilities& can) {
    return arbitrary::traces([may = options_for(can)](std::uint64_t seed, int size) {
        generate_options sized = may;
        sized.operations_most = 8 + static_cast<std::uint32_t>(size);
        sized.operations_least = sized.operations_most / 4;
        return generate(seed, sized);
    });
}

void play_clean(linux_host& host, const trace& wanted) {
    linux_player with;
    history record;
    const outcome seen = with.play(wanted, host.world(), record);
    host.world().clear();
    require_clean(wanted, seen);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(play_kernel)

BOOST_AUTO_TEST_CASE(no_trace_breaks_an_invariant) {
    linux_host host;
    check(500, [&]() { play_clean(host, *traces_for(host.can())); });
}

BOOST_AUTO_TEST_CASE(any_operation_may_be_missing) {
    linux_host host;
    check(500, [&]() {
        trace rest = *traces_for(host.can());
        const auto missing = *rc::gen::inRange<std::size_t>(0, rest.operations.size() + 1);
        if (missing < rest.operations.size()) {
            rest.operations.erase(rest.operations.begin() + static_cast<std::ptrdiff_t>(missing));
        }
        play_clean(host, rest);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
