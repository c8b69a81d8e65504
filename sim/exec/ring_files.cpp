#include "sim/exec/ring_files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "sim/exec/system_call.hpp"
#include "sim/exec/trap.hpp"

namespace ringproof::sim::exec {

namespace {

int open_again(int fd) noexcept {
    constexpr std::string_view folder = "/proc/self/fd/";
    std::array<char, 32> path{};
    std::ranges::copy(folder, path.begin());
    std::to_chars(path.begin() + folder.size(), path.end() - 1, fd);
    return static_cast<int>(system_call(SYS_openat, AT_FDCWD, path.data(), O_RDWR | O_CLOEXEC, 0));
}

flock whole_file() noexcept {
    flock all{};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    return all;
}

}  // namespace

std::uint64_t identity_of(int fd) noexcept {
    struct stat seen{};
    if (system_call(SYS_fstat, fd, &seen) < 0) return 0;
    return std::rotl(static_cast<std::uint64_t>(seen.st_dev), 40) ^ seen.st_ino;
}

int ring_files::open() {
    const long fd = system_call(SYS_memfd_create, "[io_uring]", MFD_CLOEXEC);
    if (fd < 0) return static_cast<int>(fd);
    const auto ring = static_cast<int>(fd);
    flock lock = whole_file();
    system_call(SYS_fcntl, ring, F_OFD_SETLK, &lock);
    files_.push_back({identity_of(ring), private_file(open_again(ring))});
    return ring;
}

std::byte* ring_files::pages(int ring, std::uint64_t offset, std::size_t count) {
    ring_file* file = find(identity_of(ring));
    if (file != nullptr && offset >= abi::ioring_off_pbuf_ring) {
        offset = std::exchange(file->end, file->end + count * page_size);
    }
    const int fd = file != nullptr && file->ours.is_open() ? file->ours.number() : ring;
    const std::size_t size = count * page_size;
    struct stat seen{};
    if (system_call(SYS_fstat, fd, &seen) < 0) return nullptr;
    if (static_cast<std::uint64_t>(seen.st_size) < offset + size &&
        system_call(SYS_ftruncate, fd, offset + size) < 0) {
        return nullptr;
    }
    const long at =
        system_call(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                    ours | static_cast<std::uint32_t>(fd), offset);
    if (at < 0 && at > -4096) return nullptr;
    auto* first = reinterpret_cast<std::byte*>(at);
    placed_.push_back({first, offset});
    return first;
}

std::uint64_t ring_files::offset_of(const std::byte* first) const noexcept {
    const auto at = std::ranges::find(placed_, first, &placed::first);
    return at == placed_.end() ? 0 : at->offset;
}

void ring_files::release(std::byte* first, std::size_t count) noexcept {
    std::erase_if(placed_, [first](const placed& each) { return each.first == first; });
    system_call(SYS_munmap, first, count * page_size);
}

bool ring_files::is_alive(std::uint64_t identity) const noexcept {
    const ring_file* file = find(identity);
    if (file == nullptr || !file->ours.is_open()) return true;  // nobody can tell
    flock lock = whole_file();
    if (system_call(SYS_fcntl, file->ours.number(), F_OFD_GETLK, &lock) < 0) return true;
    return lock.l_type != F_UNLCK;
}

void ring_files::forget(std::uint64_t identity) noexcept {
    std::erase_if(files_, [identity](const ring_file& each) { return each.identity == identity; });
}

ring_files::ring_file* ring_files::find(std::uint64_t identity) noexcept {
    const auto at = std::ranges::find(files_, identity, &ring_file::identity);
    return at == files_.end() ? nullptr : &*at;
}

const ring_files::ring_file* ring_files::find(std::uint64_t identity) const noexcept {
    const auto at = std::ranges::find(files_, identity, &ring_file::identity);
    return at == files_.end() ? nullptr : &*at;
}

}  // namespace ringproof::sim::exec
