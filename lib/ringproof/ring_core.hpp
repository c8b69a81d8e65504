#pragma once
// What a ring and everything registered with it share, so that they may die in any order.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <ringproof/buffer_storage.hpp>
#include <ringproof/deferred_request.hpp>
#include <ringproof/kernel.hpp>
#include <ringproof/leak.hpp>
#include <ringproof/submission_queue.hpp>

namespace ringproof {

/// One io_uring instance, held by its uring and by each group, lease and receiver on it. It
/// remembers its descriptor only while the uring lives: descriptor numbers are reused, and a stale
/// handle must not talk to somebody else's ring.
template <kernel Kernel>
class ring_core {
public:
    /// Belongs to its maker. Not open yet.
    explicit ring_core(Kernel& kernel) noexcept : kernel_(&kernel), owner_(kernel.caller()) {}
    ring_core(const ring_core&) = delete;
    ring_core& operator=(const ring_core&) = delete;
    ~ring_core() { drop_retired(); }

    /// Refuses callers that the ring does not belong to: wrong_thread, forked_child.
    [[nodiscard]] result<void> check_caller() const noexcept {
        const caller_id now = kernel_->caller();
        if (now == owner_) [[likely]]
            return {};
        return fail(forked_since(owner_, now) ? errc::forked_child : errc::wrong_thread);
    }

    /// check_caller(), then ring_closed.
    [[nodiscard]] result<void> check() const noexcept {
        if (auto allowed = check_caller(); !allowed) return allowed;
        if (!open()) return fail(errc::ring_closed);
        return {};
    }

    /// io_uring_register(2) on this ring, always by its real descriptor: 6.2 took a registered
    /// ring's index for one (liburing issue 877). Errors: ring_closed; errno of the call.
    result<unsigned> register_(std::uint32_t opcode, void* argument, std::uint32_t count) noexcept {
        if (!open()) return fail(errc::ring_closed);
        return kernel_->register_(fd_, opcode, argument, count);
    }

    [[nodiscard]] Kernel& kernel() const noexcept { return *kernel_; }
    [[nodiscard]] caller_id owner() const noexcept { return owner_; }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool open() const noexcept { return fd_ >= 0; }

    /// Queues a request. Errors: as check(); submission_queue_full; silent_request.
    result<void> push(const abi::io_uring_sqe& request) noexcept {
        if (auto allowed = check(); !allowed) return allowed;
        if ((request.flags & abi::iosqe_cqe_skip_success) != 0) [[unlikely]]
            return fail(errc::silent_request);
        if (!sq_.stage(request)) return fail(errc::submission_queue_full);
        ++in_flight_;
        return {};
    }

    // Requests the kernel may still work on: staged, minus those whose last completion was read.
    [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
    void ended() noexcept {
        // A kernel that completes more than it was asked must not make the count wrap.
        if (in_flight_ == 0) return;
        --in_flight_;
        if (in_flight_ == 0 && !retired_.empty()) retired_.clear();
    }

    /// Claims a group id; false when the ring has a group of that id (REG-13).
    [[nodiscard]] bool claim(group_id id) {
        if (std::ranges::find(groups_, id) != groups_.end()) return false;
        groups_.push_back(id);
        return true;
    }
    void disclaim(group_id id) noexcept { std::erase(groups_, id); }

    /// Keeps memory of a closed group until no request can write to it any more (UNR-04).
    void retire(buffer_storage<Kernel>&& memory) {
        if (in_flight_ > 0) retired_.push_back(std::move(memory));
    }

    /// Requests that wait for room in the submission queue; submit() queues them (a re-arm that
    /// found the queue full and was forgotten is the field's commonest wedge).
    [[nodiscard]] deferred_list& deferred() noexcept { return deferred_; }

    /// The submission queue is here, since not only the uring queues requests.
    [[nodiscard]] submission_queue<typename Kernel::memory_type>& sq() noexcept { return sq_; }

    /// Has a descriptor from now on, which the uring closes.
    void opened(int fd) noexcept { fd_ = fd; }

    /// The uring is gone: no call reaches the kernel through this core again.
    void close() noexcept {
        fd_ = -1;
        sq_ = {};
    }

private:
    void drop_retired() noexcept {
        if (in_flight_ == 0 || forked_since(owner_, kernel_->caller())) return;
        for (buffer_storage<Kernel>& memory : retired_) {
            report_leak({memory.size(), make_error_code(errc::requests_in_flight)});
            memory.leak();
        }
    }

    Kernel* kernel_;
    caller_id owner_;
    int fd_ = -1;
    std::uint64_t in_flight_ = 0;
    submission_queue<typename Kernel::memory_type> sq_;
    deferred_list deferred_;
    std::vector<group_id> groups_;
    std::vector<buffer_storage<Kernel>> retired_;
};

}  // namespace ringproof
