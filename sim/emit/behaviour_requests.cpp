// A behaviour's requests and completions in C: submission entries with every field that is set.

#include <fmt/format.h>

#include <algorithm>

#include <ringproof/abi_constants.hpp>

#include "sim/behaviour/request_words.hpp"
#include "sim/emit/behaviour_writer.hpp"
#include "sim/emit/seen_text.hpp"
#include "sim/emit/sqe_text.hpp"

namespace ringproof::sim::emitting {

namespace {

std::uint64_t word32(const statement& it, std::string_view name, std::uint64_t otherwise = 0) {
    return it.number(name, otherwise) & 0xffff'ffffU;
}

/// One vector that says how much is wanted, or as many as were asked for.
std::string vectors(const statement& it) {
    const std::uint64_t count = it.number("iovecs", 1);
    const std::string one = fmt::format("{{ .iov_len = {} }}", unsigned_in_c(it.number("len")));
    if (count == 0) return "NULL";
    if (count == 1) return fmt::format("&(struct iovec){}", one);
    return fmt::format("(struct iovec[{}]){{ [0 ... {}] = {} }}", count, count - 1, one);
}

/// A header around them, with areas for a name and for control data.
std::string message(const statement& it) {
    const std::uint64_t count = it.number("iovecs", 1);
    sqe_fields header;
    if (count > 0) header.set("msg_iov", vectors(it));  // else NULL, as all that is left out
    header.set("msg_iovlen", count);
    const auto area = [&](std::string_view pointer, std::string_view length, std::uint64_t size) {
        if (size == 0) return;
        header.set(pointer, fmt::format("(char[{}]){{ 0 }}", size));
        header.set(length, size);
    };
    area("msg_name", "msg_namelen", it.number("name"));
    area("msg_control", "msg_controllen", it.number("control"));
    const std::string& fields = header.text();
    return fmt::format("ptr(&(struct msghdr){{ {} }})", fields.empty() ? "0" : fields);
}

void set_other(const statement& it, sqe_fields& sqe) {
    const std::string_view name = it.form->name;
    if (name == "cancel") {
        sqe.set("addr", it.counts[0]);
        sqe.set("cancel_flags", word32(it, "op_flags"));
    } else if (name == "timeout") {
        sqe.set("addr",
                fmt::format("ptr((int64_t[]){{ 0, {} }})", (it.counts[0] & 0xffff'ffffU) * 1000));
        sqe.set("len", "1");
    } else if (name == "shutdown") {
        sqe.set("len", word32(it, "how"));
    } else if (name == "remove") {
        sqe.set("buf_group", it.counts[0] & 0xffffU);
    } else if (name == "sqe") {
        sqe.set("off", it.number("off"));
        sqe.set("len", word32(it, "len"));
        sqe.set("rw_flags", word32(it, "op_flags"));
    }
    if (it.has("group")) sqe.set("buf_group", it.number("group") & 0xffffU);
}

}  // namespace

std::string behaviour_writer::request(const statement& it) {
    constexpr std::uint64_t area_most = 65536;
    const std::string_view name = it.form->name;
    const bool counted = name == "provide" || name == "remove";
    const bool in_vectors = name == "recvmsg" || name == "readv";
    if (in_vectors && it.by != doer::program) return "has a message in another task";
    if (std::max({it.number("iovecs"), it.number("name"), it.number("control")}) > area_most) {
        return "has a message that is too large";
    }
    const bool any = name == "sqe";
    const auto opcode = static_cast<std::uint8_t>(any ? it.counts[0] : it.form->opcode);
    sqe_fields sqe;
    sqe.set("opcode", opcode_in_c(opcode));
    if (it.form->positional.starts_with('f')) {
        sqe.set("fd", "fd_" + it.words[0]);
    } else {
        const auto fd =
            static_cast<std::int32_t>(counted ? word32(it, "count", 1) : word32(it, "fd", ~0U));
        sqe.set("fd", std::to_string(fd));
    }
    sqe.set("user_data", it.number("user", 1));
    const bool selecting = it.form->positional == "fn";
    const bool selects = selecting ? !it.has("no_select") : name == "nop" && it.has("group");
    sqe.set("flags",
            sqe_flags_in_c(static_cast<std::uint8_t>(detail::bits_in(it, detail::sqe_flag_words) |
                                                     it.number("sqe_flags") |
                                                     (selects ? abi::iosqe_buffer_select : 0U))));
    const bool accepts = opcode == abi::ioring_op_accept && it.has("multishot");
    const std::uint64_t priority = accepts
        ? abi::ioring_accept_multishot
        : detail::bits_in(it, detail::ioprio_words) | it.number("ioprio");
    sqe.set("ioprio", ioprio_in_c(opcode, static_cast<std::uint16_t>(priority)));
    if (selecting) {
        shape(it, sqe);
    } else if (name == "provide") {
        sqe.set("addr", fmt::format("ptr({})", place(it, buffer(it.counts[0], it.number("bid")))));
        sqe.set("len", word32(it, "len", 64));
        sqe.set("off", it.number("bid"));
        sqe.set("buf_group", it.counts[0] & 0xffffU);
    } else {
        if (any && it.has("addr")) {
            sqe.set("addr", fmt::format("ptr({})", place(it, "NULL", true)));
        }
        set_other(it, sqe);
    }
    program_->add(fmt::format("QUEUE({});", sqe.text()));
    return {};
}

/// Requests that select a buffer of the group that they name, unless `no_select` says otherwise.
void behaviour_writer::shape(const statement& it, sqe_fields& sqe) {
    const std::string_view name = it.form->name;
    const bool reads = name.starts_with("read");
    if (!it.has("no_select")) sqe.set("buf_group", it.counts[0] & 0xffffU);
    if (reads) {
        sqe.set("rw_flags", it.has("nowait") ? "RWF_NOWAIT" : "");
    } else {
        sqe.set("msg_flags", message_flags_in_c(detail::bits_in(it, detail::message_words)));
    }
    const std::uint64_t off = it.number("off", reads ? ~std::uint64_t{0} : 0);
    sqe.set("off", off == ~std::uint64_t{0} ? "-1" : unsigned_in_c(off));
    sqe.set("file_index", word32(it, "total"));
    if (name == "readv") {
        sqe.set("addr", fmt::format("ptr({})", vectors(it)));
        sqe.set("len", it.number("iovecs", 1));
    } else if (name == "recvmsg") {
        sqe.set("addr", message(it));
        sqe.set("len", "1");
    } else {
        if (it.has("addr") || it.has("no_select")) {
            sqe.set("addr", fmt::format("ptr({})", place(it, buffer(it.counts[0], 0))));
        }
        sqe.set("len", word32(it, "len"));
    }
}

std::string behaviour_writer::on_queue(const statement& it) {
    switch (it.form->what) {
        case verb::submit:
            return result(it, "submit()");
        case verb::enter:
            return result(
                it,
                fmt::format("enter({}, {}, {})", word32(it, "submit"), word32(it, "wait"),
                            enter_flags_in_c(static_cast<std::uint32_t>(it.number("flags")))));
        case verb::flags:
            return result(it, "*ring.sq.kflags & 7");
        case verb::lost:
            return result(it, "*ring.cq.koverflow");
        default:
            return completions(it);
    }
}

std::string behaviour_writer::completions(const statement& it) {
    const bool sorted = it.has("any");
    std::optional<std::vector<std::string>> right;
    if (it.expected) {
        right = completions_in_c(expected(it), sorted);
        if (!right) return fmt::format("expects {}", expected(it));
    }
    const std::size_t due = right ? right->size() : 0;
    if (it.form->what == verb::seen) {
        program_->add("reap();");
    } else if (it.counts.empty()) {
        program_->add(fmt::format("run({});", due));
    } else {
        program_->add(fmt::format("run_until({}, {});", it.counts[0] & 0xffff'ffffU, due));
    }
    if (!right) return {};
    if (sorted) program_->add("sort_seen();");
    const auto list = [](const std::vector<std::string>& all) {
        return all.empty() ? "NULL, 0" : fmt::format("CQES({})", fmt::join(all, ", "));
    };
    for (const auto& [seen, cause] : known(it)) {
        const auto other = completions_in_c(seen, sorted);
        if (!other) return fmt::format("knows of {}", seen);
        program_->add(fmt::format("if (completed({}))", list(*other)));
        program_->add(fmt::format("\tknown({});", quoted(cause)));
    }
    program_->add(right->empty() ? "expect_nothing();"
                                 : fmt::format("expect_cqes({});", list(*right)));
    return {};
}

}  // namespace ringproof::sim::emitting
