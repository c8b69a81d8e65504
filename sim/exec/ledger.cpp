#include "sim/exec/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/abi_names.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim::exec {

namespace {

using place = group_book::place;

std::uint32_t position_mask(const group_book& group) noexcept { return group.entries - 1; }

bool overlap(std::uint64_t first, std::uint64_t size, std::uint64_t other, std::uint64_t room) {
    return first < other + room && other < first + size;
}

}  // namespace

void ledger::begin_call(const char* what, std::uint64_t thread) {
    ++calls_;
    call_ = what;
    thread_ = thread;
}

void ledger::hear(const ring_book& book, actor who, event_kind kind, std::uint64_t subject,
                  std::int64_t a, std::int64_t b, std::int64_t c) {
    if (hears_) hears_(book.number, {calls_, who, kind, subject, a, b, c});
}

void ledger::found(const std::string& sentence) {
    if (!told_.insert(sentence).second) return;
    findings_.push_back(
        fmt::format("{} (seen in call {}, {} by thread {})", sentence, calls_, call_, thread_));
}

ring_book& ledger::book_of(const ring_context& ring) {
    const auto at = std::ranges::find(books_, &ring, [](const auto& each) { return each->ring; });
    if (at != books_.end()) return **at;
    auto& made = *books_.emplace_back(std::make_unique<ring_book>());
    made.ring = &ring;
    made.number = static_cast<std::uint32_t>(books_.size());
    made.fd = ring.fd;
    return made;
}

group_book& ledger::group_of(ring_book& of, const buffer_list& list) {
    const auto at = std::ranges::find(of.groups, &list, &group_book::list);
    if (at != of.groups.end()) return *at;
    group_book& made = of.groups.emplace_back();
    made.list = &list;
    made.group = list.group;
    made.entries = list.entries;
    made.head = made.tail = list.head;
    made.slots.resize(list.entries);
    hear(of, actor::application, event_kind::group_opened, list.group, list.entries,
         list.slots[0].len, list.incremental ? abi::iou_pbuf_ring_inc : 0);
    return made;
}

void ledger::look(const machine& in) {
    for (const auto& ring : in.rings) {
        ring_book& book = book_of(*ring);
        look_at_completions(book);
        for (const auto& list : ring->groups) look_at(book, *list);
    }
}

void ledger::look_at(ring_book& book, const buffer_list& list) {
    group_book& group = group_of(book, list);
    const std::uint16_t tail = tail_of(list);
    const auto fresh = static_cast<std::uint16_t>(tail - group.tail);
    const auto there = static_cast<std::uint16_t>(tail - group.head);
    if (fresh == 0) return;
    if (there <= group.entries && fresh <= group.entries) {
        publish(book, group, tail);
        return;
    }
    if (static_cast<std::uint16_t>(group.tail - tail) <= group.entries) {
        found(fmt::format("the tail of group {} went back from {} to {}: was slot 0 written as a "
                          "whole? Its last two bytes are the tail",
                          group.group, group.tail, tail));
    } else {
        found(fmt::format("group {} was given {} buffers, and its ring has {} entries", group.group,
                          there, group.entries));
    }
    group.tail = tail;
}

void ledger::publish(ring_book& book, group_book& group, std::uint16_t tail) {
    const buffer_list& list = *group.list;
    while (group.tail != tail) {
        const abi::io_uring_buf& slot = list.slots[group.tail & position_mask(group)];
        const std::uint16_t id = slot.bid;
        if (group.places.size() <= id) group.places.resize(id + 1U);
        const place before = std::exchange(group.places[id], place::ring);
        if (before == place::ring) {
            ++group.twice;
            found(fmt::format("buffer {} of group {} was given to the kernel twice", id,
                              group.group));
        } else if (before == place::program) {
            ++group.returned;
            hear(book, actor::application, event_kind::returned, group.group, id, 0);
        } else if (++group.known > group.entries) {
            ++group.foreign;
        }
        group.slots[group.tail & position_mask(group)] = id;
        ++group.given;
        ++group.tail;
        hear(book, actor::application, event_kind::published, group.group, id, slot.len,
             group.tail);
    }
}

void ledger::use_up(ring_book& book, std::uint16_t number, std::uint16_t head) {
    for (group_book& group : book.groups) {
        if (group.list == nullptr || group.group != number) continue;
        for (std::uint32_t left = group.entries; left != 0 && group.head != head; --left) {
            const std::uint16_t id = group.slots[group.head++ & position_mask(group)];
            if (id < group.places.size()) group.places[id] = place::program;
            ++group.used;
        }
        group.head = head;
    }
}

void ledger::submitted(const request& fresh) {
    ring_book& book = book_of(*fresh.ring);
    const bool selects = fresh.is(fact::buffer_select);
    const request_note note{.opcode = fresh.opcode,
                            .multishot = fresh.is(fact::multishot),
                            .group = selects ? fresh.group : -1,
                            .fd = fresh.fd};
    ++book.requests;
    book.running[fresh.user_data] = note;
    std::erase_if(book.ended, [&note](const ended_multishot& each) {
        return each.note.fd == note.fd && each.note.opcode == note.opcode;
    });
    hear(book, actor::application, event_kind::submitted, fresh.user_data, note.opcode, note.group,
         note.fd);
}

