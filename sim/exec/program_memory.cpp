#include "sim/exec/program_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "sim/exec/system_call.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr int populate_read = 22;   // MADV_POPULATE_READ, 5.14
constexpr int populate_write = 23;  // MADV_POPULATE_WRITE

}  // namespace

program_memory::program_memory() noexcept {
    file_ = private_file(
        static_cast<int>(system_call(SYS_memfd_create, "ringproof copies", MFD_CLOEXEC)));
    if (system_call(SYS_ftruncate, file_.number(), window_size) < 0) return;
    const long at = system_call(SYS_mmap, nullptr, window_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                                file_.number(), 0);
    if (at > 0) window_ = reinterpret_cast<std::byte*>(at);
    populates_ = system_call(SYS_madvise, at, page_size, populate_write) == 0;
}

program_memory::~program_memory() {
    if (window_ != nullptr) system_call(SYS_munmap, window_, window_size);
}

bool program_memory::copy_in(void* to, std::uint64_t from, std::size_t size) noexcept {
    auto* into = static_cast<std::byte*>(to);
    while (size != 0) {
        const std::size_t part = std::min(size, window_size);
        const long copied = system_call(SYS_pwrite64, file_.number(), from, part, 0);
        if (copied != static_cast<long>(part)) return false;
        std::memcpy(into, window_, part);
        into += part;
        from += part;
        size -= part;
    }
    return true;
}

bool program_memory::copy_out(std::uint64_t to, const void* from, std::size_t size) noexcept {
    const auto* out = static_cast<const std::byte*>(from);
    while (size != 0) {
        const std::size_t part = std::min(size, window_size);
        std::memcpy(window_, out, part);
        const long copied = system_call(SYS_pread64, file_.number(), to, part, 0);
        if (copied != static_cast<long>(part)) return false;
        out += part;
        to += part;
        size -= part;
    }
    return true;
}

std::uint64_t program_memory::reach(std::uint64_t address, std::uint64_t size,
                                    access how) noexcept {
    if (size == 0) return 0;
    if (!populates_) return size;
    const int asked = how == access::read_write ? populate_write : populate_read;
    const std::uint64_t first = address / page_size * page_size;
    const std::uint64_t end = (address + size + page_size - 1) / page_size * page_size;
    const auto allows = [asked](std::uint64_t at, std::uint64_t bytes) {
        return system_call(SYS_madvise, at, bytes, asked) == 0;
    };
    if (allows(first, end - first)) return size;
    std::uint64_t at = first;
    while (at < end && allows(at, page_size)) at += page_size;
    return at <= address ? 0 : std::min(at - address, size);
}

}  // namespace ringproof::sim::exec
