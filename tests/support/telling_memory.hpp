#pragma once
// The hardware's memory, which tells what is done with it.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

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

/// Satisfies `shared_memory`. Before each access it calls ear(access, word, size); a fence has no
/// word. Memory is handed around by value, so what an ear remembers lies elsewhere.
template <class Ear>
class telling_memory {
public:
    telling_memory() noexcept = default;
    explicit telling_memory(Ear ear) noexcept : ear_(std::move(ear)) {}

    template <class Value>
    Value load_plain(const Value* from) const noexcept {
        ear_(access::plain_load, from, sizeof *from);
        return native_memory::load_plain(from);
    }
    template <class Value>
    void store_plain(Value* to, const std::type_identity_t<Value>& value) const noexcept {
        ear_(access::plain_store, to, sizeof *to);
        native_memory::store_plain(to, value);
    }
    template <std::unsigned_integral Word>
    Word load_relaxed(const Word* from) const noexcept {
        ear_(access::relaxed_load, from, sizeof *from);
        return native_memory::load_relaxed(from);
    }
    template <std::unsigned_integral Word>
    Word load_acquire(const Word* from) const noexcept {
        ear_(access::acquire_load, from, sizeof *from);
        return native_memory::load_acquire(from);
    }
    template <std::unsigned_integral Word>
    void store_relaxed(Word* to, std::type_identity_t<Word> value) const noexcept {
        ear_(access::relaxed_store, to, sizeof *to);
        native_memory::store_relaxed(to, value);
    }
    template <std::unsigned_integral Word>
    void store_release(Word* to, std::type_identity_t<Word> value) const noexcept {
        ear_(access::release_store, to, sizeof *to);
        native_memory::store_release(to, value);
    }
    void fence() const noexcept {
        ear_(access::fence, nullptr, 0);
        native_memory::fence();
    }

private:
    Ear ear_{};
};

}  // namespace ringproof::testing
