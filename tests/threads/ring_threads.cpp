// The application and a kernel's side as two real threads, for the thread sanitizer to watch.
//
//     ring_threads [<order left out>]
//
// The kernel's side does what io_uring does, in the order of sim/kernel; the application is the
// library. Without a sanitizer nothing can be seen of an order that is left out, on x86 above all.
// Exit status: 0, or the sanitizer's; 1 when bytes were wrong, 2 for an order that nobody knows.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <thread>
#include <type_traits>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/completion_queue.hpp>

namespace {

using namespace ringproof;

constexpr std::uint32_t entry_count = 4;
constexpr std::uint32_t buffer_size = 32;
constexpr std::uint32_t rounds = 20'000;

/// Which side forgets what.
struct lapses {
    bool tail_release = false;
    bool tail_acquire = false;
    bool cq_tail_release = false;
    bool cq_tail_acquire = false;
    bool cq_head_release = false;
    bool cq_head_acquire = false;
};

lapses forgotten;

template <class Word>
Word load(const Word& from, bool careless) {
    return std::atomic_ref(const_cast<Word&>(from))
        .load(careless ? std::memory_order::relaxed : std::memory_order::acquire);
}
template <class Word>
void store(Word& to, Word value, bool careless) {
    std::atomic_ref(to).store(value,
                              careless ? std::memory_order::relaxed : std::memory_order::release);
}

/// The application's memory. Words of sixteen bits are the ring's tail.
struct careless_memory : native_memory {
    template <class Word>
    static Word load_acquire(const Word* from) noexcept {
        return load(*from, forgotten.cq_tail_acquire);
    }
    template <class Word>
    static void store_release(Word* to, std::type_identity_t<Word> value) noexcept {
        store(*to, value, sizeof(Word) == 2 ? forgotten.tail_release : forgotten.cq_head_release);
    }
};

struct shared {
    alignas(64) std::array<abi::io_uring_buf, entry_count> ring{};
    alignas(64) std::array<std::array<unsigned char, buffer_size>, entry_count> buffers{};
    struct {
        alignas(64) std::uint32_t head = 0;
        alignas(64) std::uint32_t tail = 0;
        alignas(64) std::array<abi::io_uring_cqe, entry_count> entries{};
    } completions;
};

shared memory;

unsigned char pattern(std::uint64_t n) { return static_cast<unsigned char>(n * 7 + 1); }

/// Fills a buffer of the ring for each completion, or, without one, posts completions alone.
void be_the_kernel(bool with_buffers) {
    std::uint16_t head = 0;
    auto& queue = memory.completions;
    for (std::uint32_t n = 0; n < rounds; ++n) {
        std::uint32_t flags = 0;
        if (with_buffers) {
            while (load(memory.ring[0].resv, forgotten.tail_acquire) == head) {
                std::this_thread::yield();
            }
            const abi::io_uring_buf& slot = memory.ring[head++ % entry_count];
            const std::uint16_t id = slot.bid;
            auto* at = reinterpret_cast<unsigned char*>(slot.addr);
            for (std::uint32_t i = 0; i < slot.len; ++i) at[i] = pattern(n);
            flags = std::uint32_t{id} << abi::ioring_cqe_buffer_shift | abi::ioring_cqe_f_buffer;
        }
        while (n - load(queue.head, forgotten.cq_head_acquire) == entry_count) {
            std::this_thread::yield();
        }
        queue.entries[n % entry_count] = {.user_data = n, .res = buffer_size, .flags = flags};
        store(queue.tail, n + 1, forgotten.cq_tail_release);
    }
}

/// Bytes that were not what they should be.
std::uint64_t be_the_application(bool with_buffers) {
    const auto bytes_of = [](std::uint16_t id) { return std::span(memory.buffers[id]); };
    buffer_ring<careless_memory> ring({}, memory.ring);
    abi::io_uring_params params{};
    params.cq_entries = entry_count;
    params.cq_off.tail = offsetof(decltype(memory.completions), tail);
    params.cq_off.cqes = offsetof(decltype(memory.completions), entries);
    completion_queue<careless_memory> done(
        {}, std::as_writable_bytes(std::span(&memory.completions, 1)), params);
    const auto stage = [&](std::uint16_t id) {
        ring.stage(std::as_writable_bytes(bytes_of(id)), buffer_id{id});
    };
    for (std::uint16_t id = 0; with_buffers && id < entry_count; ++id) stage(id);
    if (with_buffers) ring.publish();

    std::uint64_t wrong = 0;
    for (std::uint32_t n = 0; n < rounds;) {
        if (done.ready() == 0) {
            std::this_thread::yield();
            continue;
        }
        const completion it = done.read(0);
        wrong += to_number(it.user) == n ? 0 : 1;
        if (with_buffers) {
            const auto id = to_number(*it.buffer());
            for (const unsigned char byte : bytes_of(id)) wrong += byte == pattern(n) ? 0 : 1;
            stage(id);
            ring.publish();
        }
        done.advance(1);
        ++n;
    }
    return wrong;
}

bool leave_out(std::string_view order) {
    struct known {
        std::string_view name;
        bool lapses::* which;
    };
    constexpr std::array all{known{"tail-release", &lapses::tail_release},
                             known{"tail-acquire", &lapses::tail_acquire},
                             known{"cq-tail-release", &lapses::cq_tail_release},
                             known{"cq-tail-acquire", &lapses::cq_tail_acquire},
                             known{"cq-head-release", &lapses::cq_head_release},
                             known{"cq-head-acquire", &lapses::cq_head_acquire}};
    for (const known& each : all) {
        if (each.name != order) continue;
        forgotten.*each.which = true;
        return true;
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 2 || (argc == 2 && !leave_out(argv[1]))) {
        std::fprintf(stderr, "ring_threads: '%s' is no order of the protocol\n", argv[argc - 1]);
        return 2;
    }
    std::uint64_t wrong = 0;
    // Returned buffers order the queue's entries, too; alone, these need their own words.
    for (const bool with_buffers : {true, false}) {
        memory = {};
        std::thread kernel(be_the_kernel, with_buffers);
        wrong += be_the_application(with_buffers);
        kernel.join();
    }
    if (wrong == 0) return 0;
    std::fprintf(stderr, "ring_threads: %llu values were wrong\n",
                 static_cast<unsigned long long>(wrong));
    return 1;
}
