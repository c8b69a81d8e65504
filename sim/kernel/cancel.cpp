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

// Without another criterion, the user data counts.
bool is_meant(const request& candidate, const cancel_query& query) noexcept {
    if ((query.flags & abi::ioring_async_cancel_any) != 0) return true;
    const bool by_file = (query.flags & abi::ioring_async_cancel_fd) != 0;
    if (by_file && !is_same(candidate.file, query.file)) return false;
    if ((query.flags & by_opcode) != 0 && candidate.opcode != query.opcode) return false;
    const bool others = by_file || (query.flags & by_opcode) != 0;
    if (others && (query.flags & by_userdata) == 0) return true;
    return candidate.user_data == query.user_data;
}

// Matches io_cancel_req_match(): one cancel of many finds a request once; another cancel finds it
// again for as long as its end is still queued.
bool matches(request& candidate, const cancel_query& query) noexcept {
    if (!is_meant(candidate, query)) return false;
    if ((query.flags & many) == 0) return true;
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
        const bool enough = found && (query.flags & many) == 0;
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

bool cancel_poll(ring_context& ring, const cancel_query& query) {
    for (const request_list& bucket : ring.table.polls()) {
        for (request* each = bucket.first(); each != nullptr; each = each->table_after) {
            if (!matches(*each, query)) continue;
            each->cancelled = true;
            // Otherwise its task work will see it.
            if (each->work == task::none) queue_task(*each, task::woken);
            return true;
        }
    }
    return false;
}

// One that has fired is not among them any more. A timer has no file.
bool cancel_timer(ring_context& ring, const cancel_query& query) {
    if ((query.flags & abi::ioring_async_cancel_fd) != 0) return false;
    for (request* each = ring.table.timers().first(); each != nullptr; each = each->table_after) {
        if (each->work != task::none || each->opcode != abi::ioring_op_timeout) continue;
        if (!matches(*each, query)) continue;
        each->cancelled = true;
        queue_task(*each, task::expired);
        return true;
    }
    return false;
}

// 0, -ENOENT, or with ALL or ANY how many.
int cancel_matching(ring_context& ring, const cancel_query& query) {
    const bool all = (query.flags & many) != 0;
    ++ring.cancels;
    int found = 0;
    while (cancel_workers(ring, query) || cancel_poll(ring, query) || cancel_timer(ring, query)) {
        ++found;
        if (!all) return 0;
    }
    return all ? found : -ENOENT;
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
