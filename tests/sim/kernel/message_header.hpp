#pragma once
// What recvmsg and sendmsg take.

#include <cstdint>

namespace ringproof::testing {

/// struct user_msghdr of the kernel, all areas empty.
struct message_header {
    std::uint64_t name = 0;
    std::uint64_t name_size = 0;
    std::uint64_t vectors = 0;
    std::uint64_t vector_count = 0;
    std::uint64_t control = 0;
    std::uint64_t control_size = 0;
    std::uint64_t flags = 0;
};

}  // namespace ringproof::testing
