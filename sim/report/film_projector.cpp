#include "sim/report/film_projector.hpp"

#include <algorithm>

#include <ringproof/abi_constants.hpp>

namespace ringproof::sim {

void projector::application(const event& it) {
    live_ring* ring = ring_of(it.subject);
    switch (it.kind) {
        case event_kind::group_opened:
            return open(it);
        case event_kind::group_closed:
            if (ring != nullptr) set(*ring, ring_state::closed);
            return;
        case event_kind::published:
            if (ring != nullptr && ring->has(it.a)) publish(*ring, it);
            return;
        case event_kind::taken:
            if (ring != nullptr && ring->has(it.a)) take(*ring, it);
            return;
        case event_kind::returned:
            if (ring != nullptr && ring->has(it.a)) give_back(*ring, it);
            return;
        case event_kind::submitted:
            return submit(it);
        case event_kind::completed:
            return handle(it);
        default:
            return;
    }
}

void projector::kernel(const event& it) {
    live_ring* ring = ring_of(it.subject);
    switch (it.kind) {
        case event_kind::selected:
            if (ring != nullptr && ring->has(it.a)) select(*ring, it);
            return;
        case event_kind::recycled:
            if (ring != nullptr && ring->has(it.a)) {
                const auto buffer = static_cast<std::uint32_t>(it.a);
                if (ring->owners[buffer] == owner::selected) own(*ring, buffer, owner::published);
            }
            return;
        case event_kind::committed:
            if (ring != nullptr && ring->has(it.a)) commit(*ring, it);
            return;
        case event_kind::armed:
            return state(request_of(it.subject), request_state::armed);
        case event_kind::woken:
            return state(request_of(it.subject), request_state::submitted);
        case event_kind::posted:
        case event_kind::overflowed:
            return post(it);
        default:
            return;
    }
}

void projector::open(const event& it) {
    const auto entries = static_cast<std::uint32_t>(it.a);
    const auto number = static_cast<std::uint32_t>(out_.rings.size());
    const auto size = static_cast<std::uint32_t>(it.b);
    const bool incremental = (it.c & abi::iou_pbuf_ring_inc) != 0;
    out_.rings.push_back({it.subject, entries, size, incremental});
    live_ring& ring = rings_[it.subject] = {};
    ring.number = number;
    ring.incremental = incremental;
    ring.slots.assign(entries, 0);
    ring.lengths.assign(entries, size);
    ring.used.assign(entries, 0);
    ring.owners.assign(entries, owner::application);
    ring.leases.resize(entries);
    set(ring, ring_state::open);
}

void projector::publish(live_ring& on, const event& it) {
    const auto buffer = static_cast<std::uint32_t>(it.a);
    const auto tail = static_cast<std::uint16_t>(it.c);
    const auto position = static_cast<std::uint16_t>(tail - 1);
    if (!std::exchange(on.started, true)) {
        on.sent = position;
        move_head(on, position);
    }
    const auto slot = static_cast<std::uint32_t>(position & (on.slots.size() - 1));
    on.slots[slot] = buffer;
    change(film_cell::slot, on.number, slot, buffer);
    on.tail = tail;
    change(film_cell::tail, on.number, 0, tail);
    on.lengths[buffer] = static_cast<std::uint32_t>(it.b);
    use(on, buffer, 0);
    own(on, buffer, owner::published);
}

std::uint32_t projector::begin_request(const film_request& told, request_state how) {
    const auto number = static_cast<std::uint32_t>(out_.requests.size());
    out_.requests.push_back(told);
    completions_.push_back(0);
    submitted_.push_back(now_);
    running_[told.user] = number;
    state(number, how);
    return number;
}

std::uint32_t projector::request_of(std::uint64_t user) {
    const auto found = running_.find(user);
    if (found != running_.end()) return found->second;
    return begin_request({.user = user}, request_state::submitted);
}

void projector::submit(const event& it) {
    (void)begin_request({it.subject, static_cast<int>(it.a), it.b, it.c}, request_state::submitted);
}

void projector::post(const event& it) {
    (void)request_of(it.subject);
    posted_[it.subject].push_back(now_);
    wait_more(1);
}

void projector::handle(const event& it) {
    const std::uint32_t request = request_of(it.subject);
    std::uint32_t from = submitted_[request];
    if (auto& posted = posted_[it.subject]; !posted.empty()) {
        from = posted.front();
        posted.pop_front();
        wait_more(-1);
    }
    if (from != now_) out_.arrows.push_back({from, now_});
    const auto flags = static_cast<std::uint32_t>(it.b);
    const bool more = (flags & abi::ioring_cqe_f_more) != 0;
    ++completions_[request];
    state(request, more ? request_state::submitted : request_state::ended);
    handing_ = {std::max<std::int64_t>(it.a, 0), (flags & abi::ioring_cqe_f_buf_more) != 0};
    const film_request& told = out_.requests[request];
    if ((flags & abi::ioring_cqe_f_buffer) != 0 && told.opcode == abi::ioring_op_send) {
        finish_send(told, it);
    }
    if (!more) running_.erase(it.subject);
}

/// A send hands nothing over: its buffers are free again, the named one and, of a bundle, those
/// behind it.
void projector::finish_send(const film_request& request, const event& it) {
    live_ring* ring = ring_of(static_cast<std::uint64_t>(request.group));
    if (ring == nullptr) return;
    std::int64_t left = std::max<std::int64_t>(it.a, 0);
    // Where the kernel tells its head, a failed bundle frees all that it selected (SND-06).
    for (bool first = true; ring->sent != ring->tail; first = false) {
        const std::uint32_t buffer = ring->at(ring->sent);
        const bool gone = out_.kernel_seen ? ring->sent != ring->head : left > 0 || first;
        if (!gone) break;
        if (handing_.buffer_more && left < ring->lengths[buffer] - ring->used[buffer]) {
            use(*ring, buffer, ring->used[buffer] + static_cast<std::uint32_t>(left));
            break;
        }
        left -= std::min<std::int64_t>(left, ring->lengths[buffer]);
        ++ring->sent;
        own(*ring, buffer, owner::application);
    }
    if (!out_.kernel_seen) move_head(*ring, ring->sent);
}

void projector::select(live_ring& from, const event& it) {
    move_head(from, static_cast<std::uint16_t>(it.b));
    const auto buffer = static_cast<std::uint32_t>(it.a);
    if (from.owners[buffer] == owner::published) own(from, buffer, owner::selected);
}

/// The slots up to the new head are used up; of the one there, an incremental ring may have taken
/// a part (INC-01).
void projector::commit(live_ring& from, const event& it) {
    const auto head = static_cast<std::uint16_t>(it.c);
    std::int64_t left = it.b;
    const auto fill = [&](std::uint32_t buffer) {
        const std::int64_t room = from.lengths[buffer] - from.used[buffer];
        const std::int64_t bytes = std::min(left, room);
        left -= bytes;
        use(from, buffer, from.used[buffer] + static_cast<std::uint32_t>(bytes));
    };
    while (from.head != head && from.head != from.tail) {
        const std::uint32_t buffer = from.at(from.head);
        fill(buffer);
        own(from, buffer, owner::filled);
        move_head(from, static_cast<std::uint16_t>(from.head + 1));
    }
    move_head(from, head);
    if (from.incremental && left > 0 && from.head != from.tail) fill(from.at(head));
    const auto named = static_cast<std::uint32_t>(it.a);
    if (from.owners[named] == owner::selected) own(from, named, owner::published);
}

void projector::take(live_ring& from, const event& it) {
    const auto buffer = static_cast<std::uint32_t>(it.a);
    const auto number = static_cast<std::uint32_t>(out_.leases.size());
    const auto offset = static_cast<std::uint32_t>(it.b);
    const auto bytes = static_cast<std::uint32_t>(it.c);
    out_.leases.push_back({from.number, buffer, offset, bytes});
    from.leases[buffer].push_back(number);
    change(film_cell::lease, number, 0, 1);
    handing_.left -= it.c;
    const bool stays = handing_.left <= 0 && handing_.buffer_more;
    if (!out_.kernel_seen) use(from, buffer, offset + bytes);
    if (stays) return;
    own(from, buffer, owner::leased);
    if (out_.kernel_seen) return;
    // The head is behind this buffer by now; others may have been taken and not told of yet.
    for (std::uint16_t at = from.head; at != from.tail; ++at) {
        if (from.at(at) == buffer) return move_head(from, static_cast<std::uint16_t>(at + 1));
    }
}

void projector::give_back(live_ring& to, const event& it) {
    const auto buffer = static_cast<std::uint32_t>(it.a);
    auto& alive = to.leases[buffer];
    const auto found =
        std::ranges::find(alive, static_cast<std::uint32_t>(it.b),
                          [&](std::uint32_t each) { return out_.leases[each].offset; });
    if (found == alive.end()) return;
    change(film_cell::lease, *found, 0, 0);
    alive.erase(found);
    if (alive.empty() && to.owners[buffer] == owner::leased) own(to, buffer, owner::application);
}

}  // namespace ringproof::sim
