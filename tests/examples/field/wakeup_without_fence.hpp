#pragma once
// Under SQPOLL the tail is stored, then the flags are loaded: does the kernel's thread sleep? With
// nothing between them a processor may do it the other way round, x86 too. The thread looks for the
// last time and sees no entry, the application sees no flag, and both wait for ever (liburing's
// issue 541).

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

/// A program that was compiled without its fences.
template <shared_memory Memory>
struct unfenced_memory : Memory {
    unfenced_memory() = default;
    explicit unfenced_memory(const Memory& real) : Memory(real) {}
    static void fence() noexcept {}
};

template <kernel Kernel>
struct unfenced_kernel : Kernel {
    using memory_type = unfenced_memory<typename Kernel::memory_type>;

    explicit unfenced_kernel(const Kernel& real) : Kernel(real) {}
    [[nodiscard]] memory_type memory() const noexcept { return memory_type(Kernel::memory()); }
};

template <kernel Kernel>
struct plain_server : raw_server<Kernel, plain_server<Kernel>> {
    using raw_server<Kernel, plain_server>::raw_server;
};

template <kernel Kernel, bool Repaired>
class wakeup_without_fence : public plain_server<Kernel> {
public:
    explicit wakeup_without_fence(sim::stage<Kernel>& on) : plain_server<Kernel>(on) {}

    static constexpr const char* cause = "a wake-up was lost";

    static sim::scenario where() {
        sim::scenario made;
        made.mode = sim::ring_mode::sqpoll;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 8, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(400, 100, 3)};
        return made;
    }

    void serve() {
        if constexpr (Repaired) {
            plain_server<Kernel>::serve();
        } else {
            unfenced_kernel<Kernel> without(this->stage_.kernel());
            sim::stage<unfenced_kernel<Kernel>> changed(without, this->stage_);
            plain_server<unfenced_kernel<Kernel>>(changed).serve();
        }
    }
};

}  // namespace ringproof::field
