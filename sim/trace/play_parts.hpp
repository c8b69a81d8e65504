#pragma once
// What a player keeps about the things in a trace: compact records in tables that live from case to
// case, so that playing does not allocate once they have grown.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <ringproof/buffer_group.hpp>
#include <ringproof/receiver.hpp>
#include <ringproof/send_group.hpp>

#include "sim/trace/op.hpp"
#include "sim/world.hpp"

namespace ringproof::sim::playing {

inline constexpr std::uint16_t nothing = 0xffff;
inline constexpr std::size_t channels_most = 16;
inline constexpr std::size_t groups_most = 16;
inline constexpr std::size_t requests_most = 8192;
inline constexpr std::uint32_t send_most = 16384;                     // bytes of one send
inline constexpr std::uint64_t churn_most = std::uint64_t{1} << 18U;  // bytes on their way
inline constexpr std::size_t slab_most = std::size_t{16} << 20U;
/// What a recvmsg header makes of each buffer: an address as long as IPv4's, no control data.
// A multishot that completes more often than its kernel retries at once (MSH-08) waits again
// without asking for the end of the stream, and may miss it.
inline constexpr std::uint32_t parts_sure = 32;
inline constexpr std::uint32_t name_area = sizeof(sockaddr_in);
/// Fills buffers before they go to the kernel; whatever else is found outside a result is wrong.
inline constexpr std::byte poison{0xeb};

/// One descriptor of the application with its peer.
template <class Kernel>
struct channel {
    int fd = -1;
    channel_kind kind = channel_kind::tcp;
    bool open = false;                  // the application has not closed it
    bool finished = false;              // the peer will send no more
    bool lossy = false;                 // the peer was reset: what is on its way may be lost
    bool send_lossy = false;            // a send failed: what arrived of it is not known
    bool registered = false;            // in the file slot of its own number
    bool served = false;                // a receive on it has ended before
    bool unordered = false;             // its one receive must be alone
    std::uint16_t receives = 0;         // in flight
    std::uint16_t sends = 0;            // in flight: 0 or 1
    std::uint16_t receiving = nothing;  // the request of its receiver
    bool end_unsure = false;            // who receives may miss the end (MSH-08, MSH-15)
    bool dismissed = false;             // its receiver was told to end
    std::unique_ptr<receiver<Kernel>> machine;

    [[nodiscard]] bool busy() const noexcept { return receives + sends > 0 || machine != nullptr; }
};

/// One buffer group, for receiving or for sending.
template <class Kernel>
struct group {
    std::optional<buffer_group<Kernel>> buffers;
    std::optional<send_group<Kernel>> sending;
    bool open = false;
    bool incremental = false;
    // With min_left a bundle's first transfer may leave the end of its buffer out and go on in the
    // next, and its completion does not tell.
    bool leaves_gaps = false;
    bool alone = false;  // its one request must be alone
    bool torn = false;   // the kernel may have buffers that nobody named (SND-06)
    std::uint32_t entries = 0;
    std::uint32_t size = 0;      // of each buffer
    std::uint16_t tail = 0;      // published, as far as the oracles know
    std::uint32_t requests = 0;  // in flight with this group's id
    std::uint32_t leases = 0;    // held by the application

    [[nodiscard]] group_core<Kernel>& core() { return buffers->core(); }
};

/// One request in flight.
struct request {
    std::uint64_t user = 0;
    op_kind kind = op_kind::nop;
    bool live = false;
    bool receives = false;
    bool bundle = false;
    bool early = false;  // takes its buffer before the transfer
    bool multishot = false;
    bool limited = false;    // a multishot with a total
    std::uint8_t asked = 0;  // modifiers of its operation
    std::uint16_t channel = nothing;
    std::uint16_t group = nothing;
    std::uint32_t limit = 0;      // bytes of one transfer
    std::uint32_t committed = 0;  // incremental: bytes used up whatever the result is
    std::uint32_t offered = 0;    // bytes of a send
    std::uint32_t parts = 0;      // completions so far
};

/// Memory that a request points to.
struct request_memory {
    msghdr header{};
    iovec vector{};
    sockaddr_storage name{};
    abi::kernel_timespec time{};
};

/// A lease that the application holds.
template <class Kernel>
struct holding {
    buffer_lease<Kernel> lease;
    std::uint16_t group = nothing;
    std::uint64_t sample = 0;  // its first bytes when it was taken
};

/// A list of small numbers in the order in which they came: what handles count in.
class live_list {
public:
    void clear() noexcept { items_.clear(); }
    void add(std::uint16_t item) { items_.push_back(item); }
    void remove(std::uint16_t item) noexcept {
        const auto at = std::ranges::find(items_, item);
        if (at != items_.end()) items_.erase(at);
    }
    /// The item a handle means; `nothing` when there is none.
    [[nodiscard]] std::uint16_t pick(std::uint32_t handle) const noexcept {
        return items_.empty() ? nothing : items_[handle % items_.size()];
    }
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    [[nodiscard]] auto begin() const noexcept { return items_.begin(); }
    [[nodiscard]] auto end() const noexcept { return items_.end(); }

private:
    std::vector<std::uint16_t> items_;
};

}  // namespace ringproof::sim::playing
