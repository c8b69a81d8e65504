#pragma once
// The slab behind a group's buffer ids: one piece of memory, cut into equal buffers.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include <ringproof/error.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/mapping.hpp>

namespace ringproof {

/// Where the slab's memory comes from.
enum class slab : std::uint8_t {
    mapped,  ///< from the kernel: can have a guard page and huge pages, and hide from forks
    heap,    ///< from operator new
    caller,  ///< the caller's own; must stay until the ring is closed or has drained (UNR-04)
};

/// How a slab is made. The three switches act on mapped slabs only.
struct storage_options {
    slab kind = slab::mapped;
    std::span<std::byte> memory = {};  ///< for slab::caller
    bool guard_page = false;           ///< a write just behind the slab faults
    bool huge_pages = false;           ///< a hint
    bool hidden_from_forks = true;     ///< a forked child does not get the slab
};

/// Bytes of a slab, computed in 64 bits. Errors: buffer_size_out_of_range (1 .. 2^31 - 1 are
/// legal), storage_too_large (more than `limit`).
[[nodiscard]] constexpr result<std::size_t> storage_size(
    std::uint32_t count, std::uint32_t buffer_size,
    std::uint64_t limit = std::numeric_limits<std::ptrdiff_t>::max()) noexcept {
    if (buffer_size == 0 || buffer_size > 0x7fffffffU) return fail(errc::buffer_size_out_of_range);
    const std::uint64_t size = std::uint64_t{count} * buffer_size;
    if (size > limit) return fail(errc::storage_too_large);
    return static_cast<std::size_t>(size);
}

/// Owns the memory of `count` buffers of `buffer_size` bytes each; buffer i starts at i times that.
template <kernel Kernel>
class buffer_storage {
public:
    buffer_storage() noexcept = default;

    /// Errors: as storage_size(); storage_too_small; errno of mmap(2) and the like; ENOMEM.
    [[nodiscard]] static result<buffer_storage> create(Kernel& kernel, std::uint32_t count,
                                                       std::uint32_t buffer_size,
                                                       const storage_options& options) {
        const auto size = storage_size(count, buffer_size);
        if (!size) return std::unexpected(size.error());
        buffer_storage made;
        made.buffer_size_ = buffer_size;
        if (auto filled = made.obtain(kernel, *size, options); !filled) {
            return std::unexpected(filled.error());
        }
        return made;
    }

    /// A buffer, or a part of it. \pre id < count; offset + size <= buffer_size()
    [[nodiscard]] std::span<std::byte> part(buffer_id id, std::size_t offset,
                                            std::size_t size) const noexcept {
        return {bytes_ + std::size_t{to_number(id)} * buffer_size_ + offset, size};
    }
    [[nodiscard]] std::span<std::byte> buffer(buffer_id id) const noexcept {
        return part(id, 0, buffer_size_);
    }

    [[nodiscard]] std::uint32_t buffer_size() const noexcept { return buffer_size_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Gives the memory up without freeing it.
    void leak() noexcept {
        mapped_.leak();
        (void)heap_.release();
    }

private:
    result<void> obtain(Kernel& kernel, std::size_t size, const storage_options& options) {
        size_ = size;
        switch (options.kind) {
            case slab::mapped: {
                auto mapped = mapping<Kernel>::anonymous(
                    kernel,
                    {size, options.guard_page, options.huge_pages, options.hidden_from_forks});
                if (!mapped) return std::unexpected(mapped.error());
                mapped_ = std::move(*mapped);
                bytes_ = mapped_.bytes().data();
                return {};
            }
            case slab::heap:
                heap_.reset(new (std::nothrow) std::byte[size]);
                if (!heap_) return fail(ENOMEM);
                bytes_ = heap_.get();
                return {};
            case slab::caller:
                break;
        }
        if (options.memory.size() < size) return fail(errc::storage_too_small);
        bytes_ = options.memory.data();
        return {};
    }

    mapping<Kernel> mapped_;
    std::unique_ptr<std::byte[]> heap_;
    std::byte* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t buffer_size_ = 0;
};

}  // namespace ringproof
