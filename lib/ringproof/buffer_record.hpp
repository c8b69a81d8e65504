#pragma once
// What a group remembers of one buffer, and what is asked and said when buffers are taken.

#include <cstddef>
#include <cstdint>

#include <ringproof/ids.hpp>

namespace ringproof {

/// How a completion's buffers are to be understood; what the completion alone cannot tell.
struct take_options {
    bool bundle = false;      ///< it may cover several buffers (BND-02)
    bool truncating = false;  ///< MSG_TRUNC was asked for: `res` may exceed what is there (ERR-13)
    /// Incremental rings: the request took its bytes before the transfer, as reads of files and
    /// IOSQE_ASYNC requests do, and `committed` of them whatever `res` says (INC-06); ~0: all.
    std::uint32_t committed = 0;
};

/// The buffers of one completion: `count` of them, linked by next_of(), `size` bytes in all,
/// starting at `offset` of the first.
struct taken_buffers {
    buffer_id first{};
    std::uint32_t count = 0;
    std::uint32_t offset = 0;
    std::size_t size = 0;
};

/// Where one buffer is. Idle: no holders. Out: leases alone. With the kernel: its share, and
/// perhaps leases on parts. Two records to a cache line, and found by a shift.
struct alignas(32) buffer_record {
    static constexpr std::uint32_t kernel_share = 1U << 31U;

    std::byte* bytes = nullptr;  // the buffer
    std::uint32_t size = 0;      // bytes staged, or to be staged
    std::uint32_t holders = 0;   // leases on it, and kernel_share
    std::uint32_t filled = 0;    // incremental: bytes of it that completions have named
    std::uint16_t position = 0;  // free-running, of the slot that it was staged into
    buffer_id next{};            // in the same bundle

    [[nodiscard]] bool with_kernel() const noexcept { return (holders & kernel_share) != 0; }
    [[nodiscard]] std::uint32_t leases() const noexcept { return holders & ~kernel_share; }
};

}  // namespace ringproof
