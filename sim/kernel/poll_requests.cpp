// POLL_ADD and POLL_REMOVE: readiness itself as a result. Matches the request part of
// io_uring/poll.c.

#include <cerrno>
#include <poll.h>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/flow.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t goes_on = 1U << 0U;            // IORING_POLL_ADD_MULTI
constexpr std::uint32_t changes_events = 1U << 1U;     // IORING_POLL_UPDATE_EVENTS
constexpr std::uint32_t changes_user_data = 1U << 2U;  // IORING_POLL_UPDATE_USER_DATA
constexpr std::uint32_t always = POLLERR | POLLHUP;
constexpr std::uint32_t plain_events = 0xffff;

request* find_poll(ring_context& ring, std::uint64_t user_data) noexcept {
    request* found = nullptr;
    ring.table.visit_polls_of(user_data, [&found](request& each) {
        if (each.opcode == abi::ioring_op_poll_add) found = &each;
        return found == nullptr;
    });
    return found;
}

// Out of line and table, changed, and once more from the beginning.
void change(request& armed, const request& by) {
    disarm(armed);
    armed.ring->table.remove(armed);
    if ((by.len & changes_events) != 0) {
        armed.op_flags = (armed.op_flags & ~plain_events) | (by.op_flags & plain_events) | always;
    }
    if ((by.len & changes_user_data) != 0) armed.user_data = by.off;
    armed.facts &= ~fact::polled;
    start(armed);
}

}  // namespace

std::uint8_t readiness_of(std::uint32_t events) noexcept {
    constexpr std::uint32_t reading =
        POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND | POLLRDHUP | always;
    constexpr std::uint32_t writing = POLLOUT | POLLWRNORM | POLLWRBAND | always;
    std::uint8_t mask = 0;
    if ((events & reading) != 0) mask |= ready::in;
    if ((events & writing) != 0) mask |= ready::out;
    return mask;
}

int prepare_poll_add(request& fresh) {
    if (fresh.group != 0 || fresh.off != 0 || fresh.addr != 0) return -EINVAL;
    if ((fresh.len & ~goes_on) != 0) return -EINVAL;
    if ((fresh.len & goes_on) != 0) {
        if (fresh.is(fact::cqe_skip)) return -EINVAL;
        fresh.facts |= fact::multishot;
    }
    fresh.op_flags |= always;
    return 0;
}

int issue_poll_add(request& attempted) {
    open_file& file = *attempted.file;
    const bool waits = file.can_poll();
    // What one that goes on finds at first is told out of task work as well.
    const bool more = attempted.is(fact::multishot) && waits;
    if (more && !attempted.is(fact::polled)) return issued::retry;
    const std::uint32_t seen = file.outside->events(file, attempted.op_flags);
    if (seen == 0) return waits ? issued::retry : -EINVAL;
    if (more && post_more(attempted, seen, 0)) return issued::retry;
    attempted.res = static_cast<std::int32_t>(seen);
    return issued::done;
}

int prepare_poll_remove(request& fresh) {
    constexpr std::uint32_t known = goes_on | changes_events | changes_user_data;
    if (fresh.group != 0 || fresh.file_index != 0) return -EINVAL;
    if ((fresh.len & ~known) != 0 || fresh.len == goes_on) return -EINVAL;
    if (fresh.off != 0 && (fresh.len & changes_user_data) == 0) return -EINVAL;
    return fresh.op_flags != 0 && (fresh.len & changes_events) == 0 ? -EINVAL : 0;
}

int issue_poll_remove(request& attempted) {
    request* found = find_poll(*attempted.ring, attempted.addr);
    if (found == nullptr) return -ENOENT;
    if (found->cancelled || (found->work != task::none && !found->is(fact::multishot))) {
        return -EALREADY;
    }
    attempted.res = 0;
    if ((attempted.len & (changes_events | changes_user_data)) == 0) {
        found->cancelled = true;
        if (found->work == task::none) queue_task(*found, task::woken);
    } else if (found->work == task::none) {
        change(*found, attempted);
    } else {
        return -EALREADY;
    }
    return issued::done;
}

}  // namespace ringproof::sim
