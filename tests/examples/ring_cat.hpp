#pragma once
// cat: from one descriptor to another, through a ring of buffers. A read stays armed and fills one
// buffer after the other; each is written out where it lies, in order, and goes back.
//
// Not every file has a read that stays armed: one on a disk cannot tell when it is readable. And
// not every kernel: it came with Linux 6.7. Then each buffer has a read of its own.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "tests/examples/loop.hpp"

namespace ringproof::examples {

template <kernel Kernel>
class ring_cat {
public:
    /// Until the end of what is to be read. Linux 5.19.
    static outcome copy(Kernel& kernel, int from, int to, const sizes& with) {
        auto ring = uring<Kernel>::create(kernel, with.ring);
        if (!ring) return cannot("make a ring", ring.error());
        auto pool = buffer_group<Kernel>::create(*ring, group_id{1}, with.buffers);
        if (!pool) return cannot("make a ring of buffers", pool.error());
        return ring_cat(*ring, *pool, from, to).loop();
    }

private:
    // What a completion is about.
    static constexpr user_data armed_read{1};
    static constexpr user_data single_read{2};
    static constexpr user_data single_write{3};

    ring_cat(uring<Kernel>& ring, buffer_group<Kernel>& pool, int from, int to)
        : ring_(ring),
          pool_(pool),
          from_(from),
          to_(to),
          input_(ring, pool, from, armed_read, {.kind = receive_kind::read}) {}

    outcome loop() {
        input_.arm().value();
        const auto use = [this](const completion& done) { handle(done); };
        while (!ended_ || !output_.empty()) {
            const bool asked = ask_to_write() && ask_to_read();
            if (!turn(ring_, pool_, asked ? 1 : 0, how_, use)) break;
        }
        return how_ ? how_it_ended_ : how_;
    }

    void handle(const completion& done) {
        if (done.user == armed_read) heard(input_.on(done));
        if (done.user == single_read) read(done);
        if (done.user == single_write) wrote(done);
    }

    void heard(reception<Kernel> came) {
        if (came.what == received::end_of_stream) end({});
        one_by_one_ = one_by_one_ || is_errno(came.error, EBADFD) || is_errno(came.error, EINVAL);
        if (came.error && !one_by_one_) end(cannot("read", came.error));
        if (!came.data.empty()) output_.push_back(came.data.pop_front());
    }

    void read(const completion& done) {
        reading_ = false;
        // Also at the end, and where a read failed, there can be a buffer; that one goes back.
        auto came = pool_.take(done);
        if (done.res > 0 && came) output_.push_back(came->pop_front());
        if (done.res > 0 && !came) end(cannot("take what was read", came.error()));
        if (done.res == 0) end({});
        if (done.res < 0 && done.res != -ENOBUFS) end(cannot("read", done.error()));
    }

    /// Nothing more is read; what was read is still written.
    void end(outcome how) {
        ended_ = true;
        how_it_ended_ = std::move(how);
    }

    void wrote(const completion& done) {
        writing_ = false;
        if (done.res < 0) how_ = cannot("write", done.error());
        written_ += done.bytes();
        if (written_ < output_.front().bytes().size()) return;
        output_.pop_front();  // here its buffer goes back
        written_ = 0;
    }

    /// The next read, where each has to be asked for; false when there is no room to ask.
    bool ask_to_read() {
        if (!one_by_one_ || reading_ || ended_ || pool_.with_kernel() == 0) return true;
        // Before Linux 6.0 no size meant no bytes.
        const auto one = requests::read(from_, pool_.id(), requests::current_position, single_read,
                                        pool_.buffer_size());
        reading_ = ring_.push(one).has_value();
        return reading_;
    }

    bool ask_to_write() {
        if (writing_ || output_.empty()) return true;
        const auto rest = output_.front().bytes().subspan(written_);
        writing_ = ring_.push(requests::write(to_, rest, requests::current_position, single_write))
                       .has_value();
        return writing_;
    }

    uring<Kernel>& ring_;
    buffer_group<Kernel>& pool_;
    int from_;
    int to_;
    receiver<Kernel> input_;
    std::deque<buffer_lease<Kernel>> output_;  // read, and not written yet
    std::size_t written_ = 0;                  // of the first of them
    bool one_by_one_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool ended_ = false;
    outcome how_it_ended_;
    outcome how_;  // otherwise
};

}  // namespace ringproof::examples
