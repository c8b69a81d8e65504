#include "sim/simulation/own_stack.hpp"

#include <cstdint>
#include <new>
#include <utility>

#include <sys/mman.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RINGPROOF_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define RINGPROOF_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define RINGPROOF_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define RINGPROOF_TSAN 1
#endif

#ifdef RINGPROOF_ASAN
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef RINGPROOF_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace ringproof::sim {

namespace {

// As much as a thread has by default; pages that nobody touches cost nothing.
constexpr std::size_t stack_size = std::size_t{8} << 20U;
constexpr std::size_t guard_size = 4096;

}  // namespace

/// The two sides, and what the sanitizers want to know of a change of stacks.
struct own_stack::contexts {
    ucontext_t body{};
    ucontext_t outside{};
    const std::function<void()>* wanted = nullptr;
    bool finished = false;
#ifdef RINGPROOF_ASAN
    void* fake_stack = nullptr;
    const void* outside_bottom = nullptr;
    std::size_t outside_size = 0;
#endif
#ifdef RINGPROOF_TSAN
    void* body_fiber = nullptr;
    void* outside_fiber = nullptr;
#endif

    void enter(std::byte* stack);
    void leave(bool for_ever);
    static void main(unsigned high, unsigned low);
};

void own_stack::contexts::enter(std::byte* stack) {
#ifdef RINGPROOF_ASAN
    __sanitizer_start_switch_fiber(&fake_stack, stack + guard_size, stack_size - guard_size);
#endif
#ifdef RINGPROOF_TSAN
    outside_fiber = __tsan_get_current_fiber();
    body_fiber = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(body_fiber, 0);
#endif
    (void)stack;
    ::swapcontext(&outside, &body);
#ifdef RINGPROOF_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
#ifdef RINGPROOF_TSAN
    __tsan_destroy_fiber(body_fiber);
#endif
}

void own_stack::contexts::leave(bool for_ever) {
    finished = !for_ever;
#ifdef RINGPROOF_ASAN
    __sanitizer_start_switch_fiber(nullptr, outside_bottom, outside_size);
#endif
#ifdef RINGPROOF_TSAN
    __tsan_switch_to_fiber(outside_fiber, 0);
#endif
    ::setcontext(&outside);
}

// makecontext() passes ints: the pointer comes in two halves.
void own_stack::contexts::main(unsigned high, unsigned low) {
    const auto address = static_cast<std::uintptr_t>(high) << 32U | low;
    auto& it = *reinterpret_cast<contexts*>(address);  // NOLINT(performance-no-int-to-ptr)
#ifdef RINGPROOF_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &it.outside_bottom, &it.outside_size);
#endif
    (*it.wanted)();
    it.leave(false);
}

own_stack::own_stack() : contexts_(std::make_unique<contexts>()) { make_stack(); }

own_stack::~own_stack() { ::munmap(stack_, stack_size); }

void own_stack::make_stack() {
    void* made = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (made == MAP_FAILED) throw std::bad_alloc();
    stack_ = static_cast<std::byte*>(made);
    ::mprotect(stack_, guard_size, PROT_NONE);
}

bool own_stack::run(const std::function<void()>& body) {
    contexts& it = *contexts_;
    it.wanted = &body;
    ::getcontext(&it.body);
    it.body.uc_stack.ss_sp = stack_ + guard_size;
    it.body.uc_stack.ss_size = stack_size - guard_size;
    it.body.uc_link = nullptr;
    const auto address = reinterpret_cast<std::uintptr_t>(&it);
    ::makecontext(&it.body, reinterpret_cast<void (*)()>(&contexts::main), 2,
                  static_cast<unsigned>(address >> 32U), static_cast<unsigned>(address));
    it.enter(stack_);
    if (it.finished) return true;
    // What stands there may own memory: kept, and known to be.
#ifdef RINGPROOF_ASAN
    __lsan_register_root_region(stack_ + guard_size, stack_size - guard_size);
#endif
    make_stack();
    return false;
}

void own_stack::abandon() noexcept {
    contexts_->leave(true);
    std::unreachable();
}

}  // namespace ringproof::sim
