#pragma once
// The running Linux as a kernel: raw system calls (no liburing) and the hardware's memory. All
// system calls of this library are in linux_kernel.cpp.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/error.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/kernel.hpp>
#include <ringproof/shared_memory.hpp>

namespace ringproof {

/// Satisfies `kernel`. Holds no ring: one object may serve any number of rings and threads, and
/// must outlive them; it does not move, since they point to it.
///
/// Errors are the errno of the call, among them
///   ENOSYS  the kernel was built without io_uring, or a sandbox hides it;
///   EPERM   kernel.io_uring_disabled forbids it, or a seccomp filter does;
///   ENOMEM  RLIMIT_MEMLOCK or memory is used up. Rings die slowly: pace their creation.
class linux_kernel {
public:
    using memory_type = native_memory;

    linux_kernel() noexcept;
    ~linux_kernel();
    linux_kernel(const linux_kernel&) = delete;
    linux_kernel& operator=(const linux_kernel&) = delete;

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept;
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept;
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept;
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept;
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept;
    result<void> unmap(std::span<std::byte> memory) noexcept;
    result<void> close(int fd) noexcept;

    [[nodiscard]] caller_id caller() const noexcept {
        if (thread_number == 0) thread_number = threads_numbered += 2;
        return static_cast<caller_id>(thread_number | *process_word_);
    }
    /// caller() == who, without a number for a thread that has none: it is nobody who was known.
    [[nodiscard]] bool is_caller(caller_id who) const noexcept {
        return static_cast<caller_id>(thread_number | *process_word_) == who;
    }
    [[nodiscard]] std::size_t page_size() const noexcept { return page_size_; }
    [[nodiscard]] static native_memory memory() noexcept { return {}; }

private:
    // Threads are numbered 2, 4, ... as they first ask. Never reused, unlike a tid.
    static inline constinit std::atomic<std::uint64_t> threads_numbered{0};
    static inline thread_local constinit std::uint64_t thread_number = 0;

    // 1 here, and 0 in a forked child: its page is wiped on fork (Linux 4.14). It costs a load
    // where getpid(2) would cost a system call.
    const std::uint64_t* process_word_;
    std::size_t page_size_;
};

static_assert(kernel<linux_kernel>);

}  // namespace ringproof
