#pragma once
// Legacy buffer groups: requests provide their buffers and take them away again; there is no ring,
// and nothing of it is shared. A selected buffer is off its group's list and belongs to its
// request, until it is put back in front or named in a completion. Rules LEG-*; matches the other
// half of io_uring/kbuf.c.

#include <cstdint>
#include <deque>
#include <map>

namespace ringproof::sim {

struct request;
struct ring_context;
struct selection;

/// Buffers that one request provided, one behind the other, as far as they are still there.
struct legacy_run {
    std::uint64_t address = 0;
    std::uint32_t length = 0;    ///< of each
    std::uint32_t count = 1;     ///< at least one
    std::uint16_t first_id = 0;  ///< ids count up from here (LEG-01)
};

/// The buffers of one group, in the order of their use. Kept as runs: a request provides tens of
/// thousands as easily as one.
class legacy_list {
public:
    [[nodiscard]] bool empty() const noexcept { return runs_.empty(); }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    void append(const legacy_run& added);

    /// Puts one buffer in front of all others.
    void put_back(const legacy_run& buffer);

    /// Takes the first buffer. \pre not empty
    legacy_run take();

    /// Takes up to `count` buffers from the front, and tells how many.
    std::uint32_t remove(std::uint32_t count);

private:
    void shorten_front(std::uint32_t count);

    std::deque<legacy_run> runs_;
    std::uint64_t size_ = 0;
};

/// The legacy groups of one ring, by id. An id has a ring or a list, never both.
using legacy_groups = std::map<std::uint16_t, legacy_list>;

/// Whether the id is that of a legacy group, emptied ones included (UNR-02, UNR-06).
[[nodiscard]] bool is_legacy_group(const ring_context& ring, std::uint32_t group);

/// One buffer, as select_one() in kbuf.hpp.
selection select_legacy(request& asking, std::uint64_t length);

/// One buffer for a bundle or a send, whole, whatever was asked for (BND-18). Other than a ring's
/// it is not used up by being selected.
selection select_legacy_whole(request& asking);

/// Puts the buffer that the request holds back to the front of its group (LEG-02). False if it
/// holds none, or one that stays with it.
bool recycle_legacy(request& holder);

// PROVIDE_BUFFERS and REMOVE_BUFFERS. Preparing answers 0 or -errno.
int prepare_provide(request& fresh);
int prepare_remove(request& fresh);
int provide_buffers(request& providing);
int remove_buffers(request& removing);

}  // namespace ringproof::sim
