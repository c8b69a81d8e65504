#pragma once
// An echo server on the bare ring, as many are written: no leases, no receiver, its own books. What
// it decides is split into small functions, and each exercise in this folder replaces one of them:
// once as it was really written somewhere, once as it should be. What stands here is right.

#include <cerrno>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <ringproof/socket_requests.hpp>
#include <ringproof/uring.hpp>

#include "sim/profile.hpp"
#include "sim/simulation/fault_plan.hpp"
#include "sim/simulation/stage.hpp"
#include "tests/examples/field/raw_connection.hpp"
#include "tests/examples/field/raw_pool.hpp"

namespace ringproof::field {

/// \tparam Self  the exercise: overrides by hiding.
template <kernel Kernel, class Self>
class raw_server {
public:
    // NOLINTNEXTLINE(bugprone-crtp-constructor-accessibility): exercises inherit it
    explicit raw_server(sim::stage<Kernel>& on) : stage_(on) {}

    /// Whether that version has what the loop needs.
    static bool fits(const sim::profile& version) { return version.has_recv_multishot; }

    /// What the repaired loop survives.
    static sim::fault_plan faults() { return sim::all_faults(); }

    /// How many times longer a run takes than most.
    static constexpr std::uint64_t weight = 1;

    /// Until all peers have gone, or nothing goes on any more.
    void serve() {
        auto ring = uring<Kernel>::create(stage_.kernel(), stage_.ring());
        if (!ring) return;
        ring_.emplace(std::move(*ring));
        if (!pool_.open(*ring_, stage_.buffers())) return;
        while (stage_.running() && turn()) continue;
        (void)ring_->drain();
        pool_.close();
    }

protected:
    enum class job : std::uint8_t { accept, receive, send, other };

    static user_data name(job what, std::size_t index) {
        return user_data{index << 2U | static_cast<std::uint64_t>(what)};
    }

    bool turn() {
        self().begin_turn();
        if (!accepting_) {
            accepting_ = push(requests::accept_multishot(stage_.listener(), name(job::accept, 0)));
        }
        for (const std::size_t i : std::exchange(wait_to_send_, {})) send(i);
        arm_those_who_wait();
        const auto done = self().submit_and_wait();
        ring_->for_each_completion([this](const completion& each) { handle(each); });
        if (done) return true;
        return is_errno(done.error(), EAGAIN) || is_errno(done.error(), EBUSY);
    }

    void handle(const completion& done) {
        const std::size_t index = to_number(done.user) >> 2U;
        switch (static_cast<job>(to_number(done.user) & 3U)) {
            case job::accept:
                accepting_ = done.more();
                if (done.res >= 0) welcome(done.res);
                return;
            case job::receive:
                self().received(index, done);
                break;
            case job::send:
                sent(index, done);
                break;
            case job::other:
                return;
        }
        retire(index);
    }

    // --- What exercises replace -----------------------------------------------------------------

    /// All that was heard in the turn before has been seen to, and nothing is asked for yet.
    void begin_turn() {}

    /// Who found no room to ask must not wait: what it waits for may be what it could not ask for.
    result<unsigned> submit_and_wait() {
        return ring_->submit_and_wait(std::exchange(crowded_, false) ? 0 : 1);
    }

    /// A completion of a connection's receive.
    void received(std::size_t index, const completion& done) {
        connection& it = connections_[index];
        it.armed = done.more();
        self().take(index, done);
        if (!done.more()) self().ended(index, done);
        send(index);
    }

    /// Whatever it hands over. The flag alone says whether there is a buffer (ERR-02).
    void take(std::size_t index, const completion& done) {
        if (!done.buffer()) return;
        for (const auto& [id, bytes] : pool_.parts(done)) keep(index, {id, bytes});
    }

