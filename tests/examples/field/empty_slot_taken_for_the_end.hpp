#pragma once
// A pool that publishes what is left of a half-used buffer, and now and then nothing is left. A
// slot of no length makes a receive complete with 0, as the end of the stream does; only
// F_SOCK_NONEMPTY tells them apart (CQE-07, LEN-07). The healthy connection was closed.

#include <deque>
#include <vector>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class empty_slot_taken_for_the_end
    : public raw_server<Kernel, empty_slot_taken_for_the_end<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, empty_slot_taken_for_the_end>;
    using base::base;

    static constexpr const char* cause = "had ended with 0 and SOCK_NONEMPTY";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 4, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(640, 32, 4)};
        return made;
    }

private:
    friend base;

    void take(std::size_t index, const completion& done) {
        if (!done.buffer()) return;
        for (const auto& [id, bytes] : this->pool_.parts(done)) {
            copies_.emplace_back(bytes.begin(), bytes.end());
            this->keep(index, {id, copies_.back(), false});
            const auto whole = this->pool_.buffer(id);
            const auto used = static_cast<std::size_t>(bytes.data() + bytes.size() - whole.data());
            const auto left = whole.subspan(used);
            if (Repaired && left.size() < least) {
                this->pool_.give_back(id);
            } else {
                this->pool_.give_back(id, left);
            }
        }
    }

    void ended(std::size_t index, const completion& done) {
        if constexpr (Repaired) {
            base::ended(index, done);
        } else {
            if (done.res == 0) {
                this->connections_[index].over = true;
            } else {
                base::ended(index, done);
            }
        }
    }

    static constexpr std::size_t least = 16;
    std::deque<std::vector<std::byte>> copies_;
};

}  // namespace ringproof::field
