#pragma once
// Numbers of the kernel's interface by the names that its headers give them.

#include <cstdint>
#include <string>

namespace ringproof::sim {

/// "RECV" for IORING_OP_RECV; the number where the name is not known.
[[nodiscard]] std::string opcode_name(std::int64_t opcode);

/// "12", or "-ENOBUFS" for a negated errno.
[[nodiscard]] std::string describe_result(std::int64_t value);

}  // namespace ringproof::sim
