#pragma once
// What a completion may say, and when. Invariants I7, I8, I12, I18 and rules CQE-01 to CQE-05,
// ERR-06.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// What the application asked for, as far as completions depend on it.
struct request_shape {
    bool selects = false;      ///< a buffer of `group`
    bool multishot = false;    ///< may complete more than once
    bool send = false;         ///< from the group to the peer
    bool bundle = false;       ///< one completion for several buffers
    bool early = false;        ///< takes its buffer before the transfer (SEL-08, SEL-09, SEL-10)
    bool reads = false;        ///< read(2) or readv(2): a buffer comes with 0 and with errors
    bool incremental = false;  ///< the group's ring
    bool punted = false;       ///< on another thread: it is not known when it selects
    std::uint16_t group = 0;
};

/// Books over requests in flight. Requests are small numbers of the player's choice, and the user
/// data that the kernel brings back is the player's too: a number that was not given, or whose
/// request has ended, is a violation by itself.
class completion_oracle {
public:
    void reset() noexcept {
        for (request& each : requests_) each.live = false;
        groups_.clear();
        live_ = 0;
    }

    void opened(std::size_t group) {
        if (groups_.size() <= group) groups_.resize(group + 1);
        groups_[group] = {};
    }

    /// Gone: from now on -ENOBUFS is the right answer to whatever is armed on it (UNR-03).
    void closed(std::size_t group) { groups_[group].torn = true; }

    void published(std::size_t group, std::uint32_t count) { groups_[group].published += count; }

    void handed_over(std::size_t group, std::uint32_t count) { groups_[group].taken += count; }

    /// Some buffers left the ring without a completion naming them (SND-06).
    void lost_count(std::size_t group) { groups_[group].torn = true; }

    /// The queue was empty and the kernel held nothing back: what comes later, happened later.
    void drained() {
        for (ring& each : groups_) each.published_at_drain = each.published;
    }

    void submitted(std::size_t index, std::uint64_t user, const request_shape& shape) {
        if (requests_.size() <= index) requests_.resize(index + 1);
        request& it = requests_[index];
        it = {.user = user, .shape = shape, .live = true};
        ++live_;
        if (!shape.selects) return;
        ring& its = groups_[shape.group];
        it.published = its.published;
        if (shape.early) ++its.early;
    }

    /// It never reached the kernel after all.
    void withdrawn(std::size_t index) {
        request& it = requests_[index];
        if (!it.live) return;
        it.live = false;
        --live_;
    }

    verdict completed(std::size_t index, std::uint64_t user, std::int32_t res,
                      std::uint32_t flags) {
        if (index >= requests_.size() || requests_[index].user != user || !requests_[index].live) {
            return blame("I8",
                         say("a completion (result ", res, ") for user data ", user,
                             ", whose request has ended"));
        }
        request& it = requests_[index];
        const bool more = (flags & abi::ioring_cqe_f_more) != 0;
        if (auto wrong = flags_of(it.shape, res, flags)) return wrong;
        if (it.shape.selects && res == -ENOBUFS && (flags & abi::ioring_cqe_f_buffer) == 0) {
            if (auto wrong = no_buffers(it, flags)) return wrong;
        }
        if (more) return {};
        it.live = false;
        --live_;
        if (it.shape.selects && it.shape.early) --groups_[it.shape.group].early;
        return {};
    }

    /// Requests of the group that hold buffers nobody sees.
    [[nodiscard]] bool early_in_flight(std::size_t group) const { return groups_[group].early > 0; }

    [[nodiscard]] std::size_t live() const noexcept { return live_; }

    /// After everything was cancelled and drained.
    [[nodiscard]] verdict all_ended() const {
        if (live_ == 0) return {};
        for (const request& each : requests_) {
            if (each.live) {
                return blame("I18", say("the request with user data ", each.user, " never ended"));
            }
        }
        return {};
    }

private:
    struct request {
        std::uint64_t user = 0;
        request_shape shape{};
        bool live = false;
        std::uint64_t published = 0;  // on its group when it was pushed
    };

    struct ring {
        std::uint64_t published = 0;
        std::uint64_t taken = 0;  // as completions have shown, in their order
        std::uint64_t published_at_drain = 0;
        std::uint32_t early = 0;
        bool torn = false;
    };

    static verdict flags_of(const request_shape& shape, std::int32_t res, std::uint32_t flags) {
        const bool buffer = (flags & abi::ioring_cqe_f_buffer) != 0;
        if (!buffer && (flags >> abi::ioring_cqe_buffer_shift) != 0) {
            return blame("I7", say("buffer bits without F_BUFFER: flags ", flags, " (CQE-01)"));
        }
        if (buffer && !shape.selects) {
            return blame("I7", say("F_BUFFER for a request that selects none (result ", res, ")"));
        }
        if (shape.selects && res > 0 && !buffer) {
            return blame("I7", say("a result of ", res, " bytes without F_BUFFER (CQE-03)"));
        }
        if (buffer && res <= 0 && !shape.early && !shape.reads) {
            return blame("I7", say("F_BUFFER with result ", res, " of a receive (ERR-01)"));
        }
        const bool buffer_more = (flags & abi::ioring_cqe_f_buf_more) != 0;
        if (buffer_more && !(buffer && shape.incremental)) {
            return blame("I13", "F_BUF_MORE without a buffer of an incremental ring (CQE-04)");
        }
        if ((flags & abi::ioring_cqe_f_more) == 0) return {};
        if (!shape.multishot && !(shape.send && shape.bundle)) {
            return blame("I8", "F_MORE for a request that completes once (CQE-05)");
        }
        if (shape.selects && res <= 0) {
            return blame("I8",
                         say("F_MORE with result ", res, ", which ends a multishot (MSH-05)"));
        }
        return {};
    }

    /// At the instant of the failure the tail was no older than when the request was pushed, nor,
    /// on this thread, than when the queue was last seen empty; and at most what earlier
    /// completions have shown was taken, but for requests that take early.
    verdict no_buffers(const request& it, std::uint32_t flags) const {
        if ((flags & (abi::ioring_cqe_f_more | abi::ioring_cqe_f_sock_nonempty)) != 0) {
            return blame("I12", say("-ENOBUFS with flags ", flags, " (ERR-06)"));
        }
        const ring& its = groups_[it.shape.group];
        if (its.torn || its.early > (it.shape.early ? 1U : 0U)) return {};
        std::uint64_t visible = it.published;
        if (!it.shape.punted && its.published_at_drain > visible) visible = its.published_at_drain;
        if (its.taken >= visible) return {};
        return blame("I12",
                     say("-ENOBUFS although at least ", visible - its.taken,
                         " buffers were visible and not taken"));
    }

    std::vector<request> requests_;
    std::vector<ring> groups_;
    std::size_t live_ = 0;
};

}  // namespace ringproof::sim
