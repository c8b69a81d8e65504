// What a compiler calls with -fsanitize=thread, for GCC 12 and Clang 19. Linked in place of the
// sanitizer's own runtime: each access that the compiled code makes is told to the session that
// runs, and outside of one it is done and nothing else.
//
// Source: tsan_interface.h and tsan_interface_atomic.h of compiler-rt; the names are an ABI.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "sim/explore/code/session.hpp"

namespace {

using ringproof::explore::order;
using ringproof::explore::session;
using ringproof::explore::site;

/// The session, when the code that runs is an agent's.
session* listening() noexcept {
    session* const now = session::current();
    if (now != nullptr) now->hear();
    return now;
}

void read(const void* address, std::size_t size, site at) {
    if (session* const now = listening()) now->read(address, size, at);
}

void write(void* address, std::size_t size, site at, bool done = false) {
    if (session* const now = listening()) now->write(address, size, at, done);
}

void* copy(void* to, const void* from, std::size_t size, site at) {
    read(from, size, at);
    std::memmove(to, from, size);
    write(to, size, at, true);
    return to;
}

template <class Value>
std::uint64_t as_bits(Value value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
}

template <class Value>
Value as_value(std::uint64_t bits) noexcept {
    Value value{};
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// Orders come as the compiler's numbers, at times with hints in higher bits.
order as_order(int number) noexcept { return static_cast<order>(number & 7); }

template <class Value>
Value atomic_load(const volatile Value* from, int mo, site at) {
    auto* const address = const_cast<Value*>(from);
    session* const now = listening();
    if (now == nullptr) return *address;
    return as_value<Value>(now->load(address, sizeof(Value), as_order(mo), at));
}

template <class Value>
void atomic_store(volatile Value* to, Value value, int mo, site at) {
    auto* const address = const_cast<Value*>(to);
    session* const now = listening();
    if (now == nullptr) {
        *address = value;
        return;
    }
    now->store(address, sizeof(Value), as_bits(value), as_order(mo), at);
}

template <class Value, class Change>
Value atomic_change(volatile Value* to, int mo, site at, Change change) {
    auto* const address = const_cast<Value*>(to);
    session* const now = listening();
    if (now == nullptr) {
        const Value before = *address;
        *address = change(before);
        return before;
    }
    return as_value<Value>(
        now->modify(address, sizeof(Value), as_order(mo), at,
                    [&change](std::uint64_t before) -> std::optional<std::uint64_t> {
                        return as_bits(static_cast<Value>(change(as_value<Value>(before))));
                    }));
}

template <class Value>
bool atomic_exchange_if(volatile Value* to, Value* expected, Value wanted, int mo, site at) {
    auto* const address = const_cast<Value*>(to);
    const Value hoped = *expected;
    session* const now = listening();
    Value before{};
    if (now == nullptr) {
        before = *address;
        if (before == hoped) *address = wanted;
    } else {
        before =
            as_value<Value>(now->modify(address, sizeof(Value), as_order(mo), at,
                                        [&](std::uint64_t bits) -> std::optional<std::uint64_t> {
                                            if (as_value<Value>(bits) != hoped) return std::nullopt;
                                            return as_bits(wanted);
                                        }));
    }
    *expected = before;
    return before == hoped;
}

/// Wider than a word can be: always the newest, and as if under a lock.
using wide = unsigned __int128;
void lock_wide(const volatile wide* at, site from) {
    auto* const address = const_cast<wide*>(at);
    session* const now = listening();
    if (now == nullptr) return;
    now->modify(address, sizeof(std::uint64_t), order::acq_rel, from,
                [](std::uint64_t low) { return std::optional(low); });
}
wide atomic_load(const volatile wide* from, int, site at) {
    lock_wide(from, at);
    return *from;
}
void atomic_store(volatile wide* to, wide value, int, site at) {
    lock_wide(to, at);
    *to = value;
}
template <class Change>
wide atomic_change(volatile wide* to, int, site at, Change change) {
    lock_wide(to, at);
    const wide before = *to;
    *to = change(before);
    return before;
}
bool atomic_exchange_if(volatile wide* to, wide* expected, wide wanted, int, site at) {
    lock_wide(to, at);
    const wide before = *to;
    const bool equal = before == *expected;
    if (equal) *to = wanted;
    *expected = before;
    return equal;
}

}  // namespace

// NOLINTBEGIN: names and signatures are the compilers'
#define HERE __builtin_return_address(0)
#define READS_AND_WRITES(prefix, size) \
    void __tsan_##prefix##read##size(void* at) { read(at, size, HERE); } \
    void __tsan_##prefix##write##size(void* at) { write(at, size, HERE); } \
    void __tsan_##prefix##read_write##size(void* at) { \
        read(at, size, HERE); \
        write(at, size, HERE); \
    }
