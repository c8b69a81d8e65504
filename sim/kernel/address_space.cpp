#include "sim/kernel/address_space.hpp"

#include <algorithm>
#include <cstring>

#include "sim/kernel/host.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t regions_usual = 16;  // one allocation for most programs

std::uint64_t number_of(const void* pointer) noexcept {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

void* pointer_to(std::uint64_t address) noexcept {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
}

}  // namespace

address_space::address_space(bool strict, page_arena* pages, host_memory* outside)
    : arena_(pages == nullptr ? own_pages_ : *pages), outside_(outside), strict_(strict) {
    regions_.reserve(regions_usual);
}

address_space::~address_space() {
    for (const region& each : regions_) {
        if (each.arena_pages == 0) continue;
        arena_.release(static_cast<std::byte*>(pointer_to(each.first)), each.arena_pages);
    }
}

std::size_t address_space::lower(std::uint64_t address) const noexcept {
    // The first region that ends behind `address`.
    std::size_t low = 0;
    std::size_t high = regions_.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (regions_[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::uint64_t address_space::allowed(std::uint64_t address, std::uint64_t size,
                                     access need) const noexcept {
    if (address < user_start || address >= user_end) return 0;
    if (outside_ != nullptr) return outside_->reach(address, size, need);
    const std::uint64_t end = size > user_end - address ? user_end : address + size;
    std::uint64_t at = address;
    for (std::size_t i = lower(at); at < end; ++i) {
        const bool inside = i < regions_.size() && regions_[i].first <= at;
        if (!inside) {
            if (strict_) break;
            if (i == regions_.size() || regions_[i].first >= end) return end - address;
            at = regions_[i].first;
        }
        if (regions_[i].how < need) break;
        at = regions_[i].end;
    }
    return std::min(at, end) - address;
}

bool address_space::copy_in(void* to, std::uint64_t from, std::size_t size) const noexcept {
    if (outside_ != nullptr) return outside_->copy_in(to, from, size);
    if (readable(from, size) != size) return false;
    if (size != 0) std::memcpy(to, pointer_to(from), size);
    return true;
}

bool address_space::copy_out(std::uint64_t to, const void* from, std::size_t size) noexcept {
    if (outside_ != nullptr) return outside_->copy_out(to, from, size);
    if (writable(to, size) != size) return false;
    if (size != 0) std::memcpy(pointer_to(to), from, size);
    return true;
}

address_space::region* address_space::find_containing(std::uint64_t address) noexcept {
    const std::size_t i = lower(address);
    if (i == regions_.size() || regions_[i].first > address) return nullptr;
    return &regions_[i];
}

address_space::region* address_space::find_start(const void* first) noexcept {
    region* found = find_containing(number_of(first));
    return found != nullptr && found->first == number_of(first) ? found : nullptr;
}

void address_space::insert(const region& added) {
    const std::size_t at = lower(added.first);
    regions_.insert(regions_.begin() + static_cast<std::ptrdiff_t>(at), added);
}

std::byte* address_space::add_pages(std::size_t pages, std::size_t guard_pages) {
    if (pages > page_arena::limit || guard_pages > page_arena::limit) return nullptr;
    std::byte* first = arena_.allocate(pages + guard_pages);
    if (first == nullptr) return nullptr;
    // The arena may hand out pages again that are remembered here as unmapped.
    const std::uint64_t start = number_of(first);
    const std::uint64_t end = start + (pages + guard_pages) * page_size;
    const std::size_t from = lower(start);
    std::size_t to = from;
    while (to < regions_.size() && regions_[to].first < end) ++to;
    const auto at = regions_.begin();
    regions_.erase(at + static_cast<std::ptrdiff_t>(from), at + static_cast<std::ptrdiff_t>(to));
    if (guard_pages != 0) {
        const std::uint64_t guard = start + pages * page_size;
        insert({guard, end, access::none, 0, 0, 0});
        page_arena::poison(first + pages * page_size, guard_pages);
    }
    insert({start, start + pages * page_size, access::read_write, 0, 0, pages + guard_pages});
    return first;
}

std::byte* address_space::map_new(std::size_t pages, std::size_t guard_pages) {
    std::byte* first = add_pages(pages, guard_pages);
    if (first == nullptr) return nullptr;
    region* added = find_start(first);
    added->mapped = 1;
    added->is_private = true;
    return first;
}

std::byte* address_space::allocate_for_kernel(std::size_t pages) {
    std::byte* first = add_pages(pages, 0);
    if (first == nullptr) return nullptr;
    region* added = find_start(first);
    added->pins = 1;
    added->how = access::none;
    return first;
}

void address_space::map_again(std::byte* first) {
    region* found = find_start(first);
    if (found == nullptr) return;
    ++found->mapped;
    found->how = access::read_write;
}

void address_space::release_if_unused(region& unused) {
    if (unused.arena_pages == 0 || unused.mapped != 0 || unused.pins != 0) return;
    const std::size_t pages = unused.arena_pages;
    unused.arena_pages = 0;
    arena_.release(static_cast<std::byte*>(pointer_to(unused.first)), pages);
}

bool address_space::unmap(std::byte* first) {
    region* found = find_start(first);
    if (found == nullptr || found->mapped == 0) return false;
    if (--found->mapped == 0) found->how = access::none;
    release_if_unused(*found);
    return true;
}

void address_space::pin(const void* first) {
    region* found = find_containing(number_of(first));
    if (found != nullptr && found->arena_pages != 0) ++found->pins;
}

void address_space::unpin(const void* first) {
    region* found = find_containing(number_of(first));
    if (found == nullptr || found->arena_pages == 0 || found->pins == 0) return;
    --found->pins;
    release_if_unused(*found);
}

void address_space::protect(const void* first, access how) {
    if (region* found = find_start(first)) found->how = how;
}

void address_space::share(const void* first) {
    if (region* found = find_start(first)) found->is_private = false;
}

std::vector<std::span<std::byte>> address_space::private_memory() const {
    std::vector<std::span<std::byte>> found;
    for (const region& each : regions_) {
        if (!each.is_private || each.mapped == 0 || each.how != access::read_write) continue;
        found.emplace_back(static_cast<std::byte*>(pointer_to(each.first)), each.end - each.first);
    }
    return found;
}

void address_space::expose(std::span<const std::byte> memory, access how) {
    if (memory.empty()) return;
    conceal(memory);
    const std::uint64_t first = number_of(memory.data());
    const std::uint64_t end = first + memory.size();
    const std::size_t next = lower(first);
    if (next < regions_.size() && regions_[next].first < end) return;  // mapped through the kernel
    insert({first, end, how, 0, 0, 0});
}

void address_space::conceal(std::span<const std::byte> memory) {
    const std::uint64_t first = number_of(memory.data());
    const std::uint64_t end = first + memory.size();
    for (std::size_t i = lower(first); i < regions_.size() && regions_[i].first < end;) {
        region& each = regions_[i];
        if (each.arena_pages != 0) {
            ++i;  // mapped memory is unmapped, not concealed
        } else if (each.first >= first && each.end <= end) {
            regions_.erase(regions_.begin() + static_cast<std::ptrdiff_t>(i));
        } else if (each.first < first && each.end > end) {
            const region rest{end, each.end, each.how, 0, 0, 0};
            each.end = first;
            insert(rest);
            return;
        } else if (each.first < first) {
            each.end = first;
            ++i;
        } else {
            each.first = end;
            ++i;
        }
    }
}

}  // namespace ringproof::sim
