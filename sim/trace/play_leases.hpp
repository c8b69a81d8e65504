#pragma once
// The player's leases, and how they end.

#include <algorithm>
#include <array>
#include <cstring>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// What must still be true of a lease, and what its bytes become.
template <world World>
void player<World>::before_return(holding& held) {
    const auto bytes = held.lease.bytes();
    const buffer_id id = held.lease.id();
    const auto whole = groups_[held.group].core().storage().buffer(id);
    std::uint64_t now = 0;
    std::memcpy(&now, bytes.data(), std::min(bytes.size(), sizeof now));
    if (now != held.sample) {
        judge(blame("I1",
                    say("buffer ", to_number(id), " was written while the application had it")));
    }
    if (!bytes.empty()) {
        std::memset(bytes.data(), static_cast<int>(playing::poison), bytes.size());
    }
    --groups_[held.group].leases;
    judge(ownership_.returned(held.group, to_number(id)));
    note(actor::application, event_kind::returned, held.group, to_number(id),
         bytes.data() - whole.data());
}

template <world World>
void player<World>::give_back(holding& held) {
    before_return(held);
    if (auto done = held.lease.give_back(); !done) {
        judge(blame("I1", say("a lease could not be given back: ", done.error().message())));
    }
    sync_published(held.group);
}

/// The leases first .. first + count - 1, those of one group with one store.
template <world World>
void player<World>::give_back_batch(std::size_t first, std::size_t count) {
    std::array<buffer_id, 64> ids{};
    while (count > 0) {
        const std::uint16_t index = leases_[first].group;
        std::size_t taken = 0;
        while (taken < std::min(count, ids.size()) && leases_[first + taken].group == index) {
            holding& held = leases_[first + taken];
            before_return(held);
            ids[taken++] = held.lease.detach();
        }
        first += taken;
        count -= taken;
        if (auto done = groups_[index].buffers->give_back(std::span(ids).first(taken)); !done) {
            judge(blame("I1", say("a batch could not be given back: ", done.error().message())));
        }
        sync_published(index);
        if (taken > 1) seen(mark::batch_return);
    }
}

template <world World>
bool player<World>::give_back(const op& wanted) {
    const std::size_t held = leases_.size() - leases_first_;
    const std::size_t count = std::min<std::size_t>(wanted.count, held);
    if (count == 0) return false;
    const auto order = static_cast<return_order>(wanted.word);
    if (order == return_order::random) {
        for (std::size_t i = 0; i < count; ++i) {  // chosen ones to the front
            const std::size_t other = i + random_.below(static_cast<std::uint32_t>(held - i));
            std::swap(leases_[leases_first_ + i], leases_[leases_first_ + other]);
        }
    }
    if (order == return_order::lifo) {
        std::reverse(leases_.end() - static_cast<std::ptrdiff_t>(count), leases_.end());
        std::rotate(leases_.begin() + static_cast<std::ptrdiff_t>(leases_first_),
                    leases_.end() - static_cast<std::ptrdiff_t>(count), leases_.end());
    }
    const std::size_t first = leases_first_;
    leases_first_ += count;
    if (wanted.has(modifier::batch)) {
        give_back_batch(first, count);
    } else {
        for (std::size_t i = 0; i < count && !over(); ++i) give_back(leases_[first + i]);
    }
    if (leases_first_ == leases_.size()) {
        leases_.clear();
        leases_first_ = 0;
    }
    return true;
}

template <world World>
void player<World>::give_back_all() {
    for (std::size_t i = leases_first_; i < leases_.size() && !over(); ++i) give_back(leases_[i]);
    leases_.clear();
    leases_first_ = 0;
}

}  // namespace ringproof::sim
