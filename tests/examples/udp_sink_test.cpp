// The sink for datagrams on the model.

#include "tests/examples/udp_sink.hpp"

#include <algorithm>

#include "sim/oracle/stream.hpp"
#include "sim/simulation/search.hpp"
#include "tests/examples/swarm.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

bool able(const profile& version) { return version.has_recv_multishot; }

/// Behind header and name a buffer has room for 112 bytes.
constexpr std::uint32_t short_message = 100;
constexpr std::uint32_t long_message = 150;

scenario talkative() {
    scenario made;
    made.sizes.buffer_size = 256;
    made.world.peers = {
        {.channel = channel_kind::udp,
         .connects = false,
         .expects = expected_answer::none,
         .steps = {{.kind = step_kind::send, .size = 20 * short_message, .chunk = short_message},
                   {.kind = step_kind::send, .size = 5 * long_message, .chunk = long_message},
                   {.kind = step_kind::send, .size = short_message}}}};
    return made;
}

/// Checks every byte; fails the run, too, if one is wrong.
template <kernel Kernel>
examples::outcome sink(stage<Kernel>& on, std::uint64_t& heard) {
    heard = 0;
    const auto check = [&heard](const message& one) {
        const auto right = pattern::of(0, heard, one.payload.size());
        if (!std::ranges::equal(one.payload, right)) throw std::runtime_error("wrong bytes");
        heard += one.truncated() ? long_message : one.payload.size();
    };
    return examples::sink_datagrams(on.kernel(), on.channels().front(), sizes_of(on), 0, check);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(udp_sink)

BOOST_AUTO_TEST_CASE(no_message_is_lost_in_a_swarm_of_faults) {
    scenario wanted = talkative();
    wanted.faults = all_faults();
    std::uint64_t heard = 0;
    const auto program = [&heard](auto& on) { must(sink(on, heard)); };
    swarm(wanted, able, program, [&heard](const run_report& came) {
        return came.clean() && heard == came.done.peers.sent;
    });
}

BOOST_AUTO_TEST_CASE(it_survives_each_refused_call) {
    simulator with;
    std::uint64_t heard = 0;
    const auto quietly = [&heard](auto& on) { (void)sink(on, heard); };
    const sweep_result found = sweep(with, talkative(), quietly);
    BOOST_TEST(found.runs > 20U);
    for (const run_report& each : found.failed) BOOST_TEST(each.clean(), tell(each));
}

BOOST_AUTO_TEST_CASE(it_takes_as_many_as_are_wanted) {
    std::uint64_t seen = 0;
    const run_report came = sim::run(talkative(), [&seen](auto& on) {
        const auto count = [&seen](const message& /*one*/) { ++seen; };
        must(examples::sink_datagrams(on.kernel(), on.channels().front(), sizes_of(on), 7, count));
    });
    BOOST_TEST(came.sentence == "");
    BOOST_TEST(seen == 7U);
}

BOOST_AUTO_TEST_CASE(an_older_kernel_is_told_what_it_lacks) {
    std::uint64_t heard = 0;
    const auto program = [&heard](auto& on) { must(sink(on, heard)); };
    refuses(talkative(), able, program, "lacks multishot receives, which came with Linux 6.0");
}

BOOST_AUTO_TEST_CASE(buffers_without_room_for_a_message_are_an_error) {
    scenario wanted = talkative();
    wanted.sizes.buffer_size = 64;
    std::uint64_t heard = 0;
    const run_report came = sim::run(wanted, [&heard](auto& on) { must(sink(on, heard)); });
    BOOST_TEST(came.sentence.find("cannot receive: Bad address") != std::string::npos,
               came.sentence);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
