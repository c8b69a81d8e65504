// How many instructions it takes to give a buffer back: ours against liburing's.
//
//     instructions <mode> <rounds>
//
// runs one loop over `rounds` rounds of 256 buffers and says how many operations that were.
// instructions.sh runs each mode under callgrind, which counts inside the functions whose name
// holds `measured`, and nowhere else. Counts do not depend on what else the machine does, so they
// can be asserted where times cannot.
//
// Both sides have the same loop: ids from the same shuffled list, address = base + id * size. What
// the optimizer must not know (size, mask) comes from outside the measured function.

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <ringproof/buffer_group.hpp>
#include <ringproof/receiver.hpp>

#include "tests/bench/quiet_kernel.hpp"

// Last: it defines, as macros, names that our headers use.
#include <liburing.h>

namespace {

using namespace ringproof;
using ringproof::bench::quiet_kernel;

constexpr std::uint32_t slot_count = 256;

/// What both sides give back from.
struct slab_view {
    std::byte* base = nullptr;
    std::uint32_t size = 0;
    std::span<const buffer_id> ids;  // a whole number of batches
};

// --- What callgrind counts -----------------------------------------------------------------------

template <std::size_t Batch>
[[gnu::noinline]] void measured_stage_ours(buffer_ring<native_memory>& ring, slab_view slab) {
    for (std::size_t at = 0; at < slab.ids.size(); at += Batch) {
        for (std::size_t i = 0; i < Batch; ++i) {
            const buffer_id id = slab.ids[at + i];
            ring.stage({slab.base + std::size_t{to_number(id)} * slab.size, slab.size}, id);
        }
        ring.publish();
    }
}

template <std::size_t Batch>
[[gnu::noinline]] void measured_stage_theirs(io_uring_buf_ring* ring, int mask, slab_view slab) {
    for (std::size_t at = 0; at < slab.ids.size(); at += Batch) {
        for (std::size_t i = 0; i < Batch; ++i) {
            const std::uint16_t id = to_number(slab.ids[at + i]);
            io_uring_buf_ring_add(ring, slab.base + std::size_t{id} * slab.size, slab.size, id,
                                  mask, static_cast<int>(i));
        }
        io_uring_buf_ring_advance(ring, static_cast<int>(Batch));
    }
}

[[gnu::noinline]] void measured_give_back(buffer_group<quiet_kernel>& group,
                                          std::span<const buffer_id> ids) {
    for (const buffer_id id : ids) (void)group.give_back(id);
}

[[gnu::noinline]] void measured_give_back_batch(buffer_group<quiet_kernel>& group,
                                                std::span<const buffer_id> ids) {
    (void)group.give_back(ids);
}

[[gnu::noinline]] void measured_drop(std::span<buffer_lease<quiet_kernel>> leases) {
    std::destroy(leases.begin(), leases.end());
}

/// What a loop does with each completion of a receive, between hold_returns() and its end.
[[gnu::noinline]] std::size_t measured_receive(receiver<quiet_kernel>& from,
                                               std::span<const completion> completions) {
    std::size_t bytes = 0;
    for (const completion& done : completions) bytes += from.on(done).data.size();
    return bytes;
}

// --- What happens around it ----------------------------------------------------------------------

/// Numbers that the compiler cannot see through.
std::uint32_t opaque(std::uint32_t number) {
    const volatile std::uint32_t hidden = number;
    return hidden;
}

/// Every id once, in an order without a pattern; returns are not in the order of the slots.
std::vector<buffer_id> shuffled_ids() {
    std::vector<buffer_id> ids(slot_count);
    for (std::uint32_t i = 0; i < slot_count; ++i) {
        ids[i] = static_cast<buffer_id>((i * 167U + 13U) % slot_count);
    }
    return ids;
}

/// A slab and a ring that no kernel knows, for the two operations alone.
struct bare {
    std::vector<buffer_id> ids = shuffled_ids();
    std::vector<std::byte> bytes = std::vector<std::byte>(slot_count * std::size_t{4096});
    void* memory = std::aligned_alloc(4096, slot_count * sizeof(abi::io_uring_buf));
    slab_view slab{bytes.data(), opaque(4096), ids};

