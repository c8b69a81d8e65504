#pragma once
// A provided-buffer ring as servers keep it by hand: which buffer lies in which slot, and how many
// the kernel has.

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/buffer_storage.hpp>
#include <ringproof/completion.hpp>
#include <ringproof/group_handle.hpp>
#include <ringproof/ring_registration.hpp>
#include <ringproof/uring.hpp>

namespace ringproof::field {

template <kernel Kernel>
class raw_pool {
public:
    /// A buffer, and what a completion has put into it.
    using part = std::pair<buffer_id, std::span<const std::byte>>;

    /// Under a group id that was not used before: 6.1 keeps the head of an earlier ring.
    bool open(uring<Kernel>& ring, const group_options& wanted, group_id group = group_id{7}) {
        auto storage = buffer_storage<Kernel>::create(ring.kernel(), wanted.entries,
                                                      wanted.buffer_size, wanted.storage);
        auto made = ring_registration<Kernel>::create(
            *ring.core(), group, {.entries = wanted.entries, .incremental = wanted.incremental});
        if (!storage || !made) return false;
        storage_ = std::move(*storage);
        registration_ = std::move(*made);
        slots_ = buffer_ring(ring.kernel().memory(), registration_.entries());
        order_.assign(wanted.entries, {});
        position_of_.assign(wanted.entries, 0);
        published_.assign(wanted.entries, {});
        with_kernel_ = 0;
        for (std::uint32_t id = 0; id < wanted.entries; ++id) {
            stage(static_cast<buffer_id>(id), buffer(static_cast<buffer_id>(id)));
        }
        slots_.publish();
        return true;
    }

    [[nodiscard]] group_id group() const noexcept { return registration_.id(); }

    void close() { (void)registration_.unregister(); }

    /// The kernel has none of them any more.
    void forget() noexcept { with_kernel_ = 0; }

    void give_back(buffer_id id) { give_back(id, buffer(id)); }

    /// Only a part of it is for the kernel.
    void give_back(buffer_id id, std::span<std::byte> memory) {
        stage(id, memory);
        slots_.publish();
    }

    /// What a completion hands over. A bundle takes buffers in the order of the ring, which is that
    /// of their return, and not that of their ids (BND-02).
    [[nodiscard]] std::vector<part> parts(const completion& done) {
        std::vector<part> found;
        std::size_t rest = done.bytes();
        std::uint16_t position = position_of_[to_number(*done.buffer())];
        do {
            const buffer_id id = order_[position++ & slots_.mask()];
            const std::span<std::byte> memory = published_[to_number(id)];
            const std::size_t size = std::min(rest, memory.size());
            found.emplace_back(id, memory.first(size));
            rest -= size;
            taken();
        } while (rest > 0);
        return found;
    }

    /// A buffer was taken out of the ring.
    void taken() noexcept { with_kernel_ -= with_kernel_ > 0 ? 1 : 0; }

    [[nodiscard]] std::span<std::byte> buffer(buffer_id id) const noexcept {
        return storage_.buffer(id);
    }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(slots_.slot_count());
    }
    [[nodiscard]] std::uint32_t with_kernel() const noexcept { return with_kernel_; }

private:
    void stage(buffer_id id, std::span<std::byte> memory) {
        order_[to_number(slots_.next_slot())] = id;
        position_of_[to_number(id)] = slots_.tail_staged();
        published_[to_number(id)] = memory;
        slots_.stage(memory, id);
        ++with_kernel_;
    }

    buffer_storage<Kernel> storage_;
    ring_registration<Kernel> registration_;
    buffer_ring<typename Kernel::memory_type> slots_;
    std::vector<buffer_id> order_;                 // by slot
    std::vector<std::uint16_t> position_of_;       // by id: where it was staged last
    std::vector<std::span<std::byte>> published_;  // by id: as what
    std::uint32_t with_kernel_ = 0;
};

}  // namespace ringproof::field
