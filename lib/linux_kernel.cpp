#include <ringproof/linux_kernel.hpp>

#include <cerrno>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ringproof {

namespace {

// The same numbers on every architecture that came after 5.0, and on x86-64 too.
constexpr long nr_io_uring_setup = 425;
constexpr long nr_io_uring_enter = 426;
constexpr long nr_io_uring_register = 427;

/// Stands in where the wiped page could not be had: then forks go unnoticed, which is what every
/// other library does.
constinit const std::uint64_t always_parent = 1;

std::unexpected<std::error_code> last_error() noexcept { return fail(errno); }

std::size_t round_up(std::size_t size, std::size_t page) noexcept {
    return (size + page - 1) / page * page;
}

const std::uint64_t* make_process_word(std::size_t page) noexcept {
    void* memory =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return &always_parent;
    if (::madvise(memory, page, MADV_WIPEONFORK) != 0) {
        ::munmap(memory, page);
        return &always_parent;
    }
    auto* word = static_cast<std::uint64_t*>(memory);
    *word = 1;
    return word;
}

}  // namespace

linux_kernel::linux_kernel() noexcept
    : process_word_(nullptr), page_size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    process_word_ = make_process_word(page_size_);
}

linux_kernel::~linux_kernel() {
    if (process_word_ == &always_parent) return;
    ::munmap(const_cast<std::uint64_t*>(process_word_), page_size_);
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
