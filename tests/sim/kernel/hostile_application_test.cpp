// An application that stores anything anywhere: into its queues, its slots, its SQEs. The strict
// model must stay defined and come to an end; what it answers does not matter here. Under
// sanitizers this is the model's own safety test. And equal runs have equal histories.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

/// One run of random calls and stores; the hash of what the kernel did.
class hostile_run {
public:
    explicit hostile_run(std::uint64_t seed)
        : bits_(seed),
          choices_(sim::choices::random(seed)),
          kernel_(choices_, options()),
          world_(kernel_) {
        record_.keep_events(false);
    }

    std::uint64_t operator()(int steps) {
        for (int i = 0; i < steps; ++i) step();
        return record_.hash();
    }

private:
    sim::model_options options() {
        return {
            .strict_addresses = true, .short_transfers = bits_.below(2) == 0, .record = &record_};
    }

    std::uint64_t wild() {
        static constexpr std::array<std::uint64_t, 12> edges{
            0,           1,      0x7fffffff,     0x80000000,         0xffffffff,
            0x100000000, 0x1000, 0x7ffffffff000, 0xffff800000000000, ~0ULL,
            65535,       65536};
        const std::uint32_t kind = bits_.below(4);
        if (kind == 0) return edges[bits_.below(edges.size())];
        if (kind == 1) return bits_.next();
        if (kind == 2 && !memories_.empty()) {
            const auto& memory =
                memories_[bits_.below(static_cast<std::uint32_t>(memories_.size()))];
            return address_of(memory.data()) +
                bits_.below(static_cast<std::uint32_t>(memory.size()));
        }
        return bits_.below(16);
    }

    void scribble() {
        if (memories_.empty()) return;
        auto memory = memories_[bits_.below(static_cast<std::uint32_t>(memories_.size()))];
        const std::size_t size = memory.size();
        const std::uint64_t value = wild();
        const std::size_t at = bits_.below(static_cast<std::uint32_t>(size / 8)) * 8;
        // Near the front are the words that matter.
        std::memcpy(memory.data() + (bits_.below(2) == 0 ? at % 128 : at), &value, 8);
    }

    void sqe() {
        if (rings_.empty()) return;
        auto& ring = rings_[bits_.below(static_cast<std::uint32_t>(rings_.size()))];
        static constexpr std::array<std::uint8_t, 16> opcodes{0,  1,  2,  10, 11, 13, 14, 19,
                                                              22, 23, 26, 27, 34, 49, 31, 27};
        abi::io_uring_sqe made{};
        made.opcode = opcodes[bits_.below(opcodes.size())];
        made.flags = static_cast<std::uint8_t>(bits_.below(3) == 0 ? wild() : 32);
        made.ioprio = static_cast<std::uint16_t>(bits_.below(2) == 0 ? 0 : bits_.below(32));
        made.fd = static_cast<std::int32_t>(bits_.below(8) == 0 ? wild() : bits_.below(12));
        if (bits_.below(3) == 0) made.addr = wild();
        if (bits_.below(3) == 0) made.len = static_cast<std::uint32_t>(wild());
        if (bits_.below(4) == 0) made.off = wild();
        if (bits_.below(4) == 0) made.op_flags = static_cast<std::uint32_t>(wild());
        if (bits_.below(8) == 0) made.file_index = static_cast<std::uint32_t>(wild());
        made.buf_index = static_cast<std::uint16_t>(bits_.below(3));
        made.user_data = bits_.below(8);
        if (ring.sqes.empty() || ring.words.empty()) return;
        const std::uint32_t slot = ring.tail++ & (ring.entries - 1);
        std::memcpy(ring.sqes.data() + slot * sizeof made, &made, sizeof made);
        std::memcpy(ring.words.data() + ring.array + slot * 4, &slot, 4);
        std::memcpy(ring.words.data() + 4, &ring.tail, 4);
    }

