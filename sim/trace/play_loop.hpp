#pragma once
// The player's main loop: one operation after another, then the end.

#include "sim/trace/play.hpp"

namespace ringproof::sim {

template <world World>
outcome player<World>::play(const trace& wanted, World& around, history& record,
                            const play_options& options) {
    world_ = &around;
    history_ = &record;
    options_ = options;
    result_ = {};
    result_.done.cases = 1;
    step_ = 0;
    if (set_up(wanted)) {
        for (const op& each : wanted.operations) {
            history_->begin_step(++step_);
            ++result_.done.operations;
            if (!perform(each)) ++result_.done.idle;
            if (over()) break;
        }
        history_->begin_step(++step_);
    }
    end();
    return std::move(result_);
}

template <world World>
bool player<World>::set_up(const trace& wanted) {
    constexpr std::array modes{execution::plain, execution::cooperative, execution::deferred,
                               execution::polled};
    const uring_options asked{.entries = wanted.ring.sq_entries,
                              .cq_entries = wanted.ring.cq_entries,
                              .mode = modes[static_cast<unsigned>(wanted.ring.mode)],
                              .idle_ms = 1,
                              .single_issuer = wanted.ring.mode != ring_mode::plain,
                              .register_ring_fd = wanted.ring.mode == ring_mode::defer};
    auto made = uring<kernel_type>::create(world_->kernel(), asked);
    if (!made) {
        result_.refused = made.error().value();
        return false;
    }
    ring_.emplace(std::move(*made));
    const std::uint32_t flags = ring_->setup_flags();
    seen((flags & abi::ioring_setup_sqpoll) != 0              ? mark::mode_sqpoll
             : (flags & abi::ioring_setup_defer_taskrun) != 0 ? mark::mode_defer
             : (flags & abi::ioring_setup_coop_taskrun) != 0  ? mark::mode_coop
                                                              : mark::mode_default);
    completions_.reset();
    random_ = random_bits(1);
    generation_ = salt_ = sure_ = accepts_ = 0;
    overflowed_ = false;
    spare_group_ = nothing;
    leases_first_ = 0;
    return true;
}

template <world World>
bool player<World>::judge(verdict&& found) {
    if (!found) [[likely]]
        return over();
    if (!over()) {
        result_.broken = std::move(found);
        result_.broken->step = step_;
    }
    return true;
}

template <world World>
bool player<World>::perform(const op& wanted) {
    switch (wanted.kind) {
        case op_kind::open:
            return open_channel(static_cast<channel_kind>(wanted.word));
        case op_kind::group:
            return open_group(wanted);
        case op_kind::send_group:
            return open_send_group(wanted);
        case op_kind::close_group:
            return close_group(live_groups_.pick(wanted.subject));
        case op_kind::submit:
            return submit();
        case op_kind::wait:
            return wait(wanted.count);
        case op_kind::reap:
            return reap(wanted.count) > 0;
        case op_kind::give_back:
            return give_back(wanted);
        case op_kind::status:
            return check_status(live_groups_.pick(wanted.subject), false);
        case op_kind::pass:
            world_->pass(std::chrono::microseconds(wanted.count));
            return true;
        case op_kind::churn:
            return churn(wanted);
        case op_kind::settle:
            return settle();
        default:
            return perform_peer(wanted);
    }
}

template <world World>
bool player<World>::perform_peer(const op& wanted) {
    const std::uint16_t on = live_channels_.pick(wanted.subject);
    switch (wanted.kind) {
        case op_kind::feed:
            return feed(on, wanted.count);
        case op_kind::drain:
            return drain(on);
        case op_kind::finish:
            return finish(on);
        case op_kind::reset:
            return reset(on);
        case op_kind::close:
            return close(on);
        case op_kind::connect:
            return connect(wanted.subject);
        case op_kind::listen: {
            if (listeners_.size() >= 4) return false;
            const auto made = world_->listen();
            if (!made) return false;
            listeners_.emplace_back(*made, 0);
            return true;
        }
        default:
            return perform_request(wanted);
    }
}

template <world World>
bool player<World>::perform_request(const op& wanted) {
    switch (wanted.kind) {
        case op_kind::receive:
            return arm_receiver(wanted);
        case op_kind::send:
            return send(wanted);
        case op_kind::nop:
            return push_nops(wanted.count);
        case op_kind::timeout:
            return push_timeout(wanted.count);
        case op_kind::cancel: {
            const std::uint16_t target = armed_.pick(wanted.subject);
            if (target == nothing) return false;
            return push_cancel(requests_[target].user);
        }
        case op_kind::accept:
        case op_kind::accept_multishot:
            return accept(wanted);
        default:
            return arm(wanted);
    }
}

}  // namespace ringproof::sim
