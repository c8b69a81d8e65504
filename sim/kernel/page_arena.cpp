#include "sim/kernel/page_arena.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace ringproof::sim {

namespace {

// AddressSanitizer's own functions when it is linked in, null otherwise.
extern "C" [[gnu::weak]] void asan_poison(const volatile void*, std::size_t) noexcept
    asm("__asan_poison_memory_region");
extern "C" [[gnu::weak]] void asan_unpoison(const volatile void*, std::size_t) noexcept
    asm("__asan_unpoison_memory_region");

void unpoison(const std::byte* first, std::size_t size) noexcept {
    if (asan_unpoison != nullptr) asan_unpoison(first, size);
}

constexpr std::size_t kept_pages_most = 4096;
constexpr std::size_t chunk_pages = 16;  // below malloc's mmap threshold: no system call

}  // namespace

page_arena::~page_arena() { give_all_back(); }

void page_arena::give_all_back() noexcept {
    for (const run& each : chunks_) unpoison(each.first, each.pages * page_size);
    for (void* block : blocks_) std::free(block);
    chunks_.clear();
    blocks_.clear();
    free_.clear();
    chunk_pages_ = 0;
}

void page_arena::poison(const std::byte* first, std::size_t pages) noexcept {
    if (asan_poison != nullptr) asan_poison(first, pages * page_size);
}

std::byte* page_arena::allocate(std::size_t pages) {
    if (pages == 0) return nullptr;
    if (std::byte* reused = take_free(pages)) return reused;
    if (pages > limit - pages_) return nullptr;
    std::byte* fresh = pages > chunk_pages ? take_large(pages) : take_chunk(pages);
    if (fresh != nullptr) pages_ += pages;
    return fresh;
}

void page_arena::release(std::byte* first, std::size_t pages) {
    free_.push_back({first, pages, true});
    poison(first, pages);
}

void page_arena::start_over() noexcept {
    std::size_t owned = 0;
    for (const run& each : chunks_) owned += each.pages;
    if (owned > kept_pages_most) give_all_back();
    for (run& each : free_) each.counted = false;
    pages_ = 0;
}

std::byte* page_arena::take_free(std::size_t pages) {
    auto best = free_.rend();
    for (auto each = free_.rbegin(); each != free_.rend(); ++each) {
        if (each->pages != pages) continue;
        best = each;
        if (each->counted) break;
    }
    if (best == free_.rend()) return nullptr;
    if (!best->counted) {
        if (pages > limit - pages_) return nullptr;
        pages_ += pages;
    }
    std::byte* first = best->first;
    *best = free_.back();
    free_.pop_back();
    unpoison(first, pages * page_size);
    std::memset(first, 0, pages * page_size);
    return first;
}

std::byte* page_arena::take_chunk(std::size_t pages) {
    if (chunk_pages_ < pages) {
        if (chunk_pages_ != 0) free_.push_back({chunk_, chunk_pages_, false});
        void* block = std::aligned_alloc(page_size, chunk_pages * page_size);
        if (block == nullptr) return nullptr;
        blocks_.push_back(block);
        chunk_ = static_cast<std::byte*>(block);
        chunk_pages_ = chunk_pages;
        chunks_.push_back({chunk_, chunk_pages});
    }
    std::byte* first = chunk_;
    chunk_ += pages * page_size;
    chunk_pages_ -= pages;
    std::memset(first, 0, pages * page_size);
    return first;
}

std::byte* page_arena::take_large(std::size_t pages) {
    // calloc gets such sizes from the system already zeroed and does not touch them.
    void* block = std::calloc(pages + 1, page_size);
    if (block == nullptr) return nullptr;
    blocks_.push_back(block);
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    const std::size_t skip = (page_size - address % page_size) % page_size;
    std::byte* first = static_cast<std::byte*>(block) + skip;
    chunks_.push_back({first, pages});
    return first;
}

}  // namespace ringproof::sim