    void set_up() {
        if (rings_.size() >= 4) return;
        abi::io_uring_params params{};
        static constexpr std::array<std::uint32_t, 6> flags{0,
                                                            abi::ioring_setup_sqpoll,
                                                            abi::ioring_setup_coop_taskrun,
                                                            abi::ioring_setup_single_issuer |
                                                                abi::ioring_setup_defer_taskrun,
                                                            abi::ioring_setup_submit_all,
                                                            abi::ioring_setup_r_disabled};
        params.flags = flags[bits_.below(flags.size())];
        const auto fd = kernel_.setup(1U << bits_.below(5), params);
        if (!fd) return;
        opened made{.fd = *fd,
                    .entries = params.sq_entries,
                    .array = params.sq_off.array,
                    .words = {},
                    .sqes = {}};
        const auto words = kernel_.map(*fd, params.sq_off.array + params.sq_entries * 4, 0);
        const auto sqes = kernel_.map(*fd, params.sq_entries * 64, abi::ioring_off_sqes);
        if (words) made.words = *words;
        if (sqes) made.sqes = *sqes;
        if (words) memories_.push_back(*words);
        if (sqes) memories_.push_back(*sqes);
        rings_.push_back(made);
    }

    void map() {
        if (memories_.size() >= 12) return;
        const auto memory =
            kernel_.map_anonymous({.size = 1 + bits_.below(3 * 4096), .guard_page = false});
        if (memory) memories_.push_back(*memory);
    }

    void register_ring() {
        if (rings_.empty() || memories_.empty()) return;
        const auto& ring = rings_[bits_.below(static_cast<std::uint32_t>(rings_.size()))];
        const auto memory = memories_[bits_.below(static_cast<std::uint32_t>(memories_.size()))];
        // The argument lies in the application's memory like everything else.
        auto* reg = reinterpret_cast<abi::io_uring_buf_reg*>(memory.data());
        *reg = {};
        reg->ring_addr = address_of(memory.data());
        reg->ring_entries = 1U << bits_.below(7);
        reg->bgid = static_cast<std::uint16_t>(bits_.below(3));
        reg->flags = static_cast<std::uint16_t>(bits_.below(4));
        if (bits_.below(4) == 0) reg->min_left = static_cast<std::uint32_t>(wild());
        const std::uint32_t opcode = bits_.below(3) == 0 ? bits_.below(40) : 22;
        (void)kernel_.register_(ring.fd, opcode, reg, bits_.below(8) == 0 ? bits_.below(20) : 1);
        auto* slots = reinterpret_cast<abi::io_uring_buf*>(memory.data());
        for (std::size_t i = 0; i < memory.size() / 16 && i < 64; ++i) {
            slots[i].addr = wild();
            slots[i].len =
                bits_.below(4) == 0 ? static_cast<std::uint32_t>(wild()) : bits_.below(64);
        }
        slots[0].resv = static_cast<std::uint16_t>(bits_.below(4) == 0 ? wild() : bits_.below(64));
    }

    void enter() {
        const int fd = rings_.empty()
            ? static_cast<int>(bits_.below(9))
            : rings_[bits_.below(static_cast<std::uint32_t>(rings_.size()))].fd;
        const auto flags =
            static_cast<std::uint32_t>(bits_.below(10) == 0 ? wild() : bits_.below(4));
        (void)kernel_.enter(fd, bits_.below(6), bits_.below(4), flags, nullptr, 0);
    }

    void peer() {
        const int fd = static_cast<int>(bits_.below(14));
        std::array<std::byte, 600> bytes{};
        const std::size_t size = bits_.below(bits_.below(4) == 0 ? 600 : 40);
        switch (bits_.below(10)) {
            case 0:
                (void)world_.finish(fd);
                break;
            case 1:
                (void)world_.reset(fd);
                break;
            case 2:
            case 3:
                (void)world_.receive(fd, std::span(bytes).first(size));
                break;
            case 4:
                (void)world_.connect(fd);
                break;
            default:
                (void)world_.send(fd, std::span<const std::byte>(bytes).first(size));
        }
    }

