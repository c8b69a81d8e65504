#pragma once
// Writes a film's changes, event by event. It keeps what the cells hold meanwhile; nothing is
// written that is so already.

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/report/film.hpp"

namespace ringproof::sim {

/// One ring while the film is made: what its cells hold now.
struct live_ring {
    std::uint32_t number = 0;
    bool incremental = false;
    bool started = false;  // its first tail was seen
    std::uint16_t head = 0;
    std::uint16_t tail = 0;
    std::uint16_t sent = 0;  // sending: completions have told of all before it
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> lengths;  // as published, by buffer
    std::vector<std::uint32_t> used;
    std::vector<owner> owners;
    std::vector<std::vector<std::uint32_t>> leases;  // alive, by buffer

    [[nodiscard]] std::uint32_t at(std::uint16_t position) const {
        return slots[position & (slots.size() - 1)];
    }
    [[nodiscard]] bool has(std::int64_t buffer) const {
        return buffer >= 0 && static_cast<std::size_t>(buffer) < owners.size();
    }
};

/// The completion whose parts are being taken.
struct handing_over {
    std::int64_t left = 0;  // bytes
    bool buffer_more = false;
};

/// Fills in what follows from a film's events: everything but its titles and its end.
class projector {
public:
    explicit projector(film& into) : out_(into) {}

    void show(std::uint32_t at) {
        now_ = at;
        const event& it = out_.events[at];
        switch (it.who) {
            case actor::application:
                application(it);
                break;
            case actor::kernel:
                kernel(it);
                break;
            case actor::peer:
                break;
        }
        out_.ends.push_back(static_cast<std::uint32_t>(out_.changes.size()));
    }

private:
    void application(const event& it);
    void kernel(const event& it);
    void open(const event& it);
    void publish(live_ring& on, const event& it);
    void submit(const event& it);
    void handle(const event& it);
    void take(live_ring& from, const event& it);
    void give_back(live_ring& to, const event& it);
    void select(live_ring& from, const event& it);
    void commit(live_ring& from, const event& it);
    void post(const event& it);
    void finish_send(const film_request& request, const event& it);

    void change(film_cell what, std::uint32_t item, std::uint32_t index, std::int64_t value) {
        out_.changes.push_back({what, item, index, value});
    }
    void set(const live_ring& in, ring_state how) {
        change(film_cell::ring, in.number, 0, static_cast<std::int64_t>(how));
    }
    void own(live_ring& in, std::uint32_t buffer, owner who) {
        if (std::exchange(in.owners[buffer], who) == who) return;
        change(film_cell::owner, in.number, buffer, static_cast<std::int64_t>(who));
    }
    void use(live_ring& in, std::uint32_t buffer, std::uint32_t bytes) {
        if (std::exchange(in.used[buffer], bytes) == bytes) return;
        change(film_cell::used, in.number, buffer, bytes);
    }
    void move_head(live_ring& in, std::uint16_t to) {
        if (std::exchange(in.head, to) == to) return;
        change(film_cell::head, in.number, 0, to);
    }
    void wait_more(std::int64_t by) { change(film_cell::waiting, 0, 0, waiting_ += by); }
    void state(std::uint32_t request, request_state how) {
        change(film_cell::request, request, completions_[request], static_cast<std::int64_t>(how));
    }

    [[nodiscard]] live_ring* ring_of(std::uint64_t group) {
        const auto found = rings_.find(group);
        return found == rings_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::uint32_t begin_request(const film_request& told, request_state how);
    [[nodiscard]] std::uint32_t request_of(std::uint64_t user);

    film& out_;
    std::uint32_t now_ = 0;
    std::int64_t waiting_ = 0;
    handing_over handing_;
    std::unordered_map<std::uint64_t, live_ring> rings_;        // by group
    std::unordered_map<std::uint64_t, std::uint32_t> running_;  // requests, by user data
    std::vector<std::uint32_t> completions_;                    // by request
    std::vector<std::uint32_t> submitted_;                      // by request: the event
    // Posted and not handled, by user data: the events.
    std::unordered_map<std::uint64_t, std::deque<std::uint32_t>> posted_;
};

}  // namespace ringproof::sim