#define EVERY_SIZE(prefix) \
    READS_AND_WRITES(prefix, 1) \
    READS_AND_WRITES(prefix, 2) \
    READS_AND_WRITES(prefix, 4) \
    READS_AND_WRITES(prefix, 8) \
    READS_AND_WRITES(prefix, 16)

#define CHANGES(bits, Value, name, result) \
    Value __tsan_atomic##bits##_##name(volatile Value* to, Value with, int mo) { \
        return atomic_change(to, mo, HERE, \
                             [with](Value was) { return static_cast<Value>(result); }); \
    }
#define ATOMICS(bits, Value) \
    Value __tsan_atomic##bits##_load(const volatile Value* from, int mo) { \
        return atomic_load(from, mo, HERE); \
    } \
    void __tsan_atomic##bits##_store(volatile Value* to, Value value, int mo) { \
        atomic_store(to, value, mo, HERE); \
    } \
    CHANGES(bits, Value, exchange, (static_cast<void>(was), with)) \
    CHANGES(bits, Value, fetch_add, was + with) \
    CHANGES(bits, Value, fetch_sub, was - with) \
    CHANGES(bits, Value, fetch_and, was& with) \
    CHANGES(bits, Value, fetch_or, was | with) \
    CHANGES(bits, Value, fetch_xor, was ^ with) \
    CHANGES(bits, Value, fetch_nand, ~(was & with)) \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile Value* to, Value* expected, \
                                                      Value wanted, int mo, int) { \
        return atomic_exchange_if(to, expected, wanted, mo, HERE); \
    } \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile Value* to, Value* expected, \
                                                    Value wanted, int mo, int) { \
        return atomic_exchange_if(to, expected, wanted, mo, HERE); \
    } \
    Value __tsan_atomic##bits##_compare_exchange_val(volatile Value* to, Value expected, \
                                                     Value wanted, int mo, int) { \
        atomic_exchange_if(to, &expected, wanted, mo, HERE); \
        return expected; \
    }

extern "C" {

void __tsan_init() {}

void __tsan_func_entry(void* from) {
    if (session* const now = session::current()) now->called(from);
}
void __tsan_func_exit() {
    if (session* const now = session::current()) now->returned();
}

EVERY_SIZE()
EVERY_SIZE(unaligned_)
EVERY_SIZE(volatile_)
EVERY_SIZE(unaligned_volatile_)

void __tsan_read_range(void* at, std::size_t size) { read(at, size, HERE); }
void __tsan_write_range(void* at, std::size_t size) { write(at, size, HERE); }

void __tsan_vptr_read(void** at) { read(at, sizeof *at, HERE); }
void __tsan_vptr_update(void** at, void*) { write(at, sizeof *at, HERE); }

void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
    return copy(to, from, size, HERE);
}
void* __tsan_memmove(void* to, const void* from, std::size_t size) {
    return copy(to, from, size, HERE);
}
void* __tsan_memset(void* to, int value, std::size_t size) {
    std::memset(to, value, size);
    write(to, size, HERE, true);
    return to;
}

ATOMICS(8, std::uint8_t)
ATOMICS(16, std::uint16_t)
ATOMICS(32, std::uint32_t)
ATOMICS(64, std::uint64_t)
ATOMICS(128, wide)

void __tsan_atomic_thread_fence(int mo) {
    if (session* const now = listening()) now->fence(as_order(mo));
}
void __tsan_atomic_signal_fence(int) {}
}
// NOLINTEND
