#pragma once
// The doing behind receiver.hpp: what each result means, and what follows from it.

#include <cerrno>

#include <ringproof/receiver.hpp>

namespace ringproof {

namespace detail {
inline constexpr std::uint32_t msg_trunc = 0x20;  // MSG_TRUNC of every Linux architecture
}

template <kernel Kernel>
abi::io_uring_sqe receiver<Kernel>::request() const noexcept {
    const group_id group = group_->registration().id();
    switch (options_.kind) {
        case receive_kind::recvmsg:
            return requests::recvmsg_multishot(from_, *options_.header, group, user_,
                                               options_.request);
        case receive_kind::read:
            return requests::read_multishot(from_, group, user_);
        case receive_kind::recv:
            break;
    }
    return requests::recv_multishot(from_, group, user_, options_.request);
}

template <kernel Kernel>
result<void> receiver<Kernel>::arm() {
    if (auto allowed = group_->check(); !allowed) return allowed;
    if (!ring_->open()) return fail(errc::ring_closed);
    if (!done()) return fail(errc::already_armed);
    ended_ = saw_zero_ = false;
    empty_handed_ = 0;
    start();
    return {};
}

template <kernel Kernel>
void receiver<Kernel>::start() noexcept {
    const bool refused = empty_handed_ > 0;
    if (refused || !group_->has_for_all()) {
        group_->wait_for_buffers(*this, refused);
    } else if (!try_now(*this, 0)) {
        ring_->deferred().push_back(*this);
    }
}

template <kernel Kernel>
bool receiver<Kernel>::try_now(deferred_request& self, std::uint32_t) noexcept {
    auto& me = static_cast<receiver&>(self);
    if (me.group_->closed()) return true;  // leaves the line for good
    const auto pushed = me.ring_->push(me.request());
    if (!pushed) return pushed.error() != errc::submission_queue_full;
    me.state_ = me.options_.request.total_limit == 0 ? state::armed : state::armed_to_a_limit;
    return true;
}

template <kernel Kernel>
reception<Kernel> receiver<Kernel>::on(const completion& done) {
    constexpr std::uint32_t usual = abi::ioring_cqe_f_buffer | abi::ioring_cqe_f_more;
    constexpr std::uint32_t asked = usual | abi::ioring_cqe_f_buf_more;
    const bool mine = state_ == state::armed && done.user == user_;
    if (mine && (done.flags & asked) == usual && done.res > 0) {
        const auto id = static_cast<buffer_id>(done.flags >> abi::ioring_cqe_buffer_shift);
        if (const auto taken = group_->take_quickly(id, static_cast<std::uint32_t>(done.res))) {
            saw_zero_ = false;
            empty_handed_ = 0;
            return {received::data, bundle<Kernel>(*group_, *taken), no_error_};
        }
    }
    return on_unusual(done);
}

template <kernel Kernel>
reception<Kernel> receiver<Kernel>::on_unusual(completion done) {
    reception<Kernel> seen;
    if (auto allowed = ring_->check_caller(); !allowed) {
        seen.error = allowed.error();
        return seen;
    }
    const bool expected = armed() && done.user == user_;
    if (expected && !done.more()) state_ = state::idle;
    if (done.buffer()) {
        const take_options how{.bundle = options_.request.bundle,
                               .truncating =
                                   (options_.request.message_flags & detail::msg_trunc) != 0};
        const auto taken = group_->take(done, how);
        if (taken) {
            seen.data = bundle<Kernel>(*group_, *taken);
        } else if (done.res >= 0 || taken.error() != errc::no_buffer) {
            seen.error = taken.error();
        }  // else it failed and named a buffer that the kernel kept (ERR-02): the failure counts
    }
    if (!expected) {
        if (!seen.error) seen.error = make_error_code(errc::stale_completion);
        return seen;
    }
    if (!seen.error) classify(done, seen);
    if (!done.more() && !ended_ && !group_->closed() && ring_->open()) {
        ++rearms_;
        start();
    }
    return seen;
}

template <kernel Kernel>
void receiver<Kernel>::classify(const completion& done, reception<Kernel>& seen) noexcept {
    if (done.res > 0) {
        saw_zero_ = false;
        empty_handed_ = 0;
        seen.what = received::data;
        // Whoever set a total limit wants to hear of it; the kernel does not say why it ended.
        if (options_.request.total_limit != 0) ended_ = true;
        if (seen.data.empty()) {  // bytes went somewhere, and nobody says where (liburing 1185)
            seen.what = received::malformed;
            seen.error = make_error_code(errc::no_buffer);
        }
        return;
    }
    if (done.res == 0) {
        if (options_.messages) {
            seen.what = received::data;
        } else if (done.socket_nonempty() && !saw_zero_) {
            // Once: data may be there still. TCP says so at its end, too, and then again (CQE-07).
            saw_zero_ = true;
            seen.what = received::interrupted;
        } else {
            seen.what = received::end_of_stream;
            ended_ = true;
        }
        return;
    }
    seen.error = done.error();
    switch (-static_cast<std::int64_t>(done.res)) {
        case ENOBUFS:
            seen.what = received::no_buffers;
            seen.error.clear();
            // Where buffers go round, others were quicker: bad luck, not a broken kernel.
            if (group_->with_kernel() == 0 || group_->ring().tail_published() != tail_then_) {
                empty_handed_ = 0;
            }
            tail_then_ = group_->ring().tail_published();
            if (++empty_handed_ <= options_.patience) return;
            seen.error = make_error_code(errc::starving);
            break;
        case EINTR:
        case EAGAIN:
            seen.what = received::interrupted;
            seen.error.clear();
            return;
        case ECANCELED:
            seen.what = received::cancelled;
            seen.error.clear();
            ended_ = true;
            return;
        default:
            break;
    }
    seen.what = received::error;
    ended_ = true;
}

template <kernel Kernel>
result<void> receiver<Kernel>::cancel(user_data cancel_as) {
    if (auto allowed = ring_->check(); !allowed) return allowed;
    ended_ = true;
    if (in_line()) unlink();
    if (!armed()) return {};
    return ring_->push(requests::cancel(user_, cancel_as));
}

}  // namespace ringproof
