#pragma once
// The words that the application and the model's kernel share. Both sides run on one thread, one
// step after another, so the hardware's own accesses are sequentially consistent here; the orders
// that callers name are kept for the engine that will remember stores, and told to whoever watches.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <ringproof/shared_memory.hpp>

namespace ringproof::sim {

/// How a word was accessed.
enum class memory_access : std::uint8_t {
    plain_load,
    plain_store,
    relaxed_load,
    relaxed_store,
    acquire_load,
    release_store,
};

/// Hears of accesses, each before it is done. Neither throws nor accesses shared memory itself.
class memory_watcher {
public:
    virtual void accessed(memory_access how, const void* word, std::size_t size) noexcept = 0;

protected:
    ~memory_watcher() = default;
};

/// The model's memory. What its kernel's side does with it can be watched, thread by thread.
class model_memory {
public:
    /// From now on this thread's accesses are told to `who`, or to nobody. Returns who it was.
    static memory_watcher* watch(memory_watcher* who) noexcept {
        return std::exchange(watcher_, who);
    }

    template <class Value>
    static Value load_plain(const Value* from) noexcept {
        tell(memory_access::plain_load, from);
        return native_memory::load_plain(from);
    }
    template <class Value>
    static void store_plain(Value* to, const std::type_identity_t<Value>& value) noexcept {
        tell(memory_access::plain_store, to);
        native_memory::store_plain(to, value);
    }
    template <std::unsigned_integral Word>
    static Word load_relaxed(const Word* from) noexcept {
        tell(memory_access::relaxed_load, from);
        return native_memory::load_relaxed(from);
    }
    template <std::unsigned_integral Word>
    static Word load_acquire(const Word* from) noexcept {
        tell(memory_access::acquire_load, from);
        return native_memory::load_acquire(from);
    }
    template <std::unsigned_integral Word>
    static void store_relaxed(Word* to, std::type_identity_t<Word> value) noexcept {
        tell(memory_access::relaxed_store, to);
        native_memory::store_relaxed(to, value);
    }
    template <std::unsigned_integral Word>
    static void store_release(Word* to, std::type_identity_t<Word> value) noexcept {
        tell(memory_access::release_store, to);
        native_memory::store_release(to, value);
    }
    static void fence() noexcept { native_memory::fence(); }

private:
    template <class Value>
    static void tell(memory_access how, const Value* word) noexcept {
        if (watcher_ != nullptr) [[unlikely]]
            watcher_->accessed(how, word, sizeof(Value));
    }

    static inline constinit thread_local memory_watcher* watcher_ = nullptr;
};

static_assert(shared_memory<model_memory>);

}  // namespace ringproof::sim
