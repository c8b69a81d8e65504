#pragma once
// An application that stores anything anywhere: into its queues, its slots, its SQEs; and calls
// with any arguments. A test drives it by random numbers, a fuzzer by bytes.

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "sim/behaviour/raw_ring.hpp"
#include "sim/kernel/model_world.hpp"
#include "tests/support/hostile_requests.hpp"

namespace ringproof::testing {

using sim::address_of;

/// A program that calls and stores whatever `Bits` says, which has next() and below(bound) as
/// random_bits has. The model under it is strict: no address that is invented is ever used.
template <class Bits>
class hostile_program {
public:
    hostile_program(Bits& bits, sim::choices& choice, const sim::profile& version)
        : bits_(bits), kernel_(choice, options(version)), world_(kernel_) {}

    /// One call, or one store. Always comes back.
    void step() {
        switch (bits_.below(16)) {
            case 0:
                return set_up();
            case 1:
                return map();
            case 2:
                return register_ring();
            case 3:
                (void)world_.open(static_cast<sim::channel_kind>(bits_.below(6)));
                return;
            case 4:
                return scribble();
            case 5:
                if (bits_.below(4) == 0) rarely();
                return;
            case 6:
            case 7:
            case 8:
                return peer();
            case 9:
            case 10:
            case 11:
                return enter();
            case 12:
                return sqe(true);
            default:
                return sqe(false);
        }
    }

private:
    sim::model_options options(const sim::profile& version) {
        return {.kernel_profile = version,
                .strict_addresses = true,
                .short_transfers = bits_.below(2) == 0,
                .record = &record_};
    }

    std::uint64_t wild() { return wild_number(bits_, memories_, own_); }

    void scribble() {
        if (memories_.empty()) return;
        auto memory = memories_[bits_.below(static_cast<std::uint32_t>(memories_.size()))];
        const std::size_t size = memory.size();
        const std::uint64_t value = wild();
        const std::size_t at = bits_.below(static_cast<std::uint32_t>(size / 8)) * 8;
        // Near the front are the words that matter.
        std::memcpy(memory.data() + (bits_.below(2) == 0 ? at % 128 : at), &value, 8);
    }

    void sqe(bool sane) {
        if (rings_.empty() || memories_.empty()) return;
        auto& ring = rings_[bits_.below(static_cast<std::uint32_t>(rings_.size()))];
        const auto memory = memories_[bits_.below(static_cast<std::uint32_t>(memories_.size()))];
        const abi::io_uring_sqe made =
            sane ? sane_request(bits_, memory) : wild_request(bits_, [this] { return wild(); });
        if (ring.sqes.empty() || ring.words.empty()) return;
        const std::uint32_t slot = ring.tail++ & (ring.entries - 1);
        std::memcpy(ring.sqes.data() + slot * sizeof made, &made, sizeof made);
        std::memcpy(ring.words.data() + ring.array + slot * 4, &slot, 4);
        std::memcpy(ring.words.data() + 4, &ring.tail, 4);
    }

    struct opened {
        int fd;
        std::uint32_t entries;
        std::uint32_t array;
        std::span<std::byte> words;
        std::span<std::byte> sqes;
        std::uint32_t tail = 0;
    };

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

    /// Memory that the kernel did not map: some of it may be touched, or no longer.
    void expose() {
        const std::uint32_t first = bits_.below(own_size);
        const std::span<const std::byte> part(own_.data() + first,
                                              bits_.below(own_size - first) + 1);
        if (bits_.below(3) == 0) return kernel_.conceal(part);
        kernel_.expose(part,
                       bits_.below(2) == 0 ? sim::access::read_write : sim::access::read_only);
    }

    void rarely() {
        switch (bits_.below(8)) {
            case 6:
            case 7:
                return expose();
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

    static constexpr std::uint32_t own_size = 256;

    Bits& bits_;
    std::array<std::byte, own_size> own_{};
    sim::history record_;
    sim::model_kernel kernel_;
    sim::model_world world_;
    std::vector<opened> rings_;
    std::vector<std::span<std::byte>> memories_;
};

}  // namespace ringproof::testing