    bare() { ::io_uring_buf_ring_init(static_cast<io_uring_buf_ring*>(memory)); }
    bare(const bare&) = delete;
    bare& operator=(const bare&) = delete;
    ~bare() { std::free(memory); }
};

template <std::size_t Batch>
void stage_ours(unsigned rounds) {
    bare it;
    const std::span entries(static_cast<abi::io_uring_buf*>(it.memory), opaque(slot_count));
    buffer_ring<native_memory> ring({}, entries);
    for (unsigned round = 0; round < rounds; ++round) measured_stage_ours<Batch>(ring, it.slab);
}

template <std::size_t Batch>
void stage_theirs(unsigned rounds) {
    bare it;
    auto* ring = static_cast<io_uring_buf_ring*>(it.memory);
    const int mask = ::io_uring_buf_ring_mask(opaque(slot_count));
    for (unsigned round = 0; round < rounds; ++round) {
        measured_stage_theirs<Batch>(ring, mask, it.slab);
    }
}

/// A real group whose buffers are taken by completions of our own making.
struct group_of_256 {
    quiet_kernel kernel;
    uring<quiet_kernel> ring = uring<quiet_kernel>::create(kernel).value();
    buffer_group<quiet_kernel> group =
        buffer_group<quiet_kernel>::create(ring, group_id{1}, {.entries = opaque(slot_count)})
            .value();
    std::vector<buffer_id> ids = shuffled_ids();

    buffer_lease<quiet_kernel> take(buffer_id id) {
        return group.take_one(ringproof::bench::completion_of(id, 100)).value();
    }
};

void give_back_ours(unsigned rounds,
                    void (*give_back)(buffer_group<quiet_kernel>&, std::span<const buffer_id>)) {
    group_of_256 it;
    for (unsigned round = 0; round < rounds; ++round) {
        for (const buffer_id id : it.ids) (void)it.take(id).detach();
        give_back(it.group, it.ids);
        if (it.group.with_kernel() != slot_count) std::abort();
    }
}

void drop_ours(unsigned rounds) {
    group_of_256 it;
    using lease = buffer_lease<quiet_kernel>;
    const std::unique_ptr<lease, void (*)(void*)> place(
        static_cast<lease*>(std::malloc(slot_count * sizeof(lease))), std::free);
    for (unsigned round = 0; round < rounds; ++round) {
        for (std::uint32_t i = 0; i < slot_count; ++i) {
            std::construct_at(place.get() + i, it.take(it.ids[i]));
        }
        measured_drop({place.get(), slot_count});
        if (it.group.with_kernel() != slot_count) std::abort();
    }
}

void receive_ours(unsigned rounds) {
    group_of_256 it;
    receiver<quiet_kernel> from(it.ring, it.group, 3, user_data{1});
    from.arm().value();
    it.ring.core()->ended();  // nobody will complete it, and the ring's end would wait
    std::vector<completion> completions;
    for (const buffer_id id : it.ids) {
        completions.push_back(ringproof::bench::completion_of(id, 100, user_data{1}));
    }
    for (unsigned round = 0; round < rounds; ++round) {
        const buffer_group<quiet_kernel>::held_returns batch(it.group);
        if (measured_receive(from, completions) != slot_count * std::size_t{100}) std::abort();
        if (it.group.with_kernel() != slot_count) std::abort();
    }
}

struct mode {
    std::string_view name;
    void (*run)(unsigned rounds);
};

constexpr auto modes = std::to_array<mode>({
    {"stage_1.ours", stage_ours<1>},
    {"stage_1.theirs", stage_theirs<1>},
    {"stage_32.ours", stage_ours<32>},
    {"stage_32.theirs", stage_theirs<32>},
    {"give_back.ours", [](unsigned rounds) { give_back_ours(rounds, measured_give_back); }},
    {"give_back_all.ours",
     [](unsigned rounds) { give_back_ours(rounds, measured_give_back_batch); }},
    {"drop_lease.ours", drop_ours},
    {"receive.ours", receive_ours},
});

}  // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    unsigned rounds = 0;
    if (argc == 3) {
        const std::string_view text = arguments[2];
        std::from_chars(text.data(), text.data() + text.size(), rounds);
    }
    for (const auto& [name, run] : modes) {
        if (rounds == 0 || name != arguments[1]) continue;
        run(rounds);
        std::printf("%u\n", rounds * slot_count);
        return 0;
    }
    std::fprintf(stderr, "usage: instructions MODE ROUNDS, where MODE is one of\n");
    for (const auto& known : modes) std::fprintf(stderr, "  %s\n", known.name.data());
    return 2;
}
