#pragma once
// The words that requests of behaviours may have, and the bits that they set.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <ringproof/abi_constants.hpp>

#include "sim/behaviour/behaviour.hpp"

namespace ringproof::sim::detail {

/// A word of the language, and the bit that it sets.
struct named_bit {
    std::string_view name;
    std::uint32_t bit;
};

[[nodiscard]] inline std::uint32_t bits_in(const statement& it, std::span<const named_bit> known) {
    std::uint32_t bits = 0;
    for (const named_bit& each : known) {
        if (it.has(each.name)) bits |= each.bit;
    }
    return bits;
}

inline constexpr auto sqe_flag_words = std::to_array<named_bit>({
    {"async", abi::iosqe_async},
    {"link", abi::iosqe_io_link},
    {"drain", abi::iosqe_io_drain},
    {"skip", abi::iosqe_cqe_skip_success},
    {"fixed", abi::iosqe_fixed_file},
});

inline constexpr auto ioprio_words = std::to_array<named_bit>({
    {"multishot", abi::ioring_recv_multishot},
    {"bundle", abi::ioring_recvsend_bundle},
    {"poll_first", abi::ioring_recvsend_poll_first},
});

inline constexpr auto message_words = std::to_array<named_bit>({
    {"waitall", MSG_WAITALL},
    {"dontwait", MSG_DONTWAIT},
    {"peek", MSG_PEEK},
    {"trunc", MSG_TRUNC},
});

}  // namespace ringproof::sim::detail
