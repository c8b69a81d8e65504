#include <ringproof/linux_kernel.hpp>

#include <cerrno>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ringproof {

namespace {

// The same numbers on every architecture that came after 5.0, and on x86-64 too.
constexpr long nr_io_uring_setup = 425;
constexpr long nr_io_uring_enter = 426;
constexpr long nr_io_uring_register = 427;

std::unexpected<std::error_code> last_error() noexcept { return fail(errno); }

std::size_t round_up(std::size_t size, std::size_t page) noexcept {
    return (size + page - 1) / page * page;
}

/// A word that forks wipe. Where none is to be had, a plain one: then forks go unnoticed, which is
/// what every other library does.
std::atomic<std::uint64_t>* make_wiped_word() noexcept {
    static constinit std::atomic<std::uint64_t> plain{0};
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* memory =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return &plain;
    if (::madvise(memory, page, MADV_WIPEONFORK) != 0) {
        ::munmap(memory, page);
        return &plain;
    }
    return new (memory) std::atomic<std::uint64_t>(0);
}

}  // namespace

linux_kernel::linux_kernel() noexcept
    : page_size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    static process_word* const word = make_wiped_word();  // for the process's life
    wiped_word.store(word, std::memory_order::relaxed);
}

/// Out of line, since it happens once in a process. The count goes on in a child, whose number is
/// so a fresh one to all its ancestors.
std::uint64_t linux_kernel::number_process() noexcept {
    static constinit std::atomic<std::uint64_t> processes_numbered{0};
    const std::uint64_t fresh = ++processes_numbered;
    std::uint64_t known = 0;
    return process().compare_exchange_strong(known, fresh) ? fresh : known;
}

result<int> linux_kernel::setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
    const long fd = ::syscall(nr_io_uring_setup, entries, &params);
    if (fd < 0) return last_error();
    return static_cast<int>(fd);
}

result<unsigned> linux_kernel::enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                                     std::uint32_t flags, const void* argument,
                                     std::size_t size) noexcept {
    const long taken =
        ::syscall(nr_io_uring_enter, fd, to_submit, min_complete, flags, argument, size);
    if (taken < 0) return last_error();
    return static_cast<unsigned>(taken);
}

result<unsigned> linux_kernel::register_(int fd, std::uint32_t opcode, void* argument,
                                         std::uint32_t count) noexcept {
    const long done = ::syscall(nr_io_uring_register, fd, opcode, argument, count);
    if (done < 0) return last_error();
    return static_cast<unsigned>(done);
}

result<std::span<std::byte>> linux_kernel::map(int fd, std::size_t size,
                                               std::uint64_t offset) noexcept {
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                          static_cast<off_t>(offset));
    if (memory == MAP_FAILED) return last_error();
    // Best effort: without it a child sees the rings, and is still refused by its caller_id.
    (void)::madvise(memory, size, MADV_DONTFORK);
    return std::span{static_cast<std::byte*>(memory), size};
}

result<std::span<std::byte>> linux_kernel::map_anonymous(const memory_request& wanted) noexcept {
    const std::size_t usable = round_up(wanted.size, page_size_);
    const std::size_t size = usable + (wanted.guard_page ? page_size_ : 0);
    if (usable < wanted.size || size < usable) return fail(ENOMEM);
    void* memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return last_error();
    auto* bytes = static_cast<std::byte*>(memory);
    if (wanted.guard_page && ::mprotect(bytes + usable, page_size_, PROT_NONE) != 0) {
        const int error = errno;
        ::munmap(memory, size);
        return fail(error);
    }
    if (wanted.huge_pages) (void)::madvise(memory, usable, MADV_HUGEPAGE);
    if (wanted.hidden_from_forks && ::madvise(memory, size, MADV_DONTFORK) != 0) {
        const int error = errno;
        ::munmap(memory, size);
        return fail(error);
    }
    return std::span{bytes, size};
}

result<void> linux_kernel::unmap(std::span<std::byte> memory) noexcept {
    if (::munmap(memory.data(), memory.size()) != 0) return last_error();
    return {};
}

result<void> linux_kernel::close(int fd) noexcept {
    // EINTR from close(2) on Linux means closed; a second try could hit another thread's
    // descriptor.
    if (::close(fd) != 0 && errno != EINTR) return last_error();
    return {};
}

}  // namespace ringproof
