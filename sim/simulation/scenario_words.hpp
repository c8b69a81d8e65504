#pragma once
// The words of a scenario's text that stand for values, for who prints and who reads it.

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "sim/simulation/scenario.hpp"

namespace ringproof::sim::scenario_words {

inline constexpr std::array errors{
    std::pair{std::string_view("EAGAIN"), EAGAIN}, std::pair{std::string_view("EBUSY"), EBUSY},
    std::pair{std::string_view("EINTR"), EINTR}, std::pair{std::string_view("ENOMEM"), ENOMEM}};

inline constexpr std::array<std::string_view, channel_kind_count> channels{
    "tcp", "unix_stream", "udp", "unix_datagram", "pipe", "file"};
inline constexpr std::array<std::string_view, 3> expectations{"echo", "script", "none"};
inline constexpr std::array<std::string_view, ring_mode_count> modes{"default", "coop", "defer",
                                                                     "sqpoll"};

}  // namespace ringproof::sim::scenario_words
