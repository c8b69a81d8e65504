#pragma once
// What raw_server remembers of each connection.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include <ringproof/ids.hpp>

namespace ringproof::field {

/// Bytes that were heard and not sent back yet, in a buffer that is held so long.
struct held_part {
    buffer_id id;
    std::span<const std::byte> bytes;
    bool last = true;  ///< of its buffer, which can go back then
};

struct connection {
    int fd = -1;
    bool armed = false;
    bool over = false;     // the peer will send no more
    bool sending = false;  // one send is in flight
    bool saw_zero = false;
    std::deque<held_part> output;
    std::size_t sent = 0;     // of the first part
    std::uint64_t heard = 0;  // bytes; for exercises that count
    bool tried = false;       // for one that looks before it waits
    bool paused = false;      // for one that stops listening
};

}  // namespace ringproof::field
