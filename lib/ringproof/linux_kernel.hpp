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
        if (thread == 0) thread = to_number(make_caller(0, ++threads_numbered));
        const std::uint64_t known = process().load(std::memory_order::relaxed);
        return static_cast<caller_id>(thread | (known != 0 ? known : number_process()));
    }
    /// caller() == who, without a number for a caller that has none: it is nobody who was known.
    [[nodiscard]] bool is_caller(caller_id who) const noexcept {
        const std::uint64_t known = process().load(std::memory_order::relaxed);
        return static_cast<caller_id>(thread | known) == who;
    }
    [[nodiscard]] std::size_t page_size() const noexcept { return page_size_; }
    [[nodiscard]] static native_memory memory() noexcept { return {}; }

private:
    using process_word = std::atomic<std::uint64_t>;

    [[nodiscard]] static std::uint64_t number_process() noexcept;
    /// One word for all kernel objects of a process, so that they agree on who is calling.
    static process_word& process() noexcept { return *wiped_word.load(std::memory_order::relaxed); }

    // Threads are numbered as they first ask. Never reused, unlike a tid.
    static inline constinit std::atomic<std::uint64_t> threads_numbered{0};
    static inline thread_local constinit std::uint64_t thread = 0;  // a caller_id without process

    // This process's number, on a page that is wiped on fork (Linux 4.14): 0 in a child until it
    // first asks. It costs a load where getpid(2) would cost a system call.
    static inline constinit std::atomic<process_word*> wiped_word{nullptr};

    std::size_t page_size_;
};

static_assert(kernel<linux_kernel>);

}  // namespace ringproof
