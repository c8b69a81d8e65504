#pragma once
// A sink for datagrams. One request stays armed and puts each message that comes into a buffer of
// its own, behind a header that tells who sent it and how long it was.

#include <cerrno>
#include <cstdint>
#include <span>
#include <sys/socket.h>

#include <ringproof/message.hpp>

#include "tests/examples/loop.hpp"

namespace ringproof::examples {

/// Hands messages to `use(const message&)`, each of them for as long as the call lasts, until there
/// were `most`; until nothing can come any more, if it is 0. What a buffer has no room for is cut
/// off, which the message says. Linux 6.0.
template <kernel Kernel, class Use>
outcome sink_datagrams(Kernel& kernel, int socket, const sizes& with, std::uint64_t most, Use use) {
    auto ring = uring<Kernel>::create(kernel, with.ring);
    if (!ring) return cannot("make a ring", ring.error());
    auto pool = buffer_group<Kernel>::create(*ring, group_id{1}, with.buffers);
    if (!pool) return cannot("make a ring of buffers", pool.error());

    // Of this header only two sizes count: what is kept free for names and for control data.
    msghdr areas{};
    areas.msg_namelen = sizeof(sockaddr_storage);
    receiver<Kernel> input(*ring, *pool, socket, user_data{1},
                           {.kind = receive_kind::recvmsg, .header = &areas, .messages = true});
    input.arm().value();

    outcome how;
    std::uint64_t seen = 0;
    const auto enough = [&] { return most != 0 && seen >= most; };
    const auto take = [&](const completion& done) {
        const reception<Kernel> came = input.on(done);
        if (came.error) how = cannot("receive", came.error);
        if (is_errno(came.error, EINVAL)) how = lacks("multishot receives", "6.0");
        for (const std::span<std::byte> bytes : came.data) {
            const auto one = parse_message(bytes, areas.msg_namelen, areas.msg_controllen);
            if (!one) how = cannot("read a message's header", one.error());
            if (!one || enough()) continue;
            use(*one);
            ++seen;
        }  // here the buffer goes back
    };
    while (!enough() && turn(*ring, *pool, 1, how, take)) {
    }
    return how;
}

}  // namespace ringproof::examples
