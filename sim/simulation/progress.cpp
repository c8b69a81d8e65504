#include "sim/simulation/progress.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/kbuf.hpp"
#include "sim/kernel/submission.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t told_most = 3;  // of things that are alike

std::string counted(std::uint64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// --- Connections ---------------------------------------------------------------------------------

int descriptor_of(const machine& in, const open_file& file) {
    const auto at = std::ranges::find(in.descriptors, &file, &descriptor::file);
    if (at == in.descriptors.end()) return -1;
    return machine::first_descriptor + static_cast<int>(at - in.descriptors.begin());
}

/// A request for this file that waits for this readiness, or that somebody has yet to run.
const request* request_for(const machine& in, const open_file& file, std::uint8_t mask) {
    for (const request* each = file.first_waiter; each != nullptr; each = each->wait_after) {
        if ((each->waits_for & mask) != 0) return each;
    }
    for (const auto& ring : in.rings) {
        for (const work_queue* queue :
             {&ring->task_work, &ring->retry_work, &ring->workers, &ring->deferred}) {
            for (const request* each = queue->first(); each != nullptr; each = each->next_work) {
                if (each->file == &file) return each;
            }
        }
    }
    return nullptr;
}

bool is_in_backlog(const machine& in, const open_file& file) {
    for (const auto& each : in.files) {
        for (std::size_t i = 0; i < each->backlog.size(); ++i) {
            if (each->backlog[i] == &file) return true;
        }
    }
    return false;
}

std::string tell_input(const machine& in, const open_file& file) {
    const request* receive = request_for(in, file, ready::in);
    const bool waiting = file.keeps_messages() ? !file.in_sizes.empty() : !file.in.empty();
    const std::string what = waiting ? counted(file.in.size(), "byte")
        : file.ended                 ? std::string("the end of its stream")
                                     : std::string();
    if (what.empty()) {
        return receive == nullptr ? "nothing waits at its socket, and no receive is armed"
                                  : "nothing waits at its socket";
    }
    if (receive == nullptr) return what + " at its socket, and no receive is armed";
    return fmt::format("{} at its socket, where a receive is armed (user data {})", what,
                       receive->user_data);
}

std::string tell_connection(const machine& in, const open_file& file) {
    const int fd = descriptor_of(in, file);
    if (fd < 0 && is_in_backlog(in, file)) return "its connection was never accepted";
    if (fd < 0 && file.references == 0) return "the application has closed its connection";
    std::string told = tell_input(in, file);
    if (!file.out.empty()) {
        told += fmt::format("; {} to it are on their way", counted(file.out.size(), "byte"));
    }
    if (const request* send = request_for(in, file, ready::out); send != nullptr) {
        told += fmt::format("; a send waits for room (user data {})", send->user_data);
    }
    return fd < 0 ? told : fmt::format("descriptor {}: {}", fd, told);
}

std::string tell_peers(const machine& in, const peers& all, std::span<open_file* const> files) {
    std::string told;
    std::size_t count = 0;
    for (std::uint32_t peer = 0; peer < all.size(); ++peer) {
        if (all.ended(peer) || count++ >= told_most) continue;
        told += all.describe(peer);
        if (files[peer] != nullptr) told += "; " + tell_connection(in, *files[peer]);
        told += ". ";
    }
    if (count > told_most) {
        told += fmt::format("{} more wait. ", counted(count - told_most, "peer"));
    }
    return told;
}

// --- Buffers -------------------------------------------------------------------------------------

struct handing_out {
    std::uint64_t user = 0;
    std::size_t number = 0;  // of the completion, from 1; 0: not known
};

using handed_out = std::map<std::uint16_t, handing_out>;

std::uint16_t id_of(std::int64_t flags) noexcept {
    return static_cast<std::uint16_t>(flags >> abi::ioring_cqe_buffer_shift);
}

bool names_buffer(std::int64_t flags) noexcept { return (flags & abi::ioring_cqe_f_buffer) != 0; }

/// By the history: a commit tells the group, and the completion behind it who got the buffer.
handed_out from_history(const history& record, std::uint16_t group) {
    handed_out found;
    std::set<std::uint16_t> open;  // committed, not posted yet
    std::size_t number = 0;
    for (const event& each : record.events()) {
        if (each.kind == event_kind::committed && each.subject == group) {
            open.insert(static_cast<std::uint16_t>(each.a));
        }
        if (each.kind != event_kind::posted && each.kind != event_kind::overflowed) continue;
        ++number;
        if (!names_buffer(each.b)) continue;
        for (const std::uint16_t id : std::exchange(open, {})) {
            found[id] = {each.subject, number};  // of a bundle, all of them
        }
    }
    return found;
}

/// By what still stands in the completion queue's memory.
handed_out from_queue(const ring_context& ring) {
    handed_out found;
    for (std::uint32_t back = std::min(ring.cq_tail, ring.cq_entries); back > 0; --back) {
        const abi::io_uring_cqe& each =
            ring.words.cqes[(ring.cq_tail - back) & (ring.cq_entries - 1)];
        if (names_buffer(each.flags)) found[id_of(each.flags)] = {each.user_data, 0};
    }
    return found;
}

std::string tell_holders(const handed_out& last, const std::set<std::uint16_t>& held) {
    std::vector<std::string> told;
    for (const std::uint16_t id : held) {
        if (told.size() == told_most) break;
        const auto at = last.find(id);
        if (at == last.end()) {
            told.push_back(fmt::format("{}", id));
        } else if (at->second.number == 0) {
            told.push_back(
                fmt::format("{} (by a completion of user data {})", id, at->second.user));
        } else {
            told.push_back(fmt::format("{} (by completion {}, of user data {})", id,
                                       at->second.number, at->second.user));
        }
    }
    const std::size_t more = held.size() - told.size();
    return fmt::format("{}{}", fmt::join(told, ", "),
                       more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string tell_group(const ring_context& ring, const buffer_list& list, const history& record) {
    const auto tail = tail_of(list);
    const auto there = static_cast<std::uint16_t>(tail - list.head);
    std::set<std::uint16_t> with_kernel;
    std::set<std::uint16_t> known;
    for (std::uint32_t i = 0; i < list.entries; ++i) known.insert(list.slots[i].bid);
    for (std::uint16_t i = 0; i < std::min<std::uint32_t>(there, list.entries); ++i) {
        with_kernel.insert(list.slots[(list.head + i) & list.mask].bid);
    }
    const handed_out last =
        record.events().empty() ? from_queue(ring) : from_history(record, list.group);
    for (const auto& [id, whom] : last) known.insert(id);
    std::set<std::uint16_t> held;
    std::ranges::set_difference(known, with_kernel, std::inserter(held, held.end()));
    std::string told =
        fmt::format("Group {}: the kernel has {} of {} buffers", list.group, there, list.entries);
    if (there == 0) told += ", and whoever receives gets ENOBUFS";
    if (!held.empty()) {
        told += fmt::format("; handed out and never given back: {}", tell_holders(last, held));
    }
    return told + ". ";
}

// --- Queues --------------------------------------------------------------------------------------

std::string tell_submissions(const ring_context& ring) {
    const std::uint32_t pending = pending_submissions(ring);
    if (pending == 0) return {};
    if (!ring.poller.exists) {
        return fmt::format("{} in the submission queue, never submitted: no io_uring_enter asked "
                           "for so many. ",
                           counted(pending, "entry") == "1 entry"
                               ? "1 entry stands"
                               : fmt::format("{} entries stand", pending));
    }
    const std::uint32_t flags = model_memory::load_relaxed(ring.words.sq_flags);
    const bool asked = (flags & abi::ioring_sq_need_wakeup) != 0;
    return fmt::format("{} in the submission queue, and the polling thread {}. ",
                       pending == 1 ? "1 entry stands" : fmt::format("{} entries stand", pending),
                       ring.poller.asleep && asked
                           ? "sleeps and asks to be woken: a wake-up was lost"
                           : "has not looked yet");
}

std::string tell_completions(const ring_context& ring) {
    std::string told;
    if (const std::uint32_t unread = unread_completions(ring); unread != 0) {
        const std::uint32_t head = model_memory::load_relaxed(ring.words.cq_head);
        const abi::io_uring_cqe& oldest = ring.words.cqes[head & (ring.cq_entries - 1)];
        told += fmt::format("{} never taken out of the completion queue; the oldest is of user "
                            "data {}, with result {}. ",
                            unread == 1 ? "1 completion was"
                                        : fmt::format("{} completions were", unread),
                            oldest.user_data, oldest.res);
    }
    if (!ring.overflow.empty()) {
        told += fmt::format("{} held back because the completion queue was full, and nobody "
                            "entered with GETEVENTS to get them. ",
                            ring.overflow.size() == 1
                                ? "1 completion is"
                                : fmt::format("{} completions are", ring.overflow.size()));
    }
    const std::size_t work = ring.task_work.size() + ring.retry_work.size();
    if (work != 0 && ring.defers()) {
        told += fmt::format("{} for the submitter to enter with GETEVENTS (DEFER_TASKRUN). ",
                            work == 1 ? "1 request waits" : fmt::format("{} requests wait", work));
    }
    return told;
}

// --- The cause -----------------------------------------------------------------------------------

cause cause_in(const ring_context& ring) {
    if (pending_submissions(ring) != 0) {
        return ring.poller.exists ? cause::lost_wakeup : cause::not_submitted;
    }
    if (unread_completions(ring) != 0 || !ring.overflow.empty()) return cause::not_taken;
    if (ring.defers() && !(ring.task_work.empty() && ring.retry_work.empty())) {
        return cause::not_run;
    }
    return cause::none;
}

bool has_empty_group(const machine& in) {
    return std::ranges::any_of(in.rings, [](const auto& ring) {
        return std::ranges::any_of(ring->groups,
                                   [](const auto& list) { return tail_of(*list) == list->head; });
    });
}

cause cause_at(const machine& in, const peers& all, std::uint32_t peer, const open_file* file) {
    if (file != nullptr) {
        if (is_in_backlog(in, *file)) return cause::not_accepted;
        const bool bytes = file->keeps_messages() ? !file->in_sizes.empty() : !file->in.empty();
        if (bytes && has_empty_group(in)) return cause::no_buffers;
        if (bytes || (file->ended && request_for(in, *file, ready::in) == nullptr)) {
            const bool closed = file->references == 0;
            if (!closed) return cause::no_receive;
        }
    }
    if (!all.awaits_end(peer)) return cause::owes_bytes;
    return all.finished(peer) ? cause::owes_end : cause::peer_waits;
}

cause cause_of(const machine& in, const peers& all, std::span<open_file* const> files) {
    if (in.hung) return cause::kernel_hangs;
    cause first = cause::none;
    const auto consider = [&first](cause found) {
        if (found != cause::none && (first == cause::none || found < first)) first = found;
    };
    for (const auto& ring : in.rings) consider(cause_in(*ring));
    for (std::uint32_t peer = 0; peer < all.size(); ++peer) {
        if (!all.ended(peer)) consider(cause_at(in, all, peer, files[peer]));
    }
    return first;
}

}  // namespace

diagnosis explain(machine& in, const peers& waiting, std::span<open_file* const> files,
                  const history& record) {
    diagnosis found{cause_of(in, waiting, files), tell_peers(in, waiting, files)};
    if (in.hung) found.text += "The kernel itself hangs, by a bug of this version. ";
    for (const auto& ring : in.rings) {
        found.text += tell_submissions(*ring);
        found.text += tell_completions(*ring);
        for (const auto& list : ring->groups) found.text += tell_group(*ring, *list, record);
    }
    if (!found.text.empty()) found.text.pop_back();
    return found;
}

}  // namespace ringproof::sim
