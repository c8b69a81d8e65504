#pragma once
// The kernel fills an incremental buffer part by part, and says F_BUF_MORE as long as it goes on.
// The part was sent and the buffer given back, as any other: while the kernel still wrote into it,
// and while other connections' parts of it waited to be sent (INC-01, USR-09).

#include <algorithm>
#include <vector>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class incremental_returned_early
    : public raw_server<Kernel, incremental_returned_early<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, incremental_returned_early>;
    using base::base;

    static constexpr const char* cause = "was given to the kernel twice";

    static bool fits(const sim::profile& version) { return version.has_incremental; }

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16,
                      .cq_entries = 64,
                      .buffers = 4,
                      .buffer_size = 256,
                      .incremental = true};
        made.world.peers = {sim::echo_peer(1500, 60, 4)};
        return made;
    }

private:
    friend base;

    void take(std::size_t index, const completion& done) {
        if (!done.buffer()) return;
        const std::size_t id = to_number(*done.buffer());
        books_.resize(this->pool_.size());
        book& it = books_[id];
        const auto rest = this->pool_.buffer(*done.buffer()).subspan(it.used);
        const auto bytes = rest.first(std::min(rest.size(), done.bytes()));
        it.used += bytes.size();
        it.full = !done.buffer_more();
        if (it.full) this->pool_.taken();
        ++it.parts;
        this->keep(index, {*done.buffer(), bytes});
    }

    void give_back(buffer_id id) {
        book& it = books_[to_number(id)];
        --it.parts;
        if (Repaired && (it.parts > 0 || !it.full)) return;
        it = {};
        this->pool_.give_back(id);
    }

    struct book {
        std::size_t used = 0;   // bytes, since it was published
        std::size_t parts = 0;  // that are still to be sent
        bool full = false;      // the kernel is through with it
    };
    std::vector<book> books_;
};

}  // namespace ringproof::field
