#pragma once
// One io_uring instance: set up, submit, wait, drain.

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <ringproof/completion.hpp>
#include <ringproof/completion_queue.hpp>
#include <ringproof/kernel.hpp>
#include <ringproof/requests.hpp>
#include <ringproof/ring_core.hpp>
#include <ringproof/submission_queue.hpp>
#include <ringproof/uring_setup.hpp>

namespace ringproof {

/// Owns a ring's descriptor and its two queues, and belongs to the thread that made it: calls from
/// another thread, or from a forked child, are refused with wrong_thread or forked_child and do
/// nothing. Not locked. The kernel object must outlive it.
///
/// Destruction closes, as close() does. In a forked child it only lets go; on another thread the
/// ring is leaked and reported, since its requests can be ended by nobody else.
template <kernel Kernel>
class uring {
public:
    using memory_type = typename Kernel::memory_type;

    /// Errors: errno of io_uring_setup(2), mmap(2); errc::unsupported. Linux 5.4; buffer rings
    /// 5.19.
    [[nodiscard]] static result<uring> create(Kernel& kernel, const uring_options& options = {}) {
        auto parts = detail::make_ring(kernel, options);
        if (!parts) return std::unexpected(parts.error());
        return uring(std::move(*parts));
    }

    uring(uring&&) noexcept = default;
    uring& operator=(uring&& other) noexcept {
        if (this != &other) {
            give_up();
            parts_ = std::move(other.parts_);
            cq_ = other.cq_;
        }
        return *this;
    }
    ~uring() { give_up(); }

    /// Queues a request; the kernel sees it at the next submit().
    /// Errors: submission_queue_full, wrong_thread, forked_child, ring_closed; silent_request for
    /// one with IOSQE_CQE_SKIP_SUCCESS, whose end nobody would hear of, and drain() would wait for.
    /// Nothing is queued then.
    result<void> push(const abi::io_uring_sqe& request) { return parts_.core->push(request); }

    /// Hands queued requests to the kernel, and lets it flush and run what waits for this thread.
    /// Makes no system call when there is nothing to do. Returns how many requests the kernel took.
    /// Errors: errno of io_uring_enter(2) (EBUSY, EAGAIN: drain completions, then try again; the
    /// requests stay queued); wrong_thread, forked_child, ring_closed.
    result<unsigned> submit() { return enter(0, nullptr); }

    /// submit(), then waits until `count` completions are ready. EINTR is handled: it waits on.
    /// With fewer ready, and at least one, it does not wait while receivers stand in line for
    /// buffers: what is ready decides who gets one.
    /// A kernel that knows that the wait cannot end answers EDEADLK. Errors: as submit().
    result<unsigned> submit_and_wait(unsigned count) { return enter(count, nullptr); }

    /// As above, for at most `limit`; then fails with ETIME, with all requests handed over.
    /// A signal may end it early in the same way. Linux 5.11.
    result<unsigned> submit_and_wait(unsigned count, std::chrono::nanoseconds limit) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
        const abi::kernel_timespec time{seconds.count(), (limit - seconds).count()};
        return enter(count, &time);
    }

    /// Calls `use(completion)` for each completion that is ready, in order, and then hands their
    /// entries back to the kernel with one store, also when `use` throws. Inside, push() is
    /// allowed, submit() is not. Returns how many; 0 for a caller that the ring does not belong to.
    template <class Use>
    unsigned for_each_completion(Use&& use) {
        return for_each_completion(std::forward<Use>(use), [] {});
    }

    /// As above, with `before_advance()` called just before the entries go back: the place to
    /// publish a batch of returned buffers, so that the kernel never sees room in the completion
    /// queue before the buffers that go with it (USR-10).
    template <class Use, class Before>
    unsigned for_each_completion(Use&& use, Before&& before_advance) {
        if (!parts_.core->check()) return 0;
        const std::uint32_t ready = cq_.ready();
        if (ready == 0) return 0;
        drained<std::remove_reference_t<Before>> done{*this, before_advance};
        const completion_queue<memory_type> queue = cq_;  // a copy is not loaded again and again
        while (done.count < ready) {
            const completion next = queue.read(done.count++);
            if (!next.more()) parts_.core->ended();
            use(next);
        }
        return ready;
    }

