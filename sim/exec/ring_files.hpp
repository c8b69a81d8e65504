#pragma once
// Ring descriptors: files in memory whose offsets are the ones at which the kernel's rings are
// mapped, so that the program's own mmap, munmap, dup and close of them need no help.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/exec/private_files.hpp"
#include "sim/kernel/host.hpp"

namespace ringproof::sim::exec {

class ring_files final : public host_rings {
public:
    int open() override;
    std::byte* pages(int ring, std::uint64_t offset, std::size_t count) override;
    void release(std::byte* first, std::size_t count) noexcept override;

    /// True as long as the program, or a child of it, has the ring open or mapped.
    [[nodiscard]] bool is_alive(std::uint64_t identity) const noexcept;

    /// The ring is over.
    void forget(std::uint64_t identity) noexcept;

private:
    /// Our mappings are of another opening of the file, so they do not keep the program's alive;
    /// and that has a lock, of which ours can tell whether it is still held.
    struct ring_file {
        std::uint64_t identity;
        private_file ours;
    };

    [[nodiscard]] const ring_file* find(std::uint64_t identity) const noexcept;

    std::vector<ring_file> files_;
};

/// Equal for equal files, as far as fstat(2) can tell; 0: the number is not open.
[[nodiscard]] std::uint64_t identity_of(int fd) noexcept;

}  // namespace ringproof::sim::exec
