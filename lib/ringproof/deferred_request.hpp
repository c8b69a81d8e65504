#pragma once
// Requests that wait for their chance: for a free buffer, or for room in the submission queue. A
// list of them costs no allocation, and whoever goes away takes itself off the list.

#include <cstddef>
#include <cstdint>

namespace ringproof {

class deferred_list;

/// A place in at most one list. The owner derives from it; it does not move while it lives.
class deferred_request {
public:
    /// Tries to queue the request; false when it has to stay in line: mostly because the submission
    /// queue is full. `undecided` is what run() was told.
    using attempt = bool (*)(deferred_request& self, std::uint32_t undecided) noexcept;

    explicit deferred_request(attempt try_now) noexcept : try_now_(try_now) {}
    deferred_request(const deferred_request&) = delete;
    deferred_request& operator=(const deferred_request&) = delete;
    ~deferred_request() { unlink(); }

    [[nodiscard]] bool waiting() const noexcept { return next_ != this; }

    /// Leaves its list, if it is in one.
    void unlink() noexcept {
        next_->previous_ = previous_;
        previous_->next_ = next_;
        next_ = previous_ = this;
    }

private:
    friend class deferred_list;

    attempt try_now_;
    deferred_request* next_ = this;
    deferred_request* previous_ = this;
};

/// First in, first out.
class deferred_list {
public:
    [[nodiscard]] bool empty() const noexcept { return !anchor_.waiting(); }

    void push_back(deferred_request& node) noexcept {
        node.unlink();
        node.previous_ = anchor_.previous_;
        node.next_ = &anchor_;
        anchor_.previous_->next_ = &node;
        anchor_.previous_ = &node;
    }

    /// Instead of a number of requests: nobody can tell.
    static constexpr std::uint32_t unknown = ~std::uint32_t{0};

    /// Tries the requests in order until one has to stay; that one stays first.
    /// \param undecided  requests that the kernel has not taken, and completions that nobody has
    ///     read: each may be about a buffer that counts as free
    void run(std::uint32_t undecided) noexcept {
        while (!empty() && run_first(undecided)) continue;
    }

    /// Tries the first one; false if it has to stay. \pre !empty()
    bool run_first(std::uint32_t undecided) noexcept {
        deferred_request& first = *anchor_.next_;
        if (!first.try_now_(first, undecided)) return false;
        first.unlink();
        return true;
    }

    /// Takes all out: none will be tried again.
    void clear() noexcept {
        while (!empty()) anchor_.next_->unlink();
    }

    /// Moves everything to the end of another list.
    void move_to(deferred_list& other) noexcept {
        while (!empty()) other.push_back(*anchor_.next_);
    }

private:
    deferred_request anchor_{[](deferred_request&, std::uint32_t) noexcept { return false; }};
};

}  // namespace ringproof
