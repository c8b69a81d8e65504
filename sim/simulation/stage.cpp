#include "sim/simulation/stage.hpp"

#include <exception>

namespace ringproof::sim {

namespace {

execution execution_of(ring_mode mode) noexcept {
    switch (mode) {
        case ring_mode::coop:
            return execution::cooperative;
        case ring_mode::defer:
            return execution::deferred;
        case ring_mode::sqpoll:
            return execution::polled;
        case ring_mode::plain:
            break;
    }
    return execution::plain;
}

}  // namespace

std::optional<std::string> thrown_by(const std::function<void()>& application) {
    // No string of ours is alive while it runs: its stack may be abandoned.
    static constexpr const char* what = "an exception came out of the application";
    try {
        application();
    } catch (const std::exception& thrown) {
        return std::string(what) + ": " + thrown.what();
    } catch (...) {
        return what;
    }
    return {};
}

uring_options stage_setting::ring() const noexcept {
    uring_options advised;
    advised.entries = played_->sizes.sq_entries;
    advised.cq_entries = played_->sizes.cq_entries;
    advised.mode = execution_of(played_->mode);
    advised.idle_ms = 1;  // so that a polling thread sleeps now and then
    advised.single_issuer = played_->mode != ring_mode::sqpoll;
    return advised;
}

group_options stage_setting::buffers() const noexcept {
    group_options advised;
    advised.entries = played_->sizes.buffers;
    advised.buffer_size = played_->sizes.buffer_size;
    advised.incremental = played_->sizes.incremental;
    return advised;
}

}  // namespace ringproof::sim
