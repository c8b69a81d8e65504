#pragma once
// System calls without the C library: they neither touch errno, nor are they cancellation points,
// nor can the program have put a function of its own in their place. The answer is a count or
// -errno, which is what the model speaks, too.

#include <sys/syscall.h>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace ringproof::sim::exec {

namespace detail {

template <class Value>
    requires(std::integral<Value> || std::is_enum_v<Value>)
inline long word(Value value) noexcept {
    return static_cast<long>(value);
}
inline long word(const volatile void* pointer) noexcept {
    return reinterpret_cast<std::intptr_t>(pointer);
}

#if defined(__x86_64__)

inline long call(long number, long a, long b, long c, long d, long e, long f) noexcept {
    long answer = number;  // NOLINT(misc-const-correctness): the kernel writes it
    register const long fourth asm("r10") = d;
    register const long fifth asm("r8") = e;
    register const long sixth asm("r9") = f;
    asm volatile("syscall"
                 : "+a"(answer)
                 : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                 : "rcx", "r11", "memory");
    return answer;
}

#else
#error "sim/exec knows the system calls of x86-64 only; its CMakeLists.txt should have left it out"
#endif

}  // namespace detail

/// The program's address as a pointer, for who never looks at what is there.
inline void* pointer_to(std::uint64_t address) noexcept {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
}

/// \param arguments  up to six numbers and pointers
template <class... Arguments>
inline long system_call(long number, Arguments... arguments) noexcept {
    static_assert(sizeof...(arguments) <= 6);
    const long words[6] = {detail::word(arguments)...};
    return detail::call(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

}  // namespace ringproof::sim::exec
