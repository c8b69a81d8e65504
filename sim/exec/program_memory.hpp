#pragma once
// The program's memory, with faults as answers. Whoever dereferences a pointer that a program made
// up crashes; the kernel, asked to copy from there into a file, answers EFAULT. So small copies go
// through a file that is mapped here.

#include <cstddef>
#include <cstdint>

#include "sim/exec/private_files.hpp"
#include "sim/kernel/host.hpp"

namespace ringproof::sim::exec {

class program_memory final : public host_memory {
public:
    program_memory() noexcept;
    program_memory(const program_memory&) = delete;
    program_memory& operator=(const program_memory&) = delete;
    virtual ~program_memory();

    bool copy_in(void* to, std::uint64_t from, std::size_t size) noexcept override;
    bool copy_out(std::uint64_t to, const void* from, std::size_t size) noexcept override;
    /// Believes where the kernel is older than 5.14 and cannot be asked.
    std::uint64_t reach(std::uint64_t address, std::uint64_t size, access how) noexcept override;

private:
    static constexpr std::size_t window_size = std::size_t{64} << 10U;

    private_file file_;
    std::byte* window_ = nullptr;
    bool populates_ = false;  // the kernel can be asked
};

}  // namespace ringproof::sim::exec
