#include "sim/kernel/submission.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/flow.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/prepare.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t links = fact::link | fact::hardlink;

// The SQE that the array names; null when the index is bad, which is counted.
const abi::io_uring_sqe* next_sqe(ring_context& ring) noexcept {
    const std::uint32_t at = ring.sq_head++ & (ring.sq_entries - 1);
    const bool named = ring.words.sq_array != nullptr;
    const std::uint32_t index = named ? model_memory::load_plain(&ring.words.sq_array[at]) : at;
    if (index < ring.sq_entries) return &ring.words.sqes[index << ring.sqe_shift];
    const std::uint32_t dropped = model_memory::load_relaxed(ring.words.sq_dropped);
    model_memory::store_relaxed(ring.words.sq_dropped, dropped + 1);
    return nullptr;
}

void append(ring_context& ring, request& added) noexcept {
    (ring.chain_head == nullptr ? ring.chain_head : ring.chain_tail->next_link) = &added;
    ring.chain_tail = &added;
}

void set_error(request& failing, int error) noexcept {
    set_failed(failing);
    failing.res = error;
}

// A bad SQE in a chain does not cut the chain short: the whole of it fails together. Matches
// io_submit_fail_init().
int refuse(ring_context& ring, request& refused, int error) {
    set_error(refused, error);
    request* head = ring.chain_head;
    if (head != nullptr && !head->is(fact::failed)) set_error(*head, -ECANCELED);
    const bool chain_goes_on = refused.is(links);
    if (head != nullptr || chain_goes_on) append(ring, refused);
    if (chain_goes_on) return 0;
    request* failing = head == nullptr ? &refused : std::exchange(ring.chain_head, nullptr);
    start_indirectly(*failing);
    return error;
}

// Matches io_submit_sqe().
int submit_one(ring_context& ring, request& fresh, const abi::io_uring_sqe& sqe) {
    fresh.ring = &ring;
    fresh.submitter = ring.poller.exists ? caller_id{} : ring.in->caller;
    ++ring.outstanding;
    const int error = prepare(fresh, sqe);
    if (ring.in->outside != nullptr) ring.in->outside->witness.submitted(fresh);
    if (error != 0) return refuse(ring, fresh, error);
    const bool indirect = fresh.is(fact::force_async) || ring.draining;
    if (ring.chain_head != nullptr) {
        append(ring, fresh);
        if (fresh.is(links)) return 0;
        request& head = *std::exchange(ring.chain_head, nullptr);
        if (head.is(fact::force_async | fact::failed) || ring.draining) {
            start_indirectly(head);
        } else {
            start(head);
        }
    } else if (fresh.is(links)) {
        append(ring, fresh);
    } else if (indirect) {
        start_indirectly(fresh);
    } else {
        start(fresh);
    }
    return 0;
}

}  // namespace

std::uint32_t pending_submissions(const ring_context& ring) noexcept {
    const std::uint32_t tail = model_memory::load_acquire(ring.words.sq_tail);
    return std::min(tail - ring.sq_head, ring.sq_entries);
}

int submit_pending(ring_context& ring, std::uint32_t most) {
    const std::uint32_t count = std::min(pending_submissions(ring), most);
    if (count == 0) return 0;
    std::uint32_t taken = 0;
    bool exhausted = false;
    while (taken < count) {
        request* fresh = ring.requests.take();
        exhausted = fresh == nullptr;
        if (exhausted) break;
        const abi::io_uring_sqe* sqe = next_sqe(ring);
        if (sqe == nullptr) {
            ring.requests.give(fresh);
            break;
        }
        ++taken;
        offer_to_workers(ring);
        const int error = submit_one(ring, *fresh, model_memory::load_plain(sqe));
        if (error != 0 && !ring.has(abi::ioring_setup_submit_all)) break;
    }
    // A chain that the submission leaves open starts as if it were complete, on a worker.
    if (ring.chain_head != nullptr) start_indirectly(*std::exchange(ring.chain_head, nullptr));
    model_memory::store_release(ring.words.sq_head, ring.sq_head);
    return taken == 0 && exhausted ? -EAGAIN : static_cast<int>(taken);
}

}  // namespace ringproof::sim
