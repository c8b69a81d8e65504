#pragma once
// What the loops of these programs have in common. Each of them is a template on the kernel: main()
// runs it on Linux, and the test beside it on the model too, with peers and faults around it.

#include <cerrno>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

#include <ringproof/receiver.hpp>
#include <ringproof/uring.hpp>

namespace ringproof::examples {

/// What a program makes its ring and its buffers like.
struct sizes {
    uring_options ring = {};
    group_options buffers = {};
};

/// Nothing when all went well, or why a program could not go on: a line for people.
using outcome = std::expected<void, std::string>;

[[nodiscard]] inline std::unexpected<std::string> cannot(std::string_view what,
                                                         const std::error_code& why) {
    return std::unexpected("cannot " + std::string(what) + ": " + why.message());
}

/// For what a program cannot do without: "this kernel lacks bundles, which came with Linux 6.10".
[[nodiscard]] inline std::unexpected<std::string> lacks(std::string_view what,
                                                        std::string_view since) {
    return std::unexpected("this kernel lacks " + std::string(what) + ", which came with Linux " +
                           std::string(since));
}

/// One turn of a loop: submits what was asked for, waits until `count` completions are there, and
/// hands all there are to `use`. False when it was the last one: because nothing can come any more,
/// which Linux never says, or because of a failure, which is in `how` then.
template <kernel Kernel, class Use>
bool turn(uring<Kernel>& ring, buffer_group<Kernel>& pool, unsigned count, outcome& how, Use use) {
    const auto done = ring.submit_and_wait(count);
    for_each_completion(ring, pool, use);
    if (done) return how.has_value();
    // The kernel is short of something, and with the completions taken it may have it again.
    if (is_errno(done.error(), EAGAIN) || is_errno(done.error(), EBUSY)) return how.has_value();
    if (how && !is_errno(done.error(), EDEADLK)) how = cannot("wait", done.error());
    return false;
}

}  // namespace ringproof::examples
