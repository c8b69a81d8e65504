#pragma once
// Requests that are nothing but a system call with a completion behind it: the call.

#include "sim/kernel/host.hpp"

namespace ringproof::sim::exec {

class program_calls final : public host_calls {
public:
    int perform(const request& asked) noexcept override;
    int connect(const open_file& file, std::uint64_t address, std::uint64_t size) noexcept override;
    int pending_error(const open_file& file) noexcept override;
};

}  // namespace ringproof::sim::exec
