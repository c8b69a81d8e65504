#include "sim/kernel/cancel.hpp"

#include <cerrno>

#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t by_userdata = 1U << 4U;
constexpr std::uint32_t by_opcode = 1U << 5U;

// Matches io_cancel_req_match(): without another criterion, the user data counts.
bool matches(const request& candidate, const cancel_query& query) noexcept {
    if (&candidate == query.asking || candidate.cancelled) return false;
    if ((query.flags & abi::ioring_async_cancel_any) != 0) return true;
    const bool by_file = (query.flags & abi::ioring_async_cancel_fd) != 0;
    if (by_file && candidate.file != query.file) return false;
    if ((query.flags & by_opcode) != 0 && candidate.opcode != query.opcode) return false;
    const bool others = by_file || (query.flags & by_opcode) != 0;
    if (others && (query.flags & by_userdata) == 0) return true;
    return candidate.user_data == query.user_data;
}

void end_one(request& found) {
    found.cancelled = true;
    if (found.work != task::none) return;  // its task work will see it
    queue_task(found, found.opcode == abi::ioring_op_timeout ? task::expired : task::woken);
}

// Work that no worker has begun is simply taken away.
bool cancel_worker(ring_context& ring, const cancel_query& query) {
    for (request* each = ring.workers.first(); each != nullptr; each = each->next_work) {
        if (!matches(*each, query)) continue;
        ring.workers.remove(each);
        each->res = -ECANCELED;
        queue_task(*each, task::fail);
        return true;
    }
    return false;
}

// Polls before timers; a timer has no file.
bool cancel_armed(ring_context& ring, const cancel_query& query, bool timers) {
    if (timers && (query.flags & abi::ioring_async_cancel_fd) != 0) return false;
    for (request* each = ring.table.first(); each != nullptr; each = each->table_after) {
        if ((each->opcode == abi::ioring_op_timeout) != timers) continue;
        if (!matches(*each, query)) continue;
        if (timers && each->work != task::none) continue;  // it has fired already
        end_one(*each);
        return true;
    }
    return false;
}

}  // namespace

int cancel(ring_context& ring, const cancel_query& query) {
    const bool all =
        (query.flags & (abi::ioring_async_cancel_all | abi::ioring_async_cancel_any)) != 0;
    int found = 0;
    while (cancel_worker(ring, query) || cancel_armed(ring, query, false) ||
           cancel_armed(ring, query, true)) {
        ++found;
        if (!all) return 0;
    }
    return all ? found : -ENOENT;
}

int issue_cancel(request& r) {
    ring_context& ring = *r.ring;
    cancel_query query{.user_data = r.addr,
                       .flags = r.op_flags,
                       .opcode = static_cast<std::uint8_t>(r.len),
                       .asking = &r};
    if ((r.op_flags & abi::ioring_async_cancel_fd) != 0) {
        const bool fixed =
            r.is(fact::fixed_file) || (r.op_flags & abi::ioring_async_cancel_fd_fixed) != 0;
        const auto index = static_cast<std::uint32_t>(r.fd);
        query.file = !fixed             ? ring.in->file_at(r.fd)
            : index < ring.files.size() ? ring.files[index]
                                        : nullptr;
        if (query.file == nullptr) {
            set_failed(r);
            r.res = -EBADF;
            return issued::done;
        }
    }
    r.res = cancel(ring, query);
    if (r.res < 0) set_failed(r);
    return issued::done;
}

}  // namespace ringproof::sim
