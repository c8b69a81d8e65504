#pragma once
// Behaviours for reports: all that a report looks at is who they are.

#include <string>
#include <utility>

#include "sim/behaviour/behaviour.hpp"

namespace ringproof::testing {

inline sim::behaviour named(std::string name, std::string rule) {
    return {.name = std::move(name),
            .rules = {std::move(rule)},
            .says = "It is <so>.",
            .holds = {},
            .may_hang = false,
            .statements = {}};
}

}  // namespace ringproof::testing
