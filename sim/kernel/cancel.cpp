#include "sim/kernel/cancel.hpp"

#include <cerrno>
#include <utility>

#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t by_userdata = 1U << 4U;
constexpr std::uint32_t by_opcode = 1U << 5U;

constexpr std::uint32_t many = abi::ioring_async_cancel_all | abi::ioring_async_cancel_any;

bool wants_all(const cancel_query& query) noexcept { return (query.flags & many) != 0; }

// Without another criterion, the user data counts.
bool counts_user_data(const cancel_query& query) noexcept {
    constexpr std::uint32_t others = abi::ioring_async_cancel_fd | by_opcode;
    if ((query.flags & abi::ioring_async_cancel_any) != 0) return false;
    return (query.flags & others) == 0 || (query.flags & by_userdata) != 0;
}

bool is_meant(const request& candidate, const cancel_query& query) noexcept {
    if ((query.flags & abi::ioring_async_cancel_any) != 0) return true;
    const bool by_file = (query.flags & abi::ioring_async_cancel_fd) != 0;
    if (by_file && !is_same(candidate.file, query.file)) return false;
    if ((query.flags & by_opcode) != 0 && candidate.opcode != query.opcode) return false;
    return !counts_user_data(query) || candidate.user_data == query.user_data;
}

// Matches io_cancel_req_match(): one cancel of many finds a request once; another cancel finds it
// again for as long as its end is still queued.
bool matches(request& candidate, const cancel_query& query) noexcept {
    if (!is_meant(candidate, query)) return false;
    if (!wants_all(query)) return true;
    const std::uint32_t number = candidate.ring->cancels;
    return std::exchange(candidate.cancel_seen, number) != number;
}

// Work that no worker has begun is simply taken away. Of several, all at once, and that counts as
// one: matches io_wq_cancel_cb().
bool cancel_workers(ring_context& ring, const cancel_query& query) {
    bool found = false;
    work_queue kept;
    while (!ring.workers.empty()) {
        request* each = ring.workers.pop();
        const bool enough = found && !wants_all(query);
        if (enough || !matches(*each, query)) {
            kept.push(each);
            continue;
        }
        found = true;
        each->res = -ECANCELED;
        queue_task(*each, task::fail);
    }
    ring.workers = kept;
    return found;
}

// How many: one, where one is enough.
int cancel_polls(ring_context& ring, const cancel_query& query) {
    int found = 0;
    const auto look = [&](request& each) {
        if (!matches(each, query)) return true;
        each.cancelled = true;
        // Otherwise its task work will see it.
        if (each.work == task::none) queue_task(each, task::woken);
        ++found;
        return wants_all(query);
    };
    if (counts_user_data(query)) {
        ring.table.visit_polls_of(query.user_data, look);
    } else {
        ring.table.visit_polls(look);
    }
    return found;
}

// One that has fired is not among them any more. A timer has no file.
int cancel_timers(ring_context& ring, const cancel_query& query) {
    if ((query.flags & abi::ioring_async_cancel_fd) != 0) return 0;
    int found = 0;
    const auto look = [&](request& each) {
        if (each.work != task::none || each.opcode != abi::ioring_op_timeout) return true;
        if (!matches(each, query)) return true;
        each.cancelled = true;
        queue_task(each, task::expired);
        ++found;
        return wants_all(query);
    };
    if (counts_user_data(query)) {
        ring.table.visit_timers_of(query.user_data, look);
    } else {
        ring.table.timers().visit(look);
    }
    return found;
}

// 0, -ENOENT, or with ALL or ANY how many.
int cancel_matching(ring_context& ring, const cancel_query& query) {
    ++ring.cancels;
    int found = cancel_workers(ring, query) ? 1 : 0;
    for (const auto cancel_more : {cancel_polls, cancel_timers}) {
        if (found == 0 || wants_all(query)) found += cancel_more(ring, query);
    }
    if (wants_all(query)) return found;
    return found != 0 ? 0 : -ENOENT;
}

}  // namespace

int cancel(ring_context& ring, cancel_query query, std::int32_t fd, bool fixed) {
    if ((query.flags & abi::ioring_async_cancel_fd) == 0) return cancel_matching(ring, query);
    open_file* file = ring.file_at(fd, fixed);
    if (file == nullptr) return -EBADF;
    ring.in->hold(*file);
    query.file = file;
    const int found = cancel_matching(ring, query);
    ring.in->drop(*file);
    return found;
}

int issue_cancel(request& r) {
    const cancel_query query{
        .user_data = r.addr, .flags = r.op_flags, .opcode = static_cast<std::uint8_t>(r.len)};
    const bool fixed =
        r.is(fact::fixed_file) || (r.op_flags & abi::ioring_async_cancel_fd_fixed) != 0;
    r.res = cancel(*r.ring, query, r.fd, fixed);
    if (r.res < 0) set_failed(r);
    return issued::done;
}

}  // namespace ringproof::sim
