#pragma once
// What peers do to their ends of connections, on either kernel. A peer is a number; what stands
// behind it, a socket or a file inside the model, only the implementation knows.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <ringproof/error.hpp>

#include "sim/world.hpp"

namespace ringproof::sim {

/// Nothing here blocks. Errors are errno: EAGAIN where a call would have to wait.
class far_ends {
public:
    /// Connects to the listener; EAGAIN while its backlog is full.
    virtual result<void> connect(std::uint32_t peer, std::uint32_t listener) = 0;
    /// Bytes taken; of a datagram socket all or none. EPIPE and ECONNRESET when nobody reads.
    virtual result<std::size_t> send(std::uint32_t peer, std::span<const std::byte> bytes) = 0;
    /// Bytes that came; 0 at the end. ECONNRESET, EPIPE.
    virtual result<std::size_t> receive(std::uint32_t peer, std::span<std::byte> into) = 0;
    /// Will send no more.
    virtual result<void> finish(std::uint32_t peer) = 0;
    /// Is gone at once, with a TCP reset where there is TCP.
    virtual result<void> reset(std::uint32_t peer) = 0;
    /// Closes its end and is forgotten.
    virtual void leave(std::uint32_t peer) = 0;
    /// What the application heard last about that connection; empty when nobody can know.
    [[nodiscard]] virtual std::string last_word(std::uint32_t) const { return {}; }
    /// Its waiters wake up and find nothing. Where that cannot be done nothing happens.
    virtual void wake_for_nothing(std::uint32_t peer) = 0;

protected:
    ~far_ends() = default;
};

}  // namespace ringproof::sim
