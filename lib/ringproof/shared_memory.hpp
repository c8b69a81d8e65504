#pragma once
// Memory that two agents touch: the application here, the kernel there. Every word that both can
// see goes through this concept, so that the same ring code runs on the hardware at no cost and on
// a model that remembers each store.
//
//   acquire  what the other agent did before the store that this load saw is visible after it.
//   release  what this agent did before the store is visible to whoever loads it with acquire.
//   relaxed  atomic, and nothing more.
//   plain    not atomic: the protocol must make sure that the other agent is elsewhere.
//   fence    sequentially consistent; orders an earlier store before a later load (SQPOLL wake-up).
//
// Source: io_uring(7); Documentation/memory-barriers.txt; rule ABI-08.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <ringproof/abi.hpp>

namespace ringproof {

namespace detail {

template <class Memory, class Word>
concept atomic_access = requires(Memory& memory, const Word* from, Word* to, Word value) {
    { memory.load_relaxed(from) } noexcept -> std::same_as<Word>;
    { memory.load_acquire(from) } noexcept -> std::same_as<Word>;
    { memory.store_relaxed(to, value) } noexcept;
    { memory.store_release(to, value) } noexcept;
};

template <class Memory, class Value>
concept plain_access = requires(Memory& memory, const Value* from, Value* to, const Value& value) {
    { memory.load_plain(from) } noexcept -> std::same_as<Value>;
    { memory.store_plain(to, value) } noexcept;
};

}  // namespace detail

/// Ordered accesses to words shared with a kernel. A handle: cheap to copy, it does not own memory.
template <class Memory>
concept shared_memory = std::copyable<Memory> && detail::atomic_access<Memory, std::uint16_t> &&
    detail::atomic_access<Memory, std::uint32_t> && detail::plain_access<Memory, std::uint16_t> &&
    detail::plain_access<Memory, std::uint32_t> && detail::plain_access<Memory, std::uint64_t> &&
    detail::plain_access<Memory, abi::io_uring_sqe> &&
    detail::plain_access<Memory, abi::io_uring_cqe> && requires(Memory& memory) {
        { memory.fence() } noexcept;
    };

/// The hardware's memory: std::atomic_ref, and nothing between it and the word.
struct native_memory {
    template <class Value>
    static Value load_plain(const Value* from) noexcept {
        return *from;
    }
    template <class Value>
    static void store_plain(Value* to, const Value& value) noexcept {
        *to = value;
    }
    template <std::unsigned_integral Word>
    static Word load_relaxed(const Word* from) noexcept {
        return std::atomic_ref<Word>(*const_cast<Word*>(from)).load(std::memory_order::relaxed);
    }
    template <std::unsigned_integral Word>
    static Word load_acquire(const Word* from) noexcept {
        return std::atomic_ref<Word>(*const_cast<Word*>(from)).load(std::memory_order::acquire);
    }
    template <std::unsigned_integral Word>
    static void store_relaxed(Word* to, std::type_identity_t<Word> value) noexcept {
        std::atomic_ref<Word>(*to).store(value, std::memory_order::relaxed);
    }
    template <std::unsigned_integral Word>
    static void store_release(Word* to, std::type_identity_t<Word> value) noexcept {
        std::atomic_ref<Word>(*to).store(value, std::memory_order::release);
    }
    static void fence() noexcept { std::atomic_thread_fence(std::memory_order::seq_cst); }
};

static_assert(shared_memory<native_memory>);

}  // namespace ringproof
