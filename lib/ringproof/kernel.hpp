#pragma once
// The seam of the whole project: what a kernel is to an application that uses io_uring. Six calls,
// one memory, and who is calling. The running Linux satisfies it (linux_kernel.hpp), and so does a
// deterministic model that works on the same bytes in the same layout, which is why the code above
// the seam never knows on which of the two it runs.
//
// Errors are the kernel's errno as std::error_code of std::system_category(), never thrown.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/error.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/shared_memory.hpp>

namespace ringproof {

/// What is asked of memory that no file stands behind. The result starts on a page, is zeroed, and
/// is a whole number of pages; with `guard_page` one more page follows it that must not be touched.
struct memory_request {
    std::size_t size = 0;     ///< bytes, at least 1
    bool guard_page = false;  ///< an access just behind the memory faults instead of corrupting
    bool huge_pages = false;  ///< a hint; refused hints are no error
    bool hidden_from_forks = true;  ///< a forked child does not get the memory (MADV_DONTFORK)
};

/// A kernel that offers io_uring. Blocking happens only in `enter`. A kernel that can tell that a
/// wait would never end answers EDEADLK; Linux waits.
template <class Kernel>
concept kernel = shared_memory<typename Kernel::memory_type> &&
    requires(Kernel& k, std::uint32_t u32, std::uint64_t u64, std::size_t size, int fd,
             abi::io_uring_params& params, const void* in, void* inout, std::span<std::byte> memory,
             const memory_request& wanted) {
        /// io_uring_setup(2): a new ring's descriptor; fills `params`.
        { k.setup(u32, params) } noexcept -> std::same_as<result<int>>;

        /// io_uring_enter(2): descriptor, to_submit, min_complete, flags, argument and its size.
        /// The number of requests taken from the submission queue.
        { k.enter(fd, u32, u32, u32, in, size) } noexcept -> std::same_as<result<unsigned>>;

        /// io_uring_register(2): descriptor, opcode, argument, nr_args.
        { k.register_(fd, u32, inout, u32) } noexcept -> std::same_as<result<unsigned>>;

        /// mmap(2) of a ring's descriptor: shared, readable and writable. Descriptor, size, offset.
        { k.map(fd, size, u64) } noexcept -> std::same_as<result<std::span<std::byte>>>;

        /// mmap(2) of anonymous memory. The span covers the guard page, if there is one.
        { k.map_anonymous(wanted) } noexcept -> std::same_as<result<std::span<std::byte>>>;

        /// munmap(2) of exactly what one of the two calls above returned.
        { k.unmap(memory) } noexcept -> std::same_as<result<void>>;

        /// close(2) of a ring's descriptor.
        { k.close(fd) } noexcept -> std::same_as<result<void>>;

        /// Who is calling now. Cheap enough for every operation: no system call.
        { k.caller() } noexcept -> std::same_as<caller_id>;

        /// Bytes in a page.
        { k.page_size() } noexcept -> std::same_as<std::size_t>;

        /// A handle for ordered accesses to words that this kernel sees too.
        { k.memory() } noexcept -> std::same_as<typename Kernel::memory_type>;
    };

}  // namespace ringproof
