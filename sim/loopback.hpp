#pragma once
// Where the Linux side of worlds meets its peers: 127.0.0.1.

#include <netinet/in.h>

#include <cstdint>

namespace ringproof::sim {

/// That port of 127.0.0.1; 0: any that is free.
[[nodiscard]] inline sockaddr_in loopback(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace ringproof::sim