    /// It has ended. That alone says nothing of the stream; nor does one 0 with F_SOCK_NONEMPTY,
    /// which TCP says of its end, too (CQE-07). A second one does.
    void ended(std::size_t index, const completion& done) {
        connection& it = connections_[index];
        const bool end = done.res == 0 && (!done.socket_nonempty() || it.saw_zero);
        it.saw_zero = done.res == 0;
        if (end || (done.res < 0 && done.res != -ENOBUFS)) {
            it.over = true;
        } else {
            self().arm(index);
        }
    }

    /// Later when there are no buffers, or no room to ask.
    void arm(std::size_t index) {
        connection& it = connections_[index];
        if (it.fd < 0 || it.armed || it.over) return;
        it.armed = pool_.with_kernel() > 0 && push(self().receive(index));
        if (!it.armed) arm_later(index);
    }

    void do_not_wait() { crowded_ = true; }

    void arm_later(std::size_t index) { wait_to_arm_.push_back(index); }

    abi::io_uring_sqe receive(std::size_t index, const receive_options& options = {}) {
        return requests::recv_multishot(connections_[index].fd, pool_.group(),
                                        name(job::receive, index), options);
    }

    /// A buffer is not needed any more.
    void give_back(buffer_id id) { pool_.give_back(id); }

    // --- The rest -------------------------------------------------------------------------------

    [[nodiscard]] bool push(const abi::io_uring_sqe& request) {
        const bool done = ring_->push(request).has_value();
        crowded_ = crowded_ || !done;
        return done;
    }

    /// First come, first served: when one has to wait on, so have those behind it.
    void arm_those_who_wait() {
        for (std::size_t rest = wait_to_arm_.size(); rest > 0; --rest) {
            const std::size_t index = wait_to_arm_.front();
            wait_to_arm_.pop_front();
            self().arm(index);
            if (wait_to_arm_.size() < rest) continue;
            wait_to_arm_.pop_back();
            return wait_to_arm_.push_front(index);
        }
    }

    void welcome(int fd) {
        if (free_.empty()) {
            free_.push_back(connections_.size());
            connections_.emplace_back();
        }
        const std::size_t index = free_.back();
        free_.pop_back();
        connections_[index].fd = fd;
        self().arm(index);
    }

    void keep(std::size_t index, const held_part& part) {
        if (part.bytes.empty()) {
            if (part.last) self().give_back(part.id);
        } else {
            connections_[index].output.push_back(part);
        }
    }

    void send(std::size_t index) {
        connection& it = connections_[index];
        if (it.fd < 0 || it.sending || it.output.empty()) return;
        const auto rest = it.output.front().bytes.subspan(it.sent);
        it.sending = push(requests::send(it.fd, rest, 0, name(job::send, index)));
        if (!it.sending) wait_to_send_.push_back(index);
    }

    void sent(std::size_t index, const completion& done) {
        connection& it = connections_[index];
        it.sending = false;
        it.sent += done.bytes();
        while (!it.output.empty() && (done.res < 0 || it.sent == it.output.front().bytes.size())) {
            if (it.output.front().last) self().give_back(it.output.front().id);
            it.output.pop_front();
            it.sent = 0;
        }
        send(index);
    }

    /// Nothing in flight and nothing to say: it can be closed.
    void retire(std::size_t index) {
        connection& it = connections_[index];
        if (it.fd < 0 || !it.over || it.armed || it.sending || !it.output.empty()) return;
        (void)stage_.kernel().close(it.fd);
        it = {};
        free_.push_back(index);
    }

    Self& self() noexcept { return static_cast<Self&>(*this); }

    sim::stage<Kernel>& stage_;
    std::optional<uring<Kernel>> ring_;
    raw_pool<Kernel> pool_;
    std::deque<connection> connections_;

private:
    bool accepting_ = false;
    bool crowded_ = false;  // the submission queue was full
    std::vector<std::size_t> free_;
    std::vector<std::size_t> wait_to_send_;
    std::deque<std::size_t> wait_to_arm_;
};

}  // namespace ringproof::field
