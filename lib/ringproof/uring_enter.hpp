#pragma once
// The doing behind uring.hpp: when a system call is needed, which, and how it may end.

#include <algorithm>

#include <ringproof/uring.hpp>

namespace ringproof {

template <kernel Kernel>
result<unsigned> uring<Kernel>::call(unsigned submit, unsigned wait, std::uint32_t flags,
                                     const abi::kernel_timespec* limit) {
    int fd = parts_.core->fd();
    if (parts_.registered_fd) {
        fd = static_cast<int>(*parts_.registered_fd);
        flags |= abi::ioring_enter_registered_ring;
    }
    if (limit == nullptr) return kernel().enter(fd, submit, wait, flags, nullptr, 0);
    abi::io_uring_getevents_arg argument{};
    argument.ts = requests::detail::address(limit);
    flags |= abi::ioring_enter_ext_arg;
    return kernel().enter(fd, submit, wait, flags, &argument, sizeof argument);
}

template <kernel Kernel>
result<unsigned> uring<Kernel>::enter(unsigned count, const abi::kernel_timespec* limit) {
    if (auto allowed = parts_.core->check(); !allowed) return std::unexpected(allowed.error());
    count = std::min(count, cq_.size());  // more can never be ready at once
    auto& sq = parts_.core->sq();
    deferred_list& deferred = parts_.core->deferred();
    deferred.run(0);
    unsigned taken = 0;
    unsigned looks = 0;
    // With fewer completions than wanted, since those decide who of the line is next.
    const auto early = [&] { return !deferred.empty() && cq_.ready() > 0; };
    for (bool again = true; again;) {
        sq.publish();
        const unsigned pending = sq.pending();
        const unsigned submit = polled() ? 0 : pending;
        // Not while requests wait in line: the completion waited for may be one of theirs.
        const bool blocked = !deferred.empty();
        const unsigned wait = cq_.ready() < count && !blocked ? count : 0;
        std::uint32_t flags = 0;
        if (wait > 0 || kernel_has_work()) flags |= abi::ioring_enter_getevents;
        if (polled() && pending > 0 && sq.needs_wakeup()) flags |= abi::ioring_enter_sq_wakeup;
        // While there is something to do the kernel's thread gets on without a call.
        const bool idle = cq_.ready() < std::max(count, 1U);
        if (polled() && blocked && (idle || sq.space() == 0)) flags |= abi::ioring_enter_sq_wait;
        if (polled()) taken += sq.count_fresh();
        if (submit == 0 && flags == 0) break;

        const auto done = call(submit, wait, flags, limit);
        if (!done && is_errno(done.error(), EINTR)) {  // a signal, with nothing submitted
            // The kernel does not say how much of the limit is left, and signals may come for ever.
            if (limit != nullptr) break;
            continue;
        }
        if (!done) return done;
        if (!polled()) taken += *done;
        // A request that was taken was looked at; the kernel's thread takes it in a moment, or not.
        const bool tells = !polled() || ++looks < looks_at_thread;
        deferred.run(tells ? cq_.ready() + sq.pending() : deferred_list::unknown);
        // The kernel stops early at a request that it refuses (ERR-15), and a signal may have ended
        // the wait of a call that submitted something. Without progress another call is no better.
        const bool progress = polled() ? blocked : *done > 0;
        const bool wait_on = cq_.ready() < count && !early() && (wait == 0 || limit == nullptr);
        again = progress && (sq.pending() > 0 || wait_on);
    }
    if (limit != nullptr && cq_.ready() < count && !early()) return fail(ETIME);
    return taken;
}

template <kernel Kernel>
result<bool> uring<Kernel>::drain(std::chrono::nanoseconds patience) {
    if (auto allowed = parts_.core->check(); !allowed) return std::unexpected(allowed.error());
    constexpr auto slice = std::chrono::milliseconds(10);
    parts_.core->deferred().clear();  // or it would be armed as soon as there is room
    bool ask = true;
    while (in_flight() > 0 && patience.count() > 0) {
        if (ask) ask = !push(requests::cancel_all(user_data{~std::uint64_t{0}})).has_value();
        const auto waited = submit_and_wait(1, slice);
        for_each_completion([](const completion&) {});
        if (waited) continue;
        const auto& error = waited.error();
        const bool passes =
            is_errno(error, ETIME) || is_errno(error, EBUSY) || is_errno(error, EAGAIN);
        if (!passes) break;
        patience -= slice;
        ask = true;  // what was started while the last cancel ran needs another one
    }
    return in_flight() == 0;
}

template <kernel Kernel>
void uring<Kernel>::shut() {
    (void)drain();  // what did not end stays counted in the core, and its memory is leaked there
    if (parts_.registered_fd) {
        // The registration holds the ring as a second descriptor would.
        abi::io_uring_rsrc_update update{};
        update.offset = *parts_.registered_fd;
        (void)parts_.core->register_(abi::ioring_unregister_ring_fds, &update, 1);
        parts_.registered_fd.reset();
    }
    parts_.core->close();
    cq_ = {};
    parts_.ring = {};
    parts_.requests = {};
}

template <kernel Kernel>
result<void> uring<Kernel>::close() {
    if (!parts_.core) return {};  // moved from
    if (auto allowed = parts_.core->check_caller(); !allowed) return allowed;
    if (!parts_.core->open()) return {};
    const int fd = parts_.core->fd();
    shut();
    return kernel().close(fd);
}

template <kernel Kernel>
void uring<Kernel>::give_up() noexcept {
    const auto closed = close();
    if (closed || closed.error() != errc::wrong_thread) return;
    report_leak({parts_.ring.bytes().size() + parts_.requests.bytes().size(), closed.error()});
    parts_.ring.leak();
    parts_.requests.leak();
}

}  // namespace ringproof
