#pragma once
// One story on several models: the newest, the newest with one thing changed, an older version. A
// story is a function of a model_system that tells what was seen.

#include <string>
#include <type_traits>

#include "tests/sim/kernel/message_header.hpp"
#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

/// What the story tells on that version.
template <class Story>
std::string under(const sim::profile& version, Story story) {
    model_system system(version);
    return story(system);
}

/// On 7.3.
template <class Story>
std::string newest(Story story) {
    return under(sim::profile{}, story);
}

/// On a version by name. What the model tells as 6.18.44 is also asked of the running kernel, when
/// the environment wants it; a story that looks into the model takes a model_system.
template <class Story>
std::string on(std::string_view name, Story story) {
    const std::string told = under(*sim::find_profile(name), story);
    if constexpr (std::is_invocable_v<Story, linux_system&>) {
        if (name == "v6_18" && linux_system::is_wanted()) {
            linux_system running;
            BOOST_TEST_CONTEXT("on the running kernel") { BOOST_TEST(story(running) == told); }
        }
    }
    return told;
}

/// On 7.3 with one bug.
template <class Story>
std::string with(bool sim::profile_bugs::* bug, Story story) {
    sim::profile changed;
    changed.bugs.*bug = true;
    return under(changed, story);
}

/// On 7.3 with one switch as an older version has it.
template <class Member, class Value, class Story>
std::string with(Member sim::profile::* member, Value value, Story story) {
    sim::profile changed;
    changed.*member = static_cast<Member>(value);
    return under(changed, story);
}

inline constexpr group_options incremental_group{.flags = abi::iou_pbuf_ring_inc};
inline constexpr std::uint32_t deferring =
    abi::ioring_setup_single_issuer | abi::ioring_setup_defer_taskrun;
inline constexpr std::uint32_t peek_bit = 0x2;
inline constexpr std::uint32_t trunc_bit = 0x20;
inline constexpr std::uint32_t dontwait_bit = 0x40;
inline constexpr std::uint32_t waitall_bit = 0x100;

/// "... h2": what completed, and where the head is then.
template <class System>
std::string run_and_head(raw_ring<System>& ring, raw_group<System>& group) {
    std::string text = ring.run();
    return text + " h" + std::to_string(group.head());
}

}  // namespace ringproof::testing