    /// Cancels everything in flight and discards completions until all requests have ended, or
    /// `patience` has passed. Receivers that wait for room leave their line; those that were armed
    /// do not hear that they have ended: they are for destruction. Returns true when nothing is in
    /// flight: memory can be freed (USR-04).
    result<bool> drain(std::chrono::nanoseconds patience = std::chrono::seconds(1));

    /// drain(), then unmaps and closes. Groups, leases and receivers of this ring stay valid
    /// objects that answer ring_closed. Memory that the kernel may still write to is leaked and
    /// reported. Errors: wrong_thread, forked_child (nothing is closed), errno of close(2).
    /// Idempotent.
    result<void> close();

    // What the ring is, and how it stands. A closed ring has no queues: nothing is ready or fits.
    [[nodiscard]] std::uint32_t setup_flags() const noexcept { return parts_.params.flags; }
    [[nodiscard]] std::uint32_t features() const noexcept { return parts_.params.features; }
    [[nodiscard]] bool has_registered_fd() const noexcept {
        return parts_.registered_fd.has_value();
    }
    [[nodiscard]] int fd() const noexcept { return parts_.core ? parts_.core->fd() : -1; }
    [[nodiscard]] std::uint32_t sq_space() const noexcept {
        return open() ? parts_.core->sq().space() : 0;
    }
    [[nodiscard]] std::uint32_t sq_size() const noexcept { return parts_.core->sq().size(); }
    [[nodiscard]] std::uint32_t cq_size() const noexcept { return cq_.size(); }
    [[nodiscard]] std::uint32_t ready() const noexcept { return open() ? cq_.ready() : 0; }
    /// Requests pushed whose last completion was not read yet.
    [[nodiscard]] std::uint64_t in_flight() const noexcept { return parts_.core->in_flight(); }
    /// Completions wait in the kernel because the queue was full; submit() fetches them (OVF-06).
    [[nodiscard]] bool overflowed() const noexcept {
        return open() && (parts_.core->sq().flags() & abi::ioring_sq_cq_overflow) != 0;
    }
    [[nodiscard]] Kernel& kernel() const noexcept { return parts_.core->kernel(); }
    /// What groups and receivers share with this ring.
    [[nodiscard]] const std::shared_ptr<ring_core<Kernel>>& core() const noexcept {
        return parts_.core;
    }

private:
    template <class Before>
    struct drained {
        ~drained() {
            before();
            ring.cq_.advance(count);
        }
        uring& ring;
        Before& before;
        std::uint32_t count = 0;
    };

    explicit uring(detail::ring_parts<Kernel>&& parts)
        : parts_(std::move(parts)),
          cq_(parts_.core->kernel().memory(), parts_.ring.bytes(), parts_.params) {
        parts_.core->sq() =
            submission_queue<memory_type>(parts_.core->kernel().memory(), parts_.ring.bytes(),
                                          parts_.requests.bytes(), parts_.params);
    }

    [[nodiscard]] bool open() const noexcept { return parts_.core && parts_.core->open(); }
    [[nodiscard]] bool polled() const noexcept {
        return (parts_.params.flags & abi::ioring_setup_sqpoll) != 0;
    }
    [[nodiscard]] bool kernel_has_work() const noexcept {
        constexpr std::uint32_t work = abi::ioring_sq_cq_overflow | abi::ioring_sq_taskrun;
        return (parts_.core->sq().flags() & work) != 0;
    }
    /// How often the kernel's thread is asked how far it is, before all in line are started.
    static constexpr unsigned looks_at_thread = 16;
    result<unsigned> enter(unsigned count, const abi::kernel_timespec* limit);
    void shut();
    void give_up() noexcept;
    result<unsigned> call(unsigned submit, unsigned wait, std::uint32_t flags,
                          const abi::kernel_timespec* limit);

    detail::ring_parts<Kernel> parts_;
    completion_queue<memory_type> cq_;
};

}  // namespace ringproof

#include <ringproof/uring_enter.hpp>
