#include "sim/explore/program.hpp"

#include <fmt/format.h>

namespace ringproof::sim::explore {

namespace {

constexpr std::uint16_t bit_of(std::uint8_t reg) {
    return reg == none ? std::uint16_t{0} : static_cast<std::uint16_t>(1U << reg);
}

std::uint16_t used_by(const step& it) {
    std::uint16_t used = static_cast<std::uint16_t>(bit_of(it.index) | bit_of(it.from));
    used = static_cast<std::uint16_t>(used | bit_of(it.minus));
    if (it.what == action::add) used = static_cast<std::uint16_t>(used | bit_of(it.into));
    return used;
}

bool goes_on(action what) {
    return what != action::jump && what != action::stop && what != action::fail;
}

bool goes_elsewhere(action what) {
    return what == action::jump || what == action::branch || what == action::fork ||
        what == action::if_empty;
}

}  // namespace

std::string_view name_of(order how) {
    switch (how) {
        case order::acquire:
            return "acquire";
        case order::release:
            return "release";
        case order::control:
            return "relaxed, then a branch";
        default:
            return "relaxed";
    }
}

std::string_view name_of(memory_model model) { return model == memory_model::c11 ? "C11" : "LKMM"; }

std::string describe(const program& of, std::size_t agent, const step& it) {
    const std::string& who = of.agents[agent].name;
    switch (it.what) {
        case action::load:
            return fmt::format("{}: load {} {}", who, of.words[it.at].name, name_of(it.how));
        case action::store:
            return fmt::format("{}: store {} {}", who, of.words[it.at].name, name_of(it.how));
        case action::read:
            return fmt::format("{}: read {}", who, of.arrays[it.at].name);
        case action::write:
            return fmt::format("{}: write {}", who, of.arrays[it.at].name);
        case action::doze:
            return fmt::format("{}: about to sleep", who);
        case action::await:
            return fmt::format("{}: woken", who);
        case action::wake:
            return fmt::format("{}: wake {}", who, of.agents[it.at].name);
        case action::fence:
            return fmt::format("{}: full fence", who);
        default:
            return fmt::format("{}: a step of its own", who);
    }
}

std::vector<std::uint16_t> live_registers(const agent& of, bool seen_at_end) {
    std::vector<std::uint16_t> live(of.steps.size(), 0);
    const std::uint16_t at_end = seen_at_end ? std::uint16_t{0xffff} : std::uint16_t{0};
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = of.steps.size(); i-- > 0;) {
            const step& it = of.steps[i];
            unsigned after = it.what == action::stop ? at_end : 0U;
            if (goes_on(it.what) && i + 1 < live.size()) after |= live[i + 1];
            if (goes_elsewhere(it.what)) after |= live[it.target];
            if (it.what != action::wake) after &= ~unsigned{bit_of(it.into)};
            const auto now = static_cast<std::uint16_t>(after | used_by(it));
            changed = changed || now != live[i];
            live[i] = now;
        }
    }
    return live;
}

}  // namespace ringproof::sim::explore
