#pragma once
// A buffer ring as the kernel knows it: its memory, and its registration under a group id.

#include <bit>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

#include <ringproof/abi.hpp>
#include <ringproof/error.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/mapping.hpp>
#include <ringproof/ring_core.hpp>

namespace ringproof {

/// Whose memory the ring's entries live in.
enum class ring_memory : std::uint8_t {
    user,    ///< ours, pinned by the kernel
    kernel,  ///< the kernel's, mapped by us (IOU_PBUF_RING_MMAP). Linux 6.4
};

/// What is registered.
struct ring_registration_options {
    std::uint32_t entries = 0;
    ring_memory memory = ring_memory::user;
    bool incremental = false;    ///< IOU_PBUF_RING_INC. Linux 6.12
    std::uint32_t min_left = 0;  ///< bytes; retire a buffer with fewer left. Linux 7.1 (REG-16)
};

/// Checks what can be checked without the kernel. Errors: entries_out_of_range,
/// entries_not_power_of_two, min_left_needs_incremental.
[[nodiscard]] constexpr result<void> validate(const ring_registration_options& options) noexcept {
    if (options.entries == 0 || options.entries > 32768) return fail(errc::entries_out_of_range);
    if (!std::has_single_bit(options.entries)) return fail(errc::entries_not_power_of_two);
    if (options.min_left != 0 && !options.incremental) {
        return fail(errc::min_left_needs_incremental);
    }
    return {};
}

/// Owns a ring's memory and, until unregister(), its group id. Does not unregister by itself:
/// whoever holds it knows when nothing reads the ring any more, and keeps the ring_core alive.
template <kernel Kernel>
class ring_registration {
public:
    ring_registration() noexcept = default;

    /// Registers an empty ring. Errors: as validate(); group_in_use (REG-13); unsupported, for any
    /// EINVAL, since all arguments were checked, and for ids beyond 2047 in the kernel's memory;
    /// errno of mmap(2) and io_uring_register(2). Linux 5.19.
    [[nodiscard]] static result<ring_registration> create(
        ring_core<Kernel>& core, group_id id, const ring_registration_options& options) {
        if (auto valid = validate(options); !valid) return std::unexpected(valid.error());
        if (!core.claim(id)) return fail(errc::group_in_use);
        ring_registration made;
        auto done = made.enter(core, id, options);
        if (!done) {
            core.disclaim(id);
            return std::unexpected(done.error());
        }
        made.core_ = &core;
        made.id_ = id;
        return made;
    }

    /// Takes the group id back. The memory stays mapped. Errors: errno of io_uring_register(2); the
    /// kernel may then still read the ring. Nothing happens when nothing was registered.
    result<void> unregister() noexcept {
        if (core_ == nullptr) return {};
        abi::io_uring_buf_reg arguments{};
        arguments.bgid = to_number(id_);
        auto done = core_->register_(abi::ioring_unregister_pbuf_ring, &arguments, 1);
        if (!done) return std::unexpected(done.error());
        core_->disclaim(id_);
        return {};
    }

    /// Where the kernel's head is: free-running, 16 bits. Errors: unsupported before Linux 6.8
    /// (EINVAL); errno of io_uring_register(2). Exact when nothing runs (STA-01, USR-11).
    result<std::uint16_t> head_kernel() const noexcept {
        abi::io_uring_buf_status arguments{};
        arguments.buf_group = to_number(id_);
        auto done = core_->register_(abi::ioring_register_pbuf_status, &arguments, 1);
        if (!done && is_errno(done.error(), EINVAL)) return fail(errc::unsupported);
        if (!done) return std::unexpected(done.error());
        return static_cast<std::uint16_t>(arguments.head);
    }

    [[nodiscard]] std::span<abi::io_uring_buf> entries() const noexcept { return entries_; }
    [[nodiscard]] group_id id() const noexcept { return id_; }

    /// Gives the ring's memory up without unmapping it.
    void leak() noexcept { memory_.leak(); }

private:
    result<void> enter(ring_core<Kernel>& core, group_id id,
                       const ring_registration_options& options) {
        const std::size_t size = options.entries * sizeof(abi::io_uring_buf);
        abi::io_uring_buf_reg arguments{};
        arguments.ring_entries = options.entries;
        arguments.bgid = to_number(id);
        arguments.min_left = options.min_left;
        if (options.incremental) arguments.flags |= abi::iou_pbuf_ring_inc;
        if (options.memory == ring_memory::kernel) {
            // The id travels in bits 16 to 26 of the offset to map (MAP-01). A longer one would at
            // best be refused, and at worst (32768) name another group's ring (0).
            if (to_number(id) > 2047) return fail(errc::unsupported);
            arguments.flags |= abi::iou_pbuf_ring_mmap;
        } else {
            auto memory = mapping<Kernel>::anonymous(core.kernel(), {.size = size});
            if (!memory) return std::unexpected(memory.error());
            memory_ = std::move(*memory);
            arguments.ring_addr = static_cast<std::uint64_t>(
                reinterpret_cast<std::uintptr_t>(memory_.bytes().data()));
        }
        auto done = core.register_(abi::ioring_register_pbuf_ring, &arguments, 1);
        if (!done) return std::unexpected(translate(done.error()));
        if (options.memory == ring_memory::kernel) {
            if (auto mapped = map(core, id, size); !mapped) {
                abi::io_uring_buf_reg undo{};  // flags must be 0 here (UNR-01)
                undo.bgid = to_number(id);
                (void)core.register_(abi::ioring_unregister_pbuf_ring, &undo, 1);
                return mapped;
            }
        }
        auto* first = reinterpret_cast<abi::io_uring_buf*>(memory_.bytes().data());
        entries_ = {first, options.entries};
        return {};
    }

    result<void> map(ring_core<Kernel>& core, group_id id, std::size_t size) {
        const std::uint64_t offset = abi::ioring_off_pbuf_ring |
            static_cast<std::uint64_t>(to_number(id)) << abi::ioring_off_pbuf_shift;
        auto memory = mapping<Kernel>::of_ring(core.kernel(), core.fd(), size, offset);
        if (!memory) return std::unexpected(memory.error());
        memory_ = std::move(*memory);
        return {};
    }

    static std::error_code translate(const std::error_code& error) noexcept {
        if (is_errno(error, EEXIST)) return make_error_code(errc::group_in_use);
        if (is_errno(error, EINVAL)) return make_error_code(errc::unsupported);
        return error;
    }

    ring_core<Kernel>* core_ = nullptr;
    mapping<Kernel> memory_;
    std::span<abi::io_uring_buf> entries_;
    group_id id_{};
};

}  // namespace ringproof
