#pragma once
// The stores of an application that the kernel need not have seen: what it wrote since it last
// called, or last looked at a word that is the kernel's to write. Whatever the kernel does next may
// as well have been done before them, and nobody could tell: an interrupt, or a kernel thread on
// another processor, just then.
//
// The fault `enobufs` is made of it. Receives that become ready in between find no buffer, and when
// the application hears of that, all are back. Who waits for the next return waits for ever. It is
// asked only where a buffer came back since, at the next look or call, before anything is
// submitted. With DEFER_TASKRUN work waits for the call itself (RUN-02), and sees every buffer.

#include <cstdint>
#include <vector>

#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

/// The words that are an application's to write: the tails of its buffer rings and submission
/// queues, the heads of its completion queues; as they are, and as they were at a moment.
class unseen_stores {
public:
    /// That moment is now. \pre they are not taken out
    void start_over(const machine& in);

    /// Whether buffers have been given back since.
    [[nodiscard]] bool has_returns() const noexcept;

    /// Makes memory what it was at that moment. All of the words together: they were stored in some
    /// order, and this is what it was before the first.
    void take_out() noexcept { exchange(); }
    /// Undoes take_out(). \pre none of the words has been written since
    void put_back() noexcept { exchange(); }

private:
    template <class Word>
    struct kept_word {
        Word* where;
        Word value;  // the other one
    };

    void exchange() noexcept;

    std::vector<kept_word<std::uint16_t>> buffer_tails_;
    std::vector<kept_word<std::uint32_t>> queue_ends_;
};

}  // namespace ringproof::sim