void ledger::saw(const ring_context& ring, const event& happened) {
    ring_book& book = book_of(ring);
    switch (happened.kind) {
        case event_kind::group_closed:
            for (group_book& each : book.groups) {
                if (each.group == happened.subject) each.list = nullptr;
            }
            hear(book, actor::application, happened.kind, happened.subject);
            return;
        case event_kind::selected:
            for (const auto& list : ring.groups) {
                if (list->group == happened.subject) look_at(book, *list);
            }
            break;
        case event_kind::committed:
            use_up(book, static_cast<std::uint16_t>(happened.subject),
                   static_cast<std::uint16_t>(happened.c));
            break;
        case event_kind::overflowed:
            ++book.overflows;
            completed(book, happened);
            break;
        case event_kind::posted:
            completed(book, happened);
            break;
        default:
            break;
    }
    hear(book, happened.who, happened.kind, happened.subject, happened.a, happened.b, happened.c);
}

void ledger::completed(ring_book& book, const event& happened) {
    ++book.completions;
    if (hears_) book.posted.push_back(happened);
    const auto at = book.running.find(happened.subject);
    if (at == book.running.end()) return;
    const request_note note = at->second;
    const bool goes_on = (happened.b & abi::ioring_cqe_f_more) != 0;
    if (happened.a == -ENOBUFS && note.group >= 0) {
        ++book.without_buffer;
        const auto is_this = [&note](const group_book& each) { return each.group == note.group; };
        const auto group = std::ranges::find_if(book.groups, is_this);
        const bool gone = group != book.groups.end() &&
            std::ranges::none_of(book.groups, [&](const group_book& each) {
                              return is_this(each) && each.list != nullptr;
                          });
        if (gone) {
            found(fmt::format("{} on descriptor {} wants a buffer of group {}, which was "
                              "unregistered",
                              opcode_name(note.opcode), note.fd, note.group));
        }
    }
    if (goes_on) return;
    book.running.erase(at);
    if (!note.multishot || happened.a == 0 || happened.a == -ECANCELED) return;
    book.ended.push_back({.note = note,
                          .user_data = happened.subject,
                          .result = static_cast<std::int32_t>(happened.a),
                          .identity = book.ring->in->outside->files.identify(note.fd)});
}

// The program took what lies before its head now.
void ledger::look_at_completions(ring_book& book) {
    const std::uint32_t head = model_memory::load_relaxed(book.ring->words.cq_head);
    const std::size_t taken =
        std::min<std::size_t>(head - std::exchange(book.cq_head, head), book.posted.size());
    for (std::size_t i = 0; i < taken; ++i) {
        const event& it = book.posted[i];
        hear(book, actor::application, event_kind::completed, it.subject, it.a, it.b);
    }
    book.posted.erase(book.posted.begin(),
                      book.posted.begin() + static_cast<std::ptrdiff_t>(taken));
}

void ledger::ring_over(const ring_context& ring) {
    ring_book& book = book_of(ring);
    book.outstanding = ring.outstanding;
    book.ring = nullptr;
    for (group_book& each : book.groups) each.list = nullptr;
}

void ledger::unmapped(const machine& in, std::uint64_t address, std::uint64_t size) {
    for (const auto& ring : in.rings) {
        for (const auto& list : ring->groups) {
            const auto slots =
                static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(list->slots));
            if (!list->mapped && !list->own_copy &&
                overlap(address, size, slots, list->entries * sizeof(abi::io_uring_buf))) {
                found(fmt::format("the ring of group {} is unmapped and still registered",
                                  list->group));
                continue;
            }
            const std::uint16_t tail = tail_of(*list);
            const auto there = static_cast<std::uint16_t>(tail - list->head);
            for (std::uint32_t i = 0; i < std::min<std::uint32_t>(there, list->entries); ++i) {
                const abi::io_uring_buf& slot = list->slots[(list->head + i) & list->mask];
                if (!overlap(address, size, slot.addr, slot.len)) continue;
                found(fmt::format("the memory of buffer {} of group {} is unmapped, and the buffer "
                                  "is the kernel's",
                                  slot.bid, list->group));
                break;
            }
        }
    }
}

void ledger::lost(const buffer_list& list) {
    found(
        fmt::format("the ring of group {} is not mapped any more and still registered: its memory "
                    "was given back",
                    list.group));
    for (const auto& book : books_) {
        for (group_book& each : book->groups) {
            if (each.list == &list) each.tail = each.head = list.head;
        }
    }
}

void ledger::finish(const machine& in, host_files& files) {
    look(in);
    for (const auto& book : books_) {
        if (book->ring != nullptr) book->outstanding = book->ring->outstanding;
        for (const ended_multishot& each : book->ended) {
            const request_note& note = each.note;
            if (each.identity == 0 || files.identify(note.fd) != each.identity) continue;
            open_file seen;
            seen.number = note.fd;
            const std::int64_t waiting = files.queued(seen);
            if (waiting <= 0) continue;
            found(fmt::format("{} on descriptor {} (user data {:#x}) ended with {} and was not "
                              "asked for again, and {} bytes wait",
                              opcode_name(note.opcode), note.fd, each.user_data,
                              describe_result(each.result), waiting));
        }
    }
}

}  // namespace ringproof::sim::exec
