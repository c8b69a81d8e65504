// What a compiler makes of the library's shared accesses: a function each, for codegen_test.cpp to
// read as assembly. Nothing calls them. With CARELESS the orders are left out, to see that it is
// noticed.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/completion_queue.hpp>
#include <ringproof/submission_queue.hpp>

using namespace ringproof;

namespace {

#ifdef CARELESS
struct memory : native_memory {
    template <class Word>
    static Word load_acquire(const Word* from) noexcept {
        return load_relaxed(from);
    }
    template <class Word>
    static void store_release(Word* to, std::type_identity_t<Word> value) noexcept {
        store_relaxed(to, value);
    }
    static void fence() noexcept {}
};
#else
using memory = native_memory;
#endif

}  // namespace

using buffers = buffer_ring<memory>;
using completions = completion_queue<memory>;
using submissions = submission_queue<memory>;

extern "C" {

void stage_and_publish(buffers& of, std::byte* at, std::uint32_t size, std::uint16_t id) {
    of.stage({at, size}, buffer_id{id});
    of.publish();
}

void hand_completions_back(completions& of, std::uint32_t count) { of.advance(count); }

std::uint32_t completions_ready(const completions& of) { return of.ready(); }

void publish_requests(submissions& of) { of.publish(); }

bool publish_and_look_for_sleepers(submissions& of) {
    of.publish();
    return of.needs_wakeup();
}
}
