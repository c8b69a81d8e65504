#include "sim/kernel/restrictions.hpp"

#include <cerrno>

#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t most = 64;  // IORING_MAX_RESTRICTIONS

struct user_restriction {
    std::uint16_t kind;
    std::uint8_t value;
    std::uint8_t resv;
    std::uint32_t resv2[3];
};
static_assert(sizeof(user_restriction) == 16);

bool add(restrictions& to, const user_restriction& wanted) {
    switch (wanted.kind) {
        case 0:  // IORING_RESTRICTION_REGISTER_OP
            if (wanted.value >= to.registrations.size()) return false;
            to.registrations.set(wanted.value);
            return true;
        case 1:  // IORING_RESTRICTION_SQE_OP
            if (wanted.value >= to.requests.size()) return false;
            to.requests.set(wanted.value);
            return true;
        case 2:  // IORING_RESTRICTION_SQE_FLAGS_ALLOWED
            to.flags_allowed = wanted.value;
            return true;
        case 3:  // IORING_RESTRICTION_SQE_FLAGS_REQUIRED
            to.flags_required = wanted.value;
            return true;
        default:
            return false;
    }
}

}  // namespace

int register_restrictions(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    if (!ring.disabled) return -EBADFD;
    if (ring.allowed.registered) return -EBUSY;
    if (argument == 0 || count > most) return -EINVAL;
    restrictions made;
    made.registered = true;
    for (std::uint32_t i = 0; i < count; ++i) {
        user_restriction wanted{};
        const std::uint64_t at = argument + i * sizeof wanted;
        if (!ring.in->memory.copy_in(&wanted, at, sizeof wanted)) return -EFAULT;
        if (!add(made, wanted)) return -EINVAL;
    }
    ring.allowed = made;
    return 0;
}

}  // namespace ringproof::sim
