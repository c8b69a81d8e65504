#pragma once
// A kernel that grants everything and does nothing. A bench can then put buffers into any state
// without a system call in between, and what a caller is asked costs what it costs on Linux.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/completion.hpp>
#include <ringproof/linux_kernel.hpp>

namespace ringproof::bench {

/// Satisfies `kernel`. Completions are the bench's to make up.
class quiet_kernel {
public:
    using memory_type = native_memory;

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        params.sq_entries = entries;
        params.cq_entries = 2 * entries;
        params.features = abi::ioring_feat_single_mmap;
        // One word to a cache line, as in a real ring; the arrays behind them.
        params.sq_off.head = 0;
        params.sq_off.tail = 64;
        params.sq_off.flags = 128;
        params.cq_off.head = 192;
        params.cq_off.tail = 256;
        params.sq_off.array = 320;
        params.cq_off.cqes = 320 + 64 * entries;
        return 0;
    }
    result<unsigned> enter(int, std::uint32_t count, std::uint32_t, std::uint32_t, const void*,
                           std::size_t) noexcept {
        return count;
    }
    result<unsigned> register_(int, std::uint32_t, void*, std::uint32_t count) noexcept {
        return count;
    }
    result<std::span<std::byte>> map(int, std::size_t size, std::uint64_t) noexcept {
        return linux_.map_anonymous({.size = size});
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return linux_.map_anonymous(wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept { return linux_.unmap(memory); }
    result<void> close(int) noexcept { return {}; }

    [[nodiscard]] caller_id caller() const noexcept { return linux_.caller(); }
    [[nodiscard]] bool is_caller(caller_id who) const noexcept { return linux_.is_caller(who); }
    [[nodiscard]] std::size_t page_size() const noexcept { return linux_.page_size(); }
    [[nodiscard]] static native_memory memory() noexcept { return {}; }

private:
    linux_kernel linux_;
};

static_assert(kernel<quiet_kernel>);

/// What a multishot receive of `size` bytes says when it hands a buffer over.
[[nodiscard]] constexpr completion completion_of(buffer_id id, std::int32_t size,
                                                 user_data user = {}) noexcept {
    const std::uint32_t named = std::uint32_t{to_number(id)} << abi::ioring_cqe_buffer_shift;
    return {user, size, named | abi::ioring_cqe_f_buffer | abi::ioring_cqe_f_more};
}

}  // namespace ringproof::bench
