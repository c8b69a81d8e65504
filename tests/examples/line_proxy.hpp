#pragma once
// A proxy for lines that nobody answers, as metrics and logs are: many clients say them, and all go
// up one connection, never mixed.
//
//     clients -- bundles --> heard_ -- whole lines --> upward_ -- a ring of buffers --> upstream
//
// Nothing grows for ever: while the upstream is slow its ring is full, heard_ keeps the buffers in
// it, the kernel runs out of them, and TCP holds the clients up.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <utility>

#include <ringproof/send_group.hpp>

#include "tests/examples/clients.hpp"

namespace ringproof::examples {

template <kernel Kernel>
class line_proxy {
public:
    /// Serves until so many connections have come and gone and their lines were sent; until nothing
    /// can come any more, if it is 0. What follows a client's last whole line is dropped, and so is
    /// a client that says `line_most` bytes and no end of line. Linux 6.10.
    static outcome serve(Kernel& kernel, int listener, int upstream, const sizes& with,
                         std::uint64_t connections = 0) {
        auto ring = uring<Kernel>::create(kernel, with.ring);
        if (!ring) return cannot("make a ring", ring.error());
        const bool bundles = (ring->features() & abi::ioring_feat_recvsend_bundle) != 0;
        if (!bundles) return lacks("bundles", "6.10");
        auto pool = buffer_group<Kernel>::create(*ring, group_id{1}, with.buffers);
        if (!pool) return cannot("make a ring of buffers", pool.error());
        auto out = send_group<Kernel>::create(*ring, group_id{2}, with.buffers);
        if (!out) return cannot("make a ring to send from", out.error());
        return line_proxy(*ring, *pool, *out, listener, upstream).loop(connections);
    }

    static constexpr std::size_t line_most = 65536;

private:
    enum class job : std::uint8_t { accept, hear, pass_on };

    struct client : connection<Kernel> {
        client(uring<Kernel>& ring, buffer_group<Kernel>& pool, int socket)
            : connection<Kernel>(ring, pool, socket, name(job::hear, socket),
                                 {.request = {.bundle = true}}) {}
        std::string line;     // begun, and not ended yet
        unsigned pieces = 0;  // of it in heard_
    };

    line_proxy(uring<Kernel>& ring, buffer_group<Kernel>& pool, send_group<Kernel>& out,
               int listener, int upstream)
        : ring_(ring),
          pool_(pool),
          out_(out),
          upstream_(upstream),
          clients_(ring, pool, listener, name(job::accept)) {}

    outcome loop(std::uint64_t connections) {
        const auto use = [this](const completion& done) { handle(done); };
        for (;;) {
            const bool passing = pass_on();
            const bool asked = clients_.ask_all([this](client& it) { return ask(it); });
            if (connections != 0 && clients_.gone() >= connections && all_sent()) return {};
            if (!turn(ring_, pool_, passing && asked ? 1 : 0, how_, use)) return how_;
        }
    }

    void handle(const completion& done) {
        const job what = job_of<job>(done);
        if (what == job::accept && how_) how_ = clients_.accepted(done);
        if (what == job::hear) heard(clients_[fd_of(done)], done);
        if (what == job::pass_on) passed_on(done);
    }

    void heard(client& it, const completion& done) {
        reception<Kernel> came = it.input.on(done);
        it.failed = it.failed || came.error;
        clients_.told(it);
        if (it.failed || came.data.empty()) return;
        heard_.emplace_back(&it, std::move(came.data));
        ++it.pieces;
    }

    void read(client& it, const bundle<Kernel>& bytes) {
        --it.pieces;
        clients_.told(it);
        if (it.line.size() > line_most) return;
        for (const std::span<std::byte> part : bytes) {
            it.line.append(reinterpret_cast<const char*>(part.data()), part.size());
        }
        const std::size_t whole = it.line.rfind('\n') + 1;  // 0 when there is none
        upward_.append(it.line, 0, whole);
        it.line.erase(0, whole);
        if (it.line.size() > line_most) it.failed = true;
    }

    /// Fills the ring with lines and has all of it sent at once; false: no room to ask for that.
    bool pass_on() {
        while (out_.free() > 0) {
            while (upward_.size() < out_.buffer_size() && !heard_.empty()) {
                read(*heard_.front().first, heard_.front().second);
                heard_.pop_front();  // here its buffers go back
            }
            if (upward_.empty()) break;
            auto buffer = out_.acquire().value();
            const std::size_t size = std::min(upward_.size(), buffer.bytes().size());
            std::memcpy(buffer.bytes().data(), upward_.data(), size);
            out_.provide(std::move(buffer), static_cast<std::uint32_t>(size)).value();
            upward_.erase(0, size);
        }
        if (passing_on_ || all_sent()) return true;
        const auto everything = requests::send(upstream_, out_.id(), name(job::pass_on), true);
        passing_on_ = ring_.push(everything).has_value();
        return passing_on_;
    }

    void passed_on(const completion& done) {
        passing_on_ = done.more();
        const auto freed = out_.complete(done, true);
        if (!freed) how_ = cannot("take back what was sent", freed.error());
        if (done.res < 0) how_ = cannot("send to the upstream", done.error());
    }

    bool all_sent() const { return upward_.empty() && out_.free() == out_.slot_count(); }

    /// A client wants nothing, but to go when all is read that it said.
    bool ask(client& it) {
        if (it.input.done() && it.pieces == 0) clients_.close(it);
        return true;
    }

    uring<Kernel>& ring_;
    buffer_group<Kernel>& pool_;
    send_group<Kernel>& out_;
    int upstream_;
    clients<Kernel, client> clients_;
    std::deque<std::pair<client*, bundle<Kernel>>> heard_;
    std::string upward_;
    bool passing_on_ = false;
    outcome how_;
};

}  // namespace ringproof::examples
