#pragma once
// What a ring that began disabled may be used for from then on (REGISTER_RESTRICTIONS).

#include <bitset>
#include <cstdint>

namespace ringproof::sim {

struct ring_context;

/// Nothing is restricted until something is registered.
struct restrictions {
    bool registered = false;
    std::bitset<64> registrations;   ///< that may be made
    std::bitset<64> requests;        ///< that may be submitted, by opcode
    std::uint8_t flags_allowed = 0;  ///< of SQEs
    std::uint8_t flags_required = 0;

    [[nodiscard]] bool allow_request(std::uint8_t opcode, std::uint8_t flags) const noexcept {
        if (opcode >= requests.size() || !requests.test(opcode)) return false;
        return (flags & flags_required) == flags_required &&
            (flags & ~(flags_allowed | flags_required)) == 0;
    }
    [[nodiscard]] bool allow_registration(std::uint32_t opcode) const noexcept {
        return opcode < registrations.size() && registrations.test(opcode);
    }
};

/// Matches io_register_restrictions().
int register_restrictions(ring_context& ring, std::uint64_t argument, std::uint32_t count);

}  // namespace ringproof::sim
