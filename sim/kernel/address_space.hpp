#pragma once
// Which user addresses the kernel may touch, and the copies to and from them. Addresses are the
// program's own; what differs is whom the model believes:
//   trusting  any address of the user half, except the null page and what the model itself mapped
//             as a guard, as read-only, or has unmapped since. For programs that behave.
//   strict    only what was mapped through the kernel or exposed. For hostile programs: no address
//             they invent is ever dereferenced.
// A host (host.hpp) replaces both: it knows the program's memory and is asked at each access.
// A refused access is what a page fault is to Linux: -EFAULT to the caller.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/kernel/page_arena.hpp"

namespace ringproof::sim {

enum class access : std::uint8_t { none, read_only, read_write };

class host_memory;

class address_space {
public:
    /// \param pages    where memory comes from and goes back to; null: an arena of its own. Must
    ///                 outlive the address space.
    /// \param outside  whose memory it is, and who is asked instead of believing; or null
    explicit address_space(bool strict, page_arena* pages = nullptr,
                           host_memory* outside = nullptr);
    address_space(const address_space&) = delete;
    address_space& operator=(const address_space&) = delete;
    ~address_space();

    /// True when the range lies in the user half, whether mapped or not (the kernel's access_ok).
    [[nodiscard]] static bool in_user_half(std::uint64_t address, std::uint64_t size) noexcept {
        return size <= user_end && address <= user_end - size;
    }

    /// How many of the `size` bytes at `address`, from the first on, may be read (written).
    [[nodiscard]] std::uint64_t readable(std::uint64_t address, std::uint64_t size) const noexcept {
        return allowed(address, size, access::read_only);
    }
    [[nodiscard]] std::uint64_t writable(std::uint64_t address, std::uint64_t size) const noexcept {
        return allowed(address, size, access::read_write);
    }

    /// Copies all or nothing; false: fault.
    [[nodiscard]] bool copy_in(void* to, std::uint64_t from, std::size_t size) const noexcept;
    [[nodiscard]] bool copy_out(std::uint64_t to, const void* from, std::size_t size) noexcept;

    /// New pages, mapped once; nullptr without memory. `guard` pages follow that fault.
    [[nodiscard]] std::byte* map_new(std::size_t pages, std::size_t guard_pages = 0);

    /// New pages that only the kernel holds (as one pin) until map_again().
    [[nodiscard]] std::byte* allocate_for_kernel(std::size_t pages);

    /// One more mapping of pages that the kernel holds. The model gives it the same address.
    void map_again(std::byte* first);

    /// Undoes one mapping that starts at `first`; false if there is none.
    bool unmap(std::byte* first);

    /// The pages stay while they are pinned, mapped or not (rule UNR-07). Memory that the model
    /// did not map cannot be pinned; the caller answers for its life.
    void pin(const void* first);
    void unpin(const void* first);

    /// What may be done to the pages from map_new() that start at `first`.
    void protect(const void* first, access how);

    /// The pages at `first` are the same for a forked child.
    void share(const void* first);

    /// All that a forked child has as copies: mapped by map_new(), writable, and not shared.
    [[nodiscard]] std::vector<std::span<std::byte>> private_memory() const;

    /// Adds the caller's own memory to what may be touched, or takes it away again.
    void expose(std::span<const std::byte> memory, access how);
    void conceal(std::span<const std::byte> memory);

    static constexpr std::uint64_t user_start = 0x10000;       ///< vm.mmap_min_addr
    static constexpr std::uint64_t user_end = 0x7ffffffff000;  ///< x86-64, 47 bits

private:
    struct region {
        std::uint64_t first;
        std::uint64_t end;
        access how;
        std::uint32_t mapped;     // mappings of the application
        std::uint32_t pins;       // uses by the kernel
        std::size_t arena_pages;  // to give back, guard included; 0: not the arena's, or free
        bool is_private = false;  // a forked child gets a copy
    };

    std::uint64_t allowed(std::uint64_t address, std::uint64_t size, access need) const noexcept;
    std::size_t lower(std::uint64_t address) const noexcept;
    region* find_start(const void* first) noexcept;
    region* find_containing(std::uint64_t address) noexcept;
    void insert(const region& added);
    std::byte* add_pages(std::size_t pages, std::size_t guard_pages);
    void release_if_unused(region& unused);

    std::vector<region> regions_;  // by address, not overlapping
    page_arena own_pages_;
    page_arena& arena_;
    host_memory* outside_;
    bool strict_;
};

}  // namespace ringproof::sim
