#pragma once
// A system for a program that does not exist: a little memory, sixteen numbers for files, a clock.
// What it answers, within what a system may answer, is in the input.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz/input_bits.hpp"
#include "sim/behaviour/raw_ring.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/page_arena.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/user_buffers.hpp"

namespace ringproof::fuzz {

class imagined_host final : public sim::host_time,
                            public sim::host_memory,
                            public sim::host_rings,
                            public sim::host_files,
                            public sim::host_calls,
                            public sim::host_witness {
public:
    static constexpr std::size_t numbers = 16;

    explicit imagined_host(input_bits& bits) : bits_(bits) {}

    [[nodiscard]] sim::host parts() { return {*this, *this, *this, *this, *this, *this}; }
    /// What the program may touch beside its rings.
    [[nodiscard]] std::span<std::byte> memory() noexcept { return own_; }
    /// Files that the model has not let go, and pages of rings that it has not given back.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_; }
    [[nodiscard]] std::size_t pages_held() const noexcept { return ring_pages_.size(); }
    [[nodiscard]] std::uint64_t said() const noexcept { return said_; }

    /// A file under a number, in place of what is there.
    void open(std::uint32_t number) {
        file_at(number) = {++identities_, static_cast<sim::file_kind>(bits_.below(7)),
                           bits_.below(3) * 50U, bits_.below(3) * 50U, bits_.below(4) == 0};
    }
    /// Somebody else did something with the file of a number.
    void stir(std::uint32_t number) {
        file_at(number).readable += bits_.below(100);
        file_at(number).writable += bits_.below(100);
    }
    /// Whether a number stands for that file.
    [[nodiscard]] bool is_alive(std::uint64_t identity) const {
        return std::ranges::find(files_, identity, &file::identity) != files_.end();
    }
    void pass(std::uint64_t nanoseconds) noexcept { now_ += nanoseconds; }

    // --- host_time
    std::uint64_t now() noexcept override { return now_; }
    int sleep(sim::ring_context&, std::uint64_t until, const std::uint64_t*) override {
        if (bits_.empty() || bits_.below(8) == 0) return -EINTR;
        stir(bits_.below(numbers));
        now_ = std::max(now_, std::min(until, now_ + std::uint64_t{50} * bits_.below(64)));
        wake_ready();
        return 0;
    }

    // --- host_memory
    bool copy_in(void* to, std::uint64_t from, std::size_t size) noexcept override {
        if (reach(from, size, sim::access::read_only) != size) return false;
        std::memcpy(to, at(from), size);
        return true;
    }
    bool copy_out(std::uint64_t to, const void* from, std::size_t size) noexcept override {
        if (reach(to, size, sim::access::read_write) != size) return false;
        std::memcpy(at(to), from, size);
        return true;
    }
    std::uint64_t reach(std::uint64_t address, std::uint64_t size, sim::access) noexcept override {
        const std::uint64_t first = sim::address_of(own_.data());
        if (address < first || address >= first + own_.size()) return 0;
        return std::min(size, first + own_.size() - address);
    }

    // --- host_rings
    int open() override {
        const auto free = std::ranges::find(files_, 0U, &file::identity);
        if (free == files_.end()) return -EMFILE;
        *free = {++identities_, sim::file_kind::regular, 0, 0, false};
        return static_cast<int>(free - files_.begin());
    }
    std::byte* pages(int, std::uint64_t, std::size_t count) override {
        ring_pages_.push_back(std::make_unique<page[]>(count));
        return ring_pages_.back()[0].bytes;
    }
    void release(std::byte* first, std::size_t) noexcept override {
        std::erase_if(ring_pages_, [first](const auto& each) { return each[0].bytes == first; });
    }

    // --- host_files
    std::uint64_t identify(int fd) noexcept override {
        return fd < 0 || fd >= static_cast<int>(numbers) ? 0 : number(fd).identity;
    }
    sim::file_kind kind_of(int fd, std::uint64_t) override { return number(fd).kind; }
    bool is_still(const sim::open_file& it, int) noexcept override { return it.kept >= 0; }
    void keep(sim::open_file& it) noexcept override {
        if (it.kept >= 0) return;
        it.kept = it.number;
        ++kept_;
        watched_.push_back(&it);
    }
    void let_go(sim::open_file& it) noexcept override {
        if (it.kept < 0) return;
        it.kept = -1;
        it.watched = false;
        --kept_;
        std::erase(watched_, &it);
    }
    void watch(sim::open_file& it) noexcept override {
        keep(it);
        it.watched = true;
    }
    void wake_ready() override {
        const auto all = watched_;  // whoever is woken may let go
        for (sim::open_file* each : all) {
            if (std::ranges::find(watched_, each) == watched_.end() || !each->watched) continue;
            if (const std::uint8_t mask = poll(*each); mask != 0) sim::wake(*each, mask);
        }
    }
    std::uint8_t poll(const sim::open_file& it) noexcept override {
        const file& found = number(it.number);
        if (found.identity != it.identity) return sim::ready::in | sim::ready::out;  // it is over
        return static_cast<std::uint8_t>((found.readable > 0 ? sim::ready::in : 0) |
                                         (found.writable > 0 ? sim::ready::out : 0));
    }
    std::uint32_t events(const sim::open_file& it, std::uint32_t wanted) noexcept override {
        const std::uint8_t mask = poll(it);
        return wanted & ((mask & sim::ready::in ? 1U : 0U) | (mask & sim::ready::out ? 4U : 0U));
    }
    std::int64_t queued(const sim::open_file& it) noexcept override {
        return bits_.below(4) == 0 ? -1 : number(it.number).readable;
    }
    sim::received receive(sim::open_file& it, sim::user_buffers& into, std::uint64_t most,
                          std::uint32_t, const sim::message_parts&) override {
        sim::received got;
        got.size = take(it, &file::readable, into, most);
        got.flags = bits_.below(8) == 0 ? sim::msg::trunc : 0;
        got.name_size = bits_.below(32);
        return got;
    }
    std::span<const std::byte> sender() const noexcept override {
        return std::span(own_).first(16);
    }
    std::int64_t transmit(sim::open_file& it, sim::user_buffers& from, std::uint64_t most,
                          std::uint32_t, const sim::message_parts&) override {
        return take(it, &file::writable, from, most);
    }
    std::int64_t read(sim::open_file& it, sim::user_buffers& into, std::uint64_t) override {
        return take(it, &file::readable, into, into.left());
    }
    std::int64_t write(sim::open_file& it, sim::user_buffers& from, std::uint64_t) override {
        return take(it, &file::writable, from, from.left());
    }
    int accept(sim::open_file& listener, std::uint64_t, std::uint64_t,
               std::uint32_t) noexcept override {
        std::uint32_t& waiting = number(listener.number).readable;
        if (waiting == 0) return -EAGAIN;
        waiting -= std::min(waiting, 30U);
        return descriptor();
    }
    int shut_down(sim::open_file&, std::uint32_t) noexcept override { return refusal(); }
    int close(int fd) noexcept override {
        if (identify(fd) == 0) return -EBADF;
        number(fd) = {};
        return 0;
    }
    void signal(sim::open_file& event) noexcept override { ++number(event.number).readable; }
    bool is_event(const sim::open_file& it) noexcept override { return number(it.number).event; }

    // --- host_calls
    int perform(const sim::request&) noexcept override {
        return bits_.below(2) == 0 ? refusal() : descriptor();
    }
    int connect(const sim::open_file&, std::uint64_t, std::uint64_t) noexcept override {
        return bits_.below(2) == 0 ? -EINPROGRESS : refusal();
    }
    int pending_error(const sim::open_file&) noexcept override { return refusal(); }

    // --- host_witness
    void lacks(std::string_view, std::uint32_t which) override { say(which); }
    void submitted(const sim::request&) override { say(1); }
    void saw(const sim::ring_context&, const sim::event& happened) override {
        say(static_cast<std::uint64_t>(happened.kind));
    }

private:
    struct alignas(4096) page {
        std::byte bytes[4096];
    };
    struct file {
        std::uint64_t identity = 0;  ///< 0: none has the number
        sim::file_kind kind = sim::file_kind::tcp;
        std::uint32_t readable = 0;  ///< bytes
        std::uint32_t writable = 0;
        bool event = false;
    };

    [[nodiscard]] file& file_at(std::uint32_t number) noexcept { return files_[number % numbers]; }
    [[nodiscard]] file& number(int fd) noexcept { return files_[static_cast<unsigned>(fd)]; }
    [[nodiscard]] std::byte* at(std::uint64_t address) noexcept {
        return own_.data() + (address - sim::address_of(own_.data()));
    }
    void say(std::uint64_t what) noexcept { said_ = said_ * 31 + what; }
    int refusal() noexcept { return bits_.below(4) == 0 ? -ECONNREFUSED : 0; }
    int descriptor() noexcept {
        const int made = open();
        if (made >= 0) open(static_cast<std::uint32_t>(made));
        return made;
    }
    std::int64_t take(const sim::open_file& it, std::uint32_t file::* what, sim::user_buffers& with,
                      std::uint64_t most) {
        file& found = number(it.number);
        if (found.identity != it.identity) return bits_.below(2) == 0 ? 0 : -ECONNRESET;
        if (found.*what == 0) return it.can_poll() ? -EAGAIN : 0;
        const auto size = std::min<std::uint64_t>({most, with.left(), found.*what});
        found.*what -= static_cast<std::uint32_t>(size);
        with.skip(size);
        return static_cast<std::int64_t>(size);
    }

    input_bits& bits_;
    alignas(16) std::array<std::byte, 4096> own_{};
    std::array<file, numbers> files_{};
    std::vector<std::unique_ptr<page[]>> ring_pages_;
    std::vector<sim::open_file*> watched_;
    std::size_t kept_ = 0;
    std::uint64_t identities_ = 0;
    std::uint64_t now_ = 1'000'000;
    std::uint64_t said_ = 0;
};

}  // namespace ringproof::fuzz
