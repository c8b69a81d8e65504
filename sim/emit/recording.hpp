#pragma once
// A kernel and a world in front of others: they pass everything on, and write down what an
// application did through them, call by call, store by store. The player on top does not know.

#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <ringproof/kernel.hpp>

#include "sim/emit/trace_writer.hpp"
#include "sim/world.hpp"

namespace ringproof::sim::emitting {

/// Of what is stored only the words that publish something are told, and the completions read.
template <shared_memory Memory>
class recording_memory {
public:
    recording_memory() noexcept = default;  // of a ring that is closed
    recording_memory(Memory real, trace_writer& into) noexcept : real_(real), into_(&into) {}

    template <class Value>
    Value load_plain(const Value* from) const noexcept {
        Value value = real_.load_plain(from);
        if constexpr (std::same_as<Value, abi::io_uring_cqe>) into_->completed(from, value);
        return value;
    }
    template <class Value>
    void store_plain(Value* to, const Value& value) const noexcept {
        real_.store_plain(to, value);
    }
    template <std::unsigned_integral Word>
    Word load_relaxed(const Word* from) const noexcept {
        return real_.load_relaxed(from);
    }
    template <std::unsigned_integral Word>
    Word load_acquire(const Word* from) const noexcept {
        return real_.load_acquire(from);
    }
    template <std::unsigned_integral Word>
    void store_relaxed(Word* to, std::type_identity_t<Word> value) const noexcept {
        real_.store_relaxed(to, value);
    }
    template <std::unsigned_integral Word>
    void store_release(Word* to, std::type_identity_t<Word> value) const noexcept {
        // Before: a kernel that polls may take what it finds there.
        into_->published(to, value);
        real_.store_release(to, value);
    }
    void fence() const noexcept { real_.fence(); }

private:
    mutable Memory real_{};
    trace_writer* into_ = nullptr;
};

/// Satisfies `kernel`.
template <kernel Kernel>
class recording_kernel {
public:
    using memory_type = recording_memory<typename Kernel::memory_type>;

    recording_kernel(Kernel& real, trace_writer& into) noexcept : real_(&real), into_(&into) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        const std::uint32_t flags = params.flags;
        const std::uint32_t cq_entries = params.cq_entries;
        auto fd = real_->setup(entries, params);
        if (fd) into_->set_up(entries, cq_entries, flags, params);
        return fd;
    }
    result<unsigned> enter(int fd, std::uint32_t submit, std::uint32_t wait, std::uint32_t flags,
                           const void* argument, std::size_t size) noexcept {
        auto done = real_->enter(fd, submit, wait, flags, argument, size);
        into_->entered({.submit = submit, .wait = wait, .flags = flags, .done = number_of(done)});
        return done;
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        auto done = real_->register_(fd, opcode, argument, count);
        into_->registered(opcode, argument, number_of(done));
        return done;
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        auto made = real_->map(fd, size, offset);
        if (made) into_->mapped(*made, offset);
        return made;
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        auto made = real_->map_anonymous(wanted);
        if (made) into_->mapped_anonymous(*made);
        return made;
    }
    result<void> unmap(std::span<std::byte> memory) noexcept {
        into_->unmapped(memory);
        return real_->unmap(memory);
    }
    result<void> close(int fd) noexcept { return real_->close(fd); }

    [[nodiscard]] caller_id caller() const noexcept { return real_->caller(); }
    [[nodiscard]] std::size_t page_size() const noexcept { return real_->page_size(); }
    [[nodiscard]] memory_type memory() noexcept { return {real_->memory(), *into_}; }

private:
    static std::int64_t number_of(const result<unsigned>& done) noexcept {
        return done ? std::int64_t{*done} : -std::int64_t{done.error().value()};
    }

    Kernel* real_;
    trace_writer* into_;
};

/// Satisfies `world`. What traces never do is passed on without a word.
template <world World>
class recording_world {
public:
    using kernel_type = recording_kernel<typename World::kernel_type>;

    recording_world(World& real, trace_writer& into) noexcept
        : real_(&real), into_(&into), kernel_(real.kernel(), into) {}

    [[nodiscard]] kernel_type& kernel() noexcept { return kernel_; }

    result<int> open(channel_kind kind) {
        auto fd = real_->open(kind);
        if (fd) into_->opened(*fd, kind);
        return fd;
    }
    result<std::size_t> send(int fd, std::span<const std::byte> bytes) {
        auto sent = real_->send(fd, bytes);
        if (sent) into_->fed(fd, *sent);
        return sent;
    }
    result<std::size_t> receive(int fd, std::span<std::byte> into) {
        auto got = real_->receive(fd, into);
        if (got) into_->drained(fd, *got);
        return got;
    }
    result<void> finish(int fd) { return tell(fd, &trace_writer::finished, real_->finish(fd)); }
    result<void> reset(int fd) { return tell(fd, &trace_writer::was_reset, real_->reset(fd)); }
    result<void> close(int fd) { return tell(fd, &trace_writer::closed, real_->close(fd)); }
    result<void> connect(int fd) { return tell(fd, &trace_writer::connected, real_->connect(fd)); }
    result<int> listen() {
        auto fd = real_->listen();
        if (fd) into_->listening(*fd);
        return fd;
    }
    result<void> accepted(int listener, int fd) {
        auto done = real_->accepted(listener, fd);
        if (done) into_->accepted(listener, fd);
        return done;
    }
    void pass(std::chrono::nanoseconds time) {
        into_->passed(time);
        real_->pass(time);
    }
    void let_others_run()
        requires requires(World& w) { w.let_others_run(); }
    {
        real_->let_others_run();
    }

    result<int> open_write_only(channel_kind kind) { return real_->open_write_only(kind); }
    result<int> open_null() { return real_->open_null(); }
    result<void> set_nonblocking(int fd) { return real_->set_nonblocking(fd); }
    result<int> leave(int fd) { return real_->leave(fd); }
    result<std::span<std::byte>> map_memory(memory_kind kind, std::size_t size) {
        return real_->map_memory(kind, size);
    }
    result<std::span<std::byte>> map_for_all(int fd, std::size_t size, std::uint64_t offset) {
        return real_->map_for_all(fd, size, offset);
    }
    result<void> discard(std::span<std::byte> memory) { return real_->discard(memory); }
    result<void> replace(std::span<std::byte> memory) { return real_->replace(memory); }
    std::string in_task(task_kind kind, const std::function<std::string()>& body) {
        return real_->in_task(kind, body);
    }
    result<void> limit_locked_memory(std::uint64_t bytes) {
        return real_->limit_locked_memory(bytes);
    }

private:
    result<void> tell(int fd, void (trace_writer::*what)(int), result<void> done) {
        if (done) (into_->*what)(fd);
        return done;
    }

    World* real_;
    trace_writer* into_;
    kernel_type kernel_;
};

}  // namespace ringproof::sim::emitting
