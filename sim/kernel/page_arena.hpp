#pragma once
// Whole pages for the model: ring memory, mapped buffer rings, the application's anonymous
// mappings. Pages go back to a free list and never to the allocator before the arena dies, so an
// address that was once mapped never becomes someone else's memory in between. Free pages are
// poisoned for AddressSanitizer: using a mapping after munmap is reported at the access.

#include <cstddef>
#include <vector>

namespace ringproof::sim {

inline constexpr std::size_t page_size = 4096;

[[nodiscard]] constexpr std::size_t pages_for(std::size_t size) noexcept {
    return size / page_size + (size % page_size != 0 ? 1 : 0);
}

class page_arena {
public:
    page_arena() noexcept = default;
    page_arena(const page_arena&) = delete;
    page_arena& operator=(const page_arena&) = delete;
    ~page_arena();

    /// Zeroed pages; nullptr when `limit` would be passed.
    [[nodiscard]] std::byte* allocate(std::size_t pages);

    /// Gives back exactly what allocate() returned.
    void release(std::byte* first, std::size_t pages);

    /// The next model begins: what is free is kept, but counts against the limit as fresh pages do.
    /// So a model finds the same arena whoever came before. Much memory is given back instead.
    /// \pre nothing is handed out
    void start_over() noexcept;

    /// Makes pages untouchable (a guard page), where the build can tell.
    static void poison(const std::byte* first, std::size_t pages) noexcept;

    static constexpr std::size_t limit = (std::size_t{1} << 30U) / page_size;  ///< 1 GiB

private:
    struct run {
        std::byte* first;
        std::size_t pages;
        bool counted = true;  // among pages_
    };

    void give_all_back() noexcept;
    std::byte* take_free(std::size_t pages);
    std::byte* take_chunk(std::size_t pages);
    std::byte* take_large(std::size_t pages);

    std::vector<void*> blocks_;  // for std::free
    std::vector<run> free_;
    std::byte* chunk_ = nullptr;
    std::size_t chunk_pages_ = 0;
    std::vector<run> chunks_;
    std::size_t pages_ = 0;  // that this model was given, free again or not
};

}  // namespace ringproof::sim
