#pragma once
// Statements on buffer rings: registration, slots, tails, heads, bytes.

#include <algorithm>
#include <chrono>
#include <cstring>

#include "sim/behaviour/perform.hpp"

namespace ringproof::sim {

/// What is known of a group id, be it registered or not.
template <world World>
raw_group_memory& performer<World>::group(std::uint64_t id) {
    const auto found = std::ranges::find(groups_, id, &raw_group_memory::id);
    if (found != groups_.end()) return *found;
    raw_group_memory& fresh = groups_.emplace_back();
    fresh.id = static_cast<std::uint32_t>(id);
    constexpr std::size_t size = raw_group_memory::buffer_size * raw_group_memory::buffer_count;
    // As much again behind it, for slots that are longer than their buffers.
    const std::span<std::byte> all = memory(2 * size);
    // Not std::ranges::fill: without optimisation that was most of what a behaviour took.
    if (!all.empty()) std::memset(all.data(), std::to_integer<int>(untouched), all.size());
    fresh.slab = all.first(all.empty() ? 0 : size);
    return fresh;
}

template <world World>
std::string performer<World>::show_group(const statement& it) {
    switch (it.form->what) {
        case verb::group:
            return add_group(it);
        case verb::register_:
            return register_group(it);
        case verb::unregister:
            return unregister(it);
        case verb::status:
            return status(it);
        case verb::map:
            return map(it);
        case verb::unmap:
        case verb::discard:
        case verb::replace:
            return unmap(it);
        case verb::await:
            return await(it);
        case verb::text:
            return text(it);
        default:
            break;
    }
    raw_group_memory& on = group(it.counts[0]);
    if (!on.usable()) return "no memory";
    switch (it.form->what) {
        case verb::add:
            for (std::size_t i = 1; i < it.counts.size(); ++i) {
                const std::uint16_t bid = on.next_id++;
                on.stage(bid, static_cast<std::uint32_t>(it.counts[i]),
                         address_of(on.buffer(bid).data()));
            }
            on.publish();
            return "0";
        case verb::stage: {
            const auto bid = static_cast<std::uint16_t>(it.number("bid", on.next_id));
            on.next_id = static_cast<std::uint16_t>(bid + 1);
            on.stage(bid, static_cast<std::uint32_t>(it.number("len", 64)),
                     place(it, address_of(on.buffer(bid).data())));
            return "0";
        }
        case verb::publish:
            on.tail = static_cast<std::uint16_t>(it.number("tail", on.tail));
            on.publish();
            return "0";
        case verb::edit:
            return edit(it);
        case verb::slot:
            return on.describe_slot(it.counts[1]);
        default:
            return std::to_string(on.slot(0).resv);
    }
}

template <world World>
std::string performer<World>::edit(const statement& it) {
    raw_group_memory& on = group(it.counts[0]);
    abi::io_uring_buf& slot = on.slot(it.counts[1]);
    if (it.has("bid")) slot.bid = static_cast<std::uint16_t>(it.number("bid"));
    if (it.has("addr")) slot.addr = place(it, address_of(on.buffer(slot.bid).data()));
    if (it.has("len")) slot.len = static_cast<std::uint32_t>(it.number("len"));
    if (it.has("resv")) slot.resv = static_cast<std::uint16_t>(it.number("resv"));
    return "0";
}

template <world World>
std::string performer<World>::text(const statement& it) {
    const std::span<std::byte> all = group(it.counts[0]).buffer(it.counts[1]);
    const std::size_t at = std::min<std::size_t>(it.number("at"), all.size());
    const std::size_t size = std::min<std::size_t>(it.number("size", 16), all.size() - at);
    return it.has("hex") ? describe_hex(all.subspan(at, size))
                         : describe_bytes(all.subspan(at, size));
}

template <world World>
int performer<World>::call_register(std::uint32_t opcode, void* argument, const statement& it) {
    if (it.has("null")) argument = nullptr;
    // Page 0 and its neighbour are never mapped.
    if (it.has("unreadable")) argument = reinterpret_cast<void*>(std::uintptr_t{0x1000});
    return ring_->register_with(opcode, argument,
                                static_cast<std::uint32_t>(it.number("count", 1)));
}

template <world World>
abi::io_uring_buf_reg performer<World>::registration(const statement& it) {
    abi::io_uring_buf_reg wanted{};
    wanted.bgid = static_cast<std::uint16_t>(it.counts[0]);
    wanted.ring_entries = static_cast<std::uint32_t>(it.number("entries"));
    wanted.flags = static_cast<std::uint16_t>(it.number("flags"));
    wanted.min_left = static_cast<std::uint32_t>(it.number("min_left"));
    wanted.resv[0] = static_cast<std::uint32_t>(it.number("resv"));
    return wanted;
}

/// A ring as a program would register it. `same=N`: on the memory of group N.
template <world World>
std::string performer<World>::add_group(const statement& it) {
    raw_group_memory& on = group(it.counts[0]);
    const auto entries = static_cast<std::uint32_t>(it.number("entries", 8));
    const bool mapped = it.has("mapped");
    abi::io_uring_buf_reg wanted = registration(it);
    wanted.ring_entries = entries;
    wanted.flags = static_cast<std::uint16_t>((mapped ? abi::iou_pbuf_ring_mmap : 0) |
                                              (it.has("inc") ? abi::iou_pbuf_ring_inc : 0));
    if (it.has("same")) {
        const raw_group_memory& other = group(it.number("same"));
        on.ring = other.ring;
        on.slab = other.slab;
        on.tail = other.tail;
    } else {
        const std::size_t size = entries * sizeof(abi::io_uring_buf);
        const operand_value* kind = it.find("addr");
        on.ring = mapped      ? std::span<std::byte>{}
            : kind != nullptr ? memory_like(kind->word, size)
                              : memory(size);
        on.tail = on.next_id = 0;
    }
    on.entries = entries;
    if (on.usable() && it.has("tail")) {
        on.tail = static_cast<std::uint16_t>(it.number("tail"));
        on.publish();
    }
    wanted.ring_addr = address_of(on.ring.data());
    const int done = ring_->register_with(abi::ioring_register_pbuf_ring, &wanted, 1);
    if (done == 0 && mapped) return map(it);
    return describe_result(done);
}

template <world World>
std::string performer<World>::register_group(const statement& it) {
    abi::io_uring_buf_reg wanted = registration(it);
    const std::uint32_t entries = std::clamp(wanted.ring_entries, 1U, 32768U);
    const std::span<std::byte> own = memory(std::max<std::size_t>(entries * 16UL, 4096));
    wanted.ring_addr = place(it, address_of(own.data()));
    const int done = call_register(abi::ioring_register_pbuf_ring, &wanted, it);
    if (done == 0 && wanted.ring_addr == address_of(own.data())) {
        raw_group_memory& on = group(it.counts[0]);
        on.ring = own;
        on.entries = entries;
        on.tail = on.next_id = 0;
    }
    return describe_result(done);
}

template <world World>
std::string performer<World>::unregister(const statement& it) {
    abi::io_uring_buf_reg wanted = registration(it);
    wanted.ring_addr = place(it, 0);
    return describe_result(call_register(abi::ioring_unregister_pbuf_ring, &wanted, it));
}

template <world World>
std::string performer<World>::status(const statement& it) {
    abi::io_uring_buf_status asked{};
    asked.buf_group = static_cast<std::uint32_t>(it.counts[0]);
    asked.head = 77;  // must be overwritten
    asked.resv[0] = static_cast<std::uint32_t>(it.number("resv"));
    const int done = call_register(abi::ioring_register_pbuf_status, &asked, it);
    if (done == 0) return std::to_string(asked.head);
    return describe_result(done) + (asked.head == 77 ? "" : " and written");
}

/// Workers take their time on Linux: this waits for what they do to a head.
template <world World>
std::string performer<World>::await(const statement& it) {
    const std::string wanted = std::to_string(it.counts[1]);
    std::string now = status(it);
    for (int patience = 200; now != wanted && patience > 0 && !now.starts_with('-'); --patience) {
        ring_->poke();
        world().pass(std::chrono::milliseconds(1));
        now = status(it);
    }
    return now;
}

}  // namespace ringproof::sim
