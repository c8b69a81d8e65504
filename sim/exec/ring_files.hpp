#pragma once
// Ring descriptors: files in memory whose offsets are the ones at which the kernel's rings are
// mapped, so that the program's own munmap, dup and close of them need no help. Only where the
// kernel would look twice is a mapping done for it: at offsets that name another one's pages, or a
// buffer ring's, each of which has pages that no other one ever had.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/exec/private_files.hpp"
#include "sim/kernel/host.hpp"

namespace ringproof::sim::exec {

class ring_files final : public host_rings {
public:
    int open() override;
    std::byte* pages(int ring, std::uint64_t offset, std::size_t count) override;
    void release(std::byte* first, std::size_t count) noexcept override;

    /// Where in the ring's file those pages are; they are ours.
    [[nodiscard]] std::uint64_t offset_of(const std::byte* first) const noexcept;

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
        std::uint64_t end = abi::ioring_off_pbuf_ring;  ///< where the next buffer ring goes
    };

    struct placed {
        const std::byte* first;
        std::uint64_t offset;
    };

    [[nodiscard]] ring_file* find(std::uint64_t identity) noexcept;
    [[nodiscard]] const ring_file* find(std::uint64_t identity) const noexcept;

    std::vector<ring_file> files_;
    std::vector<placed> placed_;
};

/// Equal for equal files, as far as fstat(2) can tell; 0: the number is not open.
[[nodiscard]] std::uint64_t identity_of(int fd) noexcept;

}  // namespace ringproof::sim::exec
