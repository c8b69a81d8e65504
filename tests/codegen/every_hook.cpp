// Accesses of every kind that -fsanitize=thread makes a call of. Compiled, never run: hooks_test.sh
// looks which calls they are.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using wide = unsigned __int128;

template <class Value>
struct __attribute__((packed)) unaligned {
    char before;
    Value value;
};

struct large {
    std::uint64_t words[40];
};

template <class Value>
void plain(Value* one, volatile Value* two, unaligned<Value>* three,
           volatile unaligned<Value>* four) {
    one[1] = one[0];
    one[2] = static_cast<Value>(one[2] + 1);
    two[1] = two[0];
    three[1].value = three[0].value;
    three[2].value = static_cast<Value>(three[2].value + 1);
    four[1].value = four[0].value;
}

template <class Value>
Value atomically(Value* at, Value value) {
    value = static_cast<Value>(value + __atomic_load_n(at, __ATOMIC_ACQUIRE));
    __atomic_store_n(at, value, __ATOMIC_RELEASE);
    value = __atomic_exchange_n(at, value, __ATOMIC_ACQ_REL);
    value = __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
    value = __atomic_fetch_sub(at, value, __ATOMIC_RELAXED);
    value = __atomic_fetch_and(at, value, __ATOMIC_SEQ_CST);
    value = __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST);
    value = __atomic_fetch_xor(at, value, __ATOMIC_SEQ_CST);
    value = __atomic_fetch_nand(at, value, __ATOMIC_SEQ_CST);
    Value expected = value;
    __atomic_compare_exchange_n(at, &expected, value, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return expected;
}

struct base {
    virtual ~base() = default;
    virtual int number() { return 1; }
};

struct derived : base {
    ~derived() override { kept = number(); }
    int number() override { return 2; }
    static int kept;
};
int derived::kept = 0;

}  // namespace

template <class Value>
void every_kind(void* memory) {
    auto* const at = static_cast<Value*>(memory);
    plain(at, static_cast<volatile Value*>(memory), static_cast<unaligned<Value>*>(memory),
          static_cast<volatile unaligned<Value>*>(memory));
    *at = atomically(at, *at);
}

template void every_kind<std::uint8_t>(void*);
template void every_kind<std::uint16_t>(void*);
template void every_kind<std::uint32_t>(void*);
template void every_kind<std::uint64_t>(void*);
template void every_kind<wide>(void*);

void whole(large* to, const large* from, void* bytes, std::size_t size) {
    to[0] = from[0];
    std::memcpy(bytes, from, size);
    std::memmove(bytes, to, size);
    std::memset(bytes, 1, size);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

int by_pointer(base* it) { return it->number(); }
base* made() { return new derived; }
