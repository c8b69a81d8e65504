#pragma once
// The pool grows with the crowd: the group is unregistered, larger memory registered, and on it
// goes, in the middle of a drain. The completions that were still to be read name buffers of the
// old memory, and were looked up in the new one.

#include <algorithm>
#include <utility>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class unregistered_before_drained
    : public raw_server<Kernel, unregistered_before_drained<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, unregistered_before_drained>;
    using base::base;

    static constexpr const char* cause = "was given to the kernel twice";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 4, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(600, 100, 4)};
        return made;
    }

private:
    friend base;

    void received(std::size_t index, const completion& done) {
        base::received(index, done);
        const bool wanted = !grown_ && this->connections_.size() > 2;
        if (!wanted || (Repaired && !quiet())) return;
        grown_ = true;
        this->pool_.close();
        auto larger = this->stage_.buffers();
        larger.entries *= 2;
        old_ = std::move(this->pool_);
        this->pool_ = {};
        if (!this->pool_.open(*this->ring_, larger, group_id{8})) this->pool_.forget();
    }

    /// No completion names a buffer, now or later, before the next receive.
    bool quiet() const {
        return this->pool_.with_kernel() == this->pool_.size() &&
            std::ranges::none_of(this->connections_, &connection::armed);
    }

    void give_back(buffer_id id) {
        if (to_number(id) < this->pool_.size()) base::give_back(id);
    }

    raw_pool<Kernel> old_;  // parts of it wait to be sent
    bool grown_ = false;
};

}  // namespace ringproof::field