    void rarely() {
        switch (bits_.below(6)) {
            case 0:
                if (!memories_.empty()) {
                    const std::size_t i = bits_.below(static_cast<std::uint32_t>(memories_.size()));
                    forget(memories_[i]);
                    (void)kernel_.unmap(memories_[i]);
                    memories_.erase(memories_.begin() + static_cast<std::ptrdiff_t>(i));
                }
                break;
            case 1:
                (void)kernel_.close(static_cast<int>(bits_.below(14)));
                break;
            case 2:
                world_.pass(std::chrono::nanoseconds(bits_.below(~0U)));
                break;
            case 3:
                kernel_.set_caller(make_caller(1, 1 + bits_.below(3)));
                break;
            case 4:
                (void)world_.listen();
                break;
            default:
                kernel_.step();
        }
    }

    void forget(std::span<std::byte> memory) {
        for (auto& ring : rings_) {
            if (ring.words.data() == memory.data()) ring.words = {};
            if (ring.sqes.data() == memory.data()) ring.sqes = {};
        }
    }

    void step() {
        switch (bits_.below(16)) {
            case 0:
                set_up();
                break;
            case 1:
                map();
                break;
            case 2:
                register_ring();
                break;
            case 3:
                (void)world_.open(static_cast<sim::channel_kind>(bits_.below(6)));
                break;
            case 4:
                scribble();
                break;
            case 5:
                if (bits_.below(4) == 0) rarely();
                break;
            case 6:
            case 7:
            case 8:
                peer();
                break;
            case 9:
            case 10:
            case 11:
                enter();
                break;
            default:
                sqe();
        }
    }

    struct opened {
        int fd;
        std::uint32_t entries;
        std::uint32_t array;
        std::span<std::byte> words;
        std::span<std::byte> sqes;
        std::uint32_t tail = 0;
    };

    sim::random_bits bits_;
    sim::history record_;
    sim::choices choices_;
    sim::model_kernel kernel_;
    sim::model_world world_;
    std::vector<opened> rings_;
    std::vector<std::span<std::byte>> memories_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_application)

BOOST_AUTO_TEST_CASE(the_model_survives_and_repeats_itself) {
    // Addresses of two runs differ, so only runs whose addresses never decide anything can be
    // compared; a run is compared with itself below, on the deterministic trace.
    const char* asked = std::getenv("RINGPROOF_HOSTILE_RUNS");
    const std::uint64_t runs = asked == nullptr ? 300 : std::strtoull(asked, nullptr, 10);
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        BOOST_TEST_INFO("seed " << seed);
        hostile_run run(seed);
        (void)run(400);
    }
    BOOST_TEST(true);
}

// Equal calls, stores and choices: equal histories, in one process and with other addresses.
BOOST_AUTO_TEST_CASE(equal_runs_have_equal_histories) {
    const auto run = [](std::uint64_t seed) {
        sim::history record;
        auto asked = sim::choices::random(seed);
        sim::model_kernel kernel(asked, {.short_transfers = true, .record = &record});
        sim::model_world world(kernel);
        struct {
            sim::model_world* at;
            using kernel_type = sim::model_kernel;
            using world_type = sim::model_world;
            sim::model_world& world() { return *at; }
        } system{&world};
        raw_ring ring(system, {.entries = 16, .cq_entries = 64});
        raw_group group(ring, {.entries = 64});
        group.add(64, 16);
        sim::random_bits bits(seed);
        for (const auto kind : {channel_kind::tcp, channel_kind::unix_stream, channel_kind::pipe}) {
            const int fd = world.open(kind).value();
            for (int i = 0; i < 5; ++i) {
                auto& sqe = ring.select(abi::ioring_op_read, fd, 1, bits.next());
                if (bits.below(3) == 0) sqe.flags |= abi::iosqe_async;
                (void)ring.submit();
                feed(world, fd, letters(bits.below(40)));
            }
        }
        (void)ring.run();
        record.record(sim::actor::kernel, sim::event_kind::chose, asked.choose(256, "unseed"));
        return record.hash();
    };
    for (std::uint64_t seed = 1; seed < 50; ++seed) BOOST_TEST(run(seed) == run(seed));
    BOOST_TEST(run(1) != run(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
