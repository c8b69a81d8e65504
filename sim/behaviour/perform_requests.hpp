#pragma once
// Statements on the two queues: requests with every field open, submission, completions.

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include "sim/behaviour/perform.hpp"
#include "sim/behaviour/request_words.hpp"

namespace ringproof::sim {

/// Calls that need no queue.
template <world World>
std::string performer<World>::show_call(const statement& it) {
    switch (it.form->what) {
        case verb::enable:
            return describe_result(
                ring_->register_with(abi::ioring_register_enable_rings, nullptr, 0));
        case verb::feature:
            return (ring_->params.features >> it.counts[0] & 1U) != 0 ? "yes" : "no";
        case verb::ring_close:
            return describe_result(ring_->close());
        case verb::ring_unmap:
            return describe_result(ring_->unmap());
        default: {
            const int on = it.form->what == verb::opcode_on ? file(it) : ring_->fd;
            abi::io_uring_buf_reg wanted{};
            return describe_result(plain(
                kernel().register_(on, static_cast<std::uint32_t>(it.counts[0]), &wanted, 1)));
        }
    }
}

template <world World>
std::string performer<World>::show_queue(const statement& it) {
    switch (it.form->what) {
        case verb::request:
            return stage(it);
        case verb::submit:
            return describe_result(ring_->submit());
        case verb::enter:
            return describe_result(ring_->enter(static_cast<std::uint32_t>(it.number("submit")),
                                                static_cast<std::uint32_t>(it.number("wait")),
                                                static_cast<std::uint32_t>(it.number("flags"))));
        case verb::flags:
            return describe_flags(ring_->word(ring_->params.sq_off.flags));
        case verb::lost:
            return std::to_string(ring_->word(ring_->params.cq_off.overflow));
        default:
            return completions(it);
    }
}

template <world World>
std::string performer<World>::completions(const statement& it) {
    if (it.form->what == verb::run) {
        if (it.counts.empty()) {
            (void)ring_->submit();
            (void)ring_->enter(0, 0, abi::ioring_enter_getevents);
        } else {
            (void)ring_->wait(static_cast<std::uint32_t>(it.counts[0]));
        }
    }
    std::vector<abi::io_uring_cqe> taken = ring_->take();
    if (it.form->what == verb::run) wait_for_due(it, taken);
    return describe(taken, it.has("any"));
}

/// A slow machine may not have come round to what is expected. What comes too late for this is
/// taken for never.
template <world World>
void performer<World>::wait_for_due(const statement& it, std::vector<abi::io_uring_cqe>& taken) {
    const auto due = it.expected ? std::ranges::count(it.expected->usual, '{') : 0;
    for (int patience = 20; std::ssize(taken) < due && patience > 0; --patience) {
        world().pass(std::chrono::milliseconds(1));
        (void)ring_->enter(0, 0, abi::ioring_enter_getevents);
        std::ranges::copy(ring_->take(), std::back_inserter(taken));
    }
}

template <world World>
std::string performer<World>::stage(const statement& it) {
    const bool on_file = it.form->positional.starts_with('f');
    auto& sqe = ring_->stage(it.form->opcode, on_file ? file(it) : -1, it.number("user", 1));
    sqe.flags = static_cast<std::uint8_t>(detail::bits_in(it, detail::sqe_flag_words) |
                                          it.number("sqe_flags"));
    sqe.ioprio =
        static_cast<std::uint16_t>(detail::bits_in(it, detail::ioprio_words) | it.number("ioprio"));
    if (it.form->positional == "fn") {
        shape(it, sqe);
    } else {
        shape_other(it, sqe);
    }
    return "0";
}

/// Requests that select a buffer of the group that they name, unless `no_select` says otherwise.
template <world World>
void performer<World>::shape(const statement& it, abi::io_uring_sqe& sqe) {
    raw_group_memory& from = group(it.counts[0]);
    if (!it.has("no_select")) {
        sqe.flags |= abi::iosqe_buffer_select;
        sqe.buf_index = static_cast<std::uint16_t>(it.counts[0]);
    }
    const bool reads = it.form->name.starts_with("read");
    sqe.op_flags = reads ? (it.has("nowait") ? 0x8U : 0U)  // RWF_NOWAIT
                         : detail::bits_in(it, detail::message_words);
    sqe.off = it.number("off", reads ? ~std::uint64_t{0} : 0);
    sqe.len = static_cast<std::uint32_t>(it.number("len"));
    sqe.file_index = static_cast<std::uint32_t>(it.number("total"));
    if (it.has("addr") || it.has("no_select")) {
        sqe.addr = place(it, address_of(from.buffer(0).data()));
    }
    if (sqe.opcode == abi::ioring_op_recvmsg || sqe.opcode == abi::ioring_op_readv) {
        shape_message(it, sqe);
    }
}

/// One iovec that says how much is wanted, or as many as were asked for; a header around them.
template <world World>
void performer<World>::shape_message(const statement& it, abi::io_uring_sqe& sqe) {
    message& made = messages_.emplace_back();
    made.parts.resize(it.number("iovecs", 1));
    for (iovec& part : made.parts) part.iov_len = it.number("len");
    made.name.resize(it.number("name"));
    made.control.resize(it.number("control"));
    if (sqe.opcode == abi::ioring_op_readv) {
        sqe.addr = address_of(made.parts.data());
        sqe.len = static_cast<std::uint32_t>(made.parts.size());
        return;
    }
    made.header.msg_iov = made.parts.data();
    made.header.msg_iovlen = made.parts.size();
    made.header.msg_name = made.name.data();
    made.header.msg_namelen = static_cast<socklen_t>(made.name.size());
    made.header.msg_control = made.control.data();
    made.header.msg_controllen = made.control.size();
    sqe.addr = address_of(&made.header);
    sqe.len = 1;
}

template <world World>
void performer<World>::shape_other(const statement& it, abi::io_uring_sqe& sqe) {
    const auto number = [&](std::string_view name, std::uint64_t otherwise = 0) {
        return static_cast<std::uint32_t>(it.number(name, otherwise));
    };
    switch (sqe.opcode) {
        case abi::ioring_op_nop:
            if (it.form->name == "nop") break;
            sqe.opcode = static_cast<std::uint8_t>(it.counts[0]);
            sqe.fd = static_cast<int>(number("fd", ~0U));
            sqe.addr = place(it, 0);
            sqe.off = it.number("off");
            sqe.len = number("len");
            sqe.op_flags = number("op_flags");
            sqe.buf_index = static_cast<std::uint16_t>(number("group"));
            break;
        case abi::ioring_op_async_cancel:
            sqe.addr = it.counts[0];
            sqe.op_flags = number("op_flags");
            break;
        case abi::ioring_op_timeout: {
            auto& time = times_.emplace_back();
            time.tv_nsec = static_cast<std::int64_t>(it.counts[0] * 1000);
            sqe.addr = address_of(&time);
            sqe.len = 1;
            break;
        }
        case abi::ioring_op_shutdown:
            sqe.len = number("how");
            break;
        case abi::ioring_op_accept:  // which has a bit of its own for this
            sqe.ioprio = it.has("multishot") ? abi::ioring_accept_multishot : std::uint16_t{0};
            break;
        case abi::ioring_op_provide_buffers: {
            const std::uint64_t bid = it.number("bid");
            sqe.fd = static_cast<int>(number("count", 1));
            sqe.addr = place(it, address_of(group(it.counts[0]).buffer(bid).data()));
            sqe.len = number("len", 64);
            sqe.off = bid;
            sqe.buf_index = static_cast<std::uint16_t>(it.counts[0]);
            break;
        }
        case abi::ioring_op_remove_buffers:
            sqe.fd = static_cast<int>(number("count", 1));
            sqe.buf_index = static_cast<std::uint16_t>(it.counts[0]);
            break;
        default:
            break;
    }
    if (it.has("group") && it.form->name == "nop") {
        sqe.flags |= abi::iosqe_buffer_select;
        sqe.buf_index = static_cast<std::uint16_t>(it.number("group"));
    }
}

}  // namespace ringproof::sim
