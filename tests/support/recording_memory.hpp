#pragma once
// Memory with a diary: which kind of access touched which word, in which order.

#include <cstddef>
#include <vector>

#include "tests/support/telling_memory.hpp"

namespace ringproof::testing {

/// One access; a fence has no word.
struct memory_event {
    access kind;
    const void* word = nullptr;

    bool operator==(const memory_event&) const = default;
};

/// Writes into a diary that belongs to the test.
class diary_keeper {
public:
    diary_keeper() noexcept = default;
    explicit diary_keeper(std::vector<memory_event>& diary) noexcept : diary_(&diary) {}

    void operator()(access kind, const void* word, std::size_t) const {
        if (diary_ != nullptr) diary_->push_back({kind, word});
    }

private:
    std::vector<memory_event>* diary_ = nullptr;
};

class recording_memory : public telling_memory<diary_keeper> {
public:
    recording_memory() noexcept = default;
    explicit recording_memory(std::vector<memory_event>& diary) noexcept
        : telling_memory(diary_keeper(diary)) {}
};

static_assert(shared_memory<recording_memory>);

}  // namespace ringproof::testing
