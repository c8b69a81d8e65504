#pragma once
// The hardware's memory with a diary: which kind of access touched which word, in which order.

#include <concepts>
#include <type_traits>
#include <vector>

#include <ringproof/shared_memory.hpp>

namespace ringproof::testing {

enum class access : std::uint8_t {
    plain_load,
    plain_store,
    relaxed_load,
    relaxed_store,
    acquire_load,
    release_store,
    fence,
};

/// One access; a fence has no word.
struct memory_event {
    access kind;
    const void* word = nullptr;

    bool operator==(const memory_event&) const = default;
};

/// Satisfies `shared_memory`. The diary belongs to the test.
class recording_memory {
public:
    recording_memory() noexcept = default;
    explicit recording_memory(std::vector<memory_event>& diary) noexcept : diary_(&diary) {}

    template <class Value>
    Value load_plain(const Value* from) const noexcept {
        note(access::plain_load, from);
        return native_memory::load_plain(from);
    }
    template <class Value>
    void store_plain(Value* to, const Value& value) const noexcept {
        note(access::plain_store, to);
        native_memory::store_plain(to, value);
    }
    template <std::unsigned_integral Word>
    Word load_relaxed(const Word* from) const noexcept {
        note(access::relaxed_load, from);
        return native_memory::load_relaxed(from);
    }
    template <std::unsigned_integral Word>
    Word load_acquire(const Word* from) const noexcept {
        note(access::acquire_load, from);
        return native_memory::load_acquire(from);
    }
    template <std::unsigned_integral Word>
    void store_relaxed(Word* to, std::type_identity_t<Word> value) const noexcept {
        note(access::relaxed_store, to);
        native_memory::store_relaxed(to, value);
    }
    template <std::unsigned_integral Word>
    void store_release(Word* to, std::type_identity_t<Word> value) const noexcept {
        note(access::release_store, to);
        native_memory::store_release(to, value);
    }
    void fence() const noexcept {
        note(access::fence, nullptr);
        native_memory::fence();
    }

private:
    void note(access kind, const void* word) const noexcept {
        if (diary_ != nullptr) diary_->push_back({kind, word});
    }

    std::vector<memory_event>* diary_ = nullptr;
};

static_assert(shared_memory<recording_memory>);

}  // namespace ringproof::testing
