#pragma once
// Statements on files and peers, and which statement is which.

#include <array>
#include <chrono>
#include <expected>
#include <system_error>
#include <utility>

#include "sim/behaviour/perform.hpp"

namespace ringproof::sim {

template <world World>
performer<World>::~performer() {
    ring_.reset();
    for (const std::span<std::byte> each : mappings_) (void)kernel().unmap(each);
}

template <world World>
std::vector<observation> performer<World>::perform(const behaviour& script) {
    std::vector<observation> seen;
    for (const statement& each : script.statements) {
        seen.push_back({&each, show(each)});
        if (ends_script(seen.back())) break;
    }
    return seen;
}

/// What a child does to the performer's books, too, stays in the child.
template <world World>
std::string performer<World>::show(const statement& it) {
    if (it.by == doer::program) return act(it);
    const std::deque<raw_group_memory> kept = groups_;
    const task_kind kind = it.by == doer::child ? task_kind::child : task_kind::thread;
    std::string told = world().in_task(kind, [&] { return act(it); });
    if (kind == task_kind::child) groups_ = kept;
    return told;
}

template <world World>
std::string performer<World>::act(const statement& it) {
    switch (it.form->what) {
        case verb::ring:
            return set_up(it);
        case verb::memlock:
            return describe_result(
                plain(world().limit_locked_memory(it.counts[0] * kernel().page_size())));
        case verb::open:
        case verb::listen:
        case verb::connect:
        case verb::feed:
        case verb::finish:
        case verb::reset:
        case verb::drain:
        case verb::close:
            return show_file(it);
        case verb::pass:
            world().pass(std::chrono::microseconds(it.counts[0]));
            return "0";
        default:
            break;
    }
    if (!ring_) {  // most behaviours are content with the usual ring
        const std::string refused = set_up(it);
        if (refused != "0") return refused;
    }
    switch (it.form->what) {
        case verb::enable:
        case verb::feature:
        case verb::opcode:
        case verb::opcode_on:
        case verb::ring_close:
        case verb::ring_unmap:
            return show_call(it);
        case verb::request:
        case verb::submit:
        case verb::enter:
        case verb::run:
        case verb::seen:
        case verb::flags:
        case verb::lost:
            return ring_->is_mapped() ? show_queue(it) : "no queues";
        default:
            return show_group(it);
    }
}

template <world World>
std::string performer<World>::set_up(const statement& it) {
    constexpr auto known = std::to_array<std::pair<std::string_view, std::uint32_t>>({
        {"coop", abi::ioring_setup_coop_taskrun},
        {"taskrun", abi::ioring_setup_taskrun_flag},
        {"defer", abi::ioring_setup_defer_taskrun | abi::ioring_setup_single_issuer},
        {"single_issuer", abi::ioring_setup_single_issuer},
        {"sqpoll", abi::ioring_setup_sqpoll},
        {"disabled", abi::ioring_setup_r_disabled},
        {"submit_all", abi::ioring_setup_submit_all},
    });
    auto flags = static_cast<std::uint32_t>(it.number("flags"));
    for (const auto& [name, bit] : known) {
        if (it.has(name)) flags |= bit;
    }
    const bool asked = it.form->what == verb::ring;
    const auto entries = static_cast<std::uint32_t>(asked ? it.number("entries", 8) : 8);
    const auto cq = static_cast<std::uint32_t>(asked ? it.number("cq") : 0);
    try {
        ring_.emplace(system_, ring_options{entries, cq, asked ? flags : 0});
    } catch (const std::bad_expected_access<std::error_code>& refused) {
        return describe_result(-refused.error().value());
    }
    return "0";
}

template <world World>
std::string performer<World>::show_file(const statement& it) {
    switch (it.form->what) {
        case verb::open:
        case verb::listen:
            return open(it);
        case verb::connect:
            return describe_result(plain(world().connect(file(it))));
        case verb::feed:
            return feed(it);
        case verb::finish:
            return describe_result(plain(world().finish(file(it))));
        case verb::reset:
            return describe_result(plain(world().reset(file(it))));
        case verb::drain:
            return drain(it);
        default: {
            const int left = plain(world().leave(file(it)));
            if (left > -4096 && left <= -1000) files_[it.words[0]] = left;
            return describe_result(left <= -1000 ? 0 : left);
        }
    }
}

template <world World>
std::string performer<World>::open(const statement& it) {
    constexpr auto kinds = std::to_array<std::string_view>(
        {"tcp", "unix_stream", "udp", "unix_datagram", "pipe", "file"});
    result<int> opened = fail(EOPNOTSUPP);
    if (it.form->what == verb::listen) {
        opened = world().listen();
    } else if (it.words[1] == "write_only") {
        opened = world().open_write_only(channel_kind::file);
    } else if (it.words[1] == "write_end") {
        opened = world().open_write_only(channel_kind::pipe);
    } else if (it.words[1] == "dev_null") {
        opened = world().open_null();
    } else {
        for (unsigned i = 0; i < kinds.size(); ++i) {
            if (it.words[1] == kinds[i]) opened = world().open(static_cast<channel_kind>(i));
        }
    }
    if (!opened) return describe_result(-opened.error().value());
    files_[it.words[0]] = *opened;
    letters_.erase(it.words[0]);
    return describe_result(it.has("nonblock") ? plain(world().set_nonblocking(*opened)) : 0);
}

/// A text as it is given, or the next letters of the alphabet, over and over.
template <world World>
std::string performer<World>::feed(const statement& it) {
    const int fd = file(it);
    std::string bytes;
    if (it.counts.empty()) {
        bytes = it.words[1].substr(1, it.words[1].size() - 2);
    } else {
        std::uint64_t& sent = letters_[it.words[0]];
        const std::uint64_t count = std::min<std::uint64_t>(it.counts[0], 1U << 24U);
        for (std::uint64_t i = 0; i < count; ++i) {
            bytes += static_cast<char>('a' + static_cast<char>(sent++ % 26));
        }
    }
    const int sent = plain(world().send(fd, std::as_bytes(std::span(bytes))));
    if constexpr (requires { world().settle(); }) world().settle();
    const bool all = sent >= 0 && static_cast<std::size_t>(sent) == bytes.size();
    return all ? "0" : describe_result(sent);
}

template <world World>
std::string performer<World>::drain(const statement& it) {
    std::array<std::byte, 4096> into{};
    std::int64_t all = 0;
    for (;;) {
        const int got = plain(world().receive(file(it), into));
        if (got == -EAGAIN || got == 0) return describe_result(all);
        if (got < 0) return describe_result(got);
        all += got;
    }
}

}  // namespace ringproof::sim
