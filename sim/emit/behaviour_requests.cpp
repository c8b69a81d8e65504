// A behaviour's requests and completions in C: submission entries with every field that is set.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim/emit/behaviour_writer.hpp"
#include "sim/emit/seen_text.hpp"

namespace ringproof::sim::emitting {

namespace {

using word_table = std::pair<std::string_view, std::string_view>;

constexpr auto opcodes = std::to_array<word_table>({
    {"recv", "IORING_OP_RECV"},
    {"recvmsg", "IORING_OP_RECVMSG"},
    {"read", "IORING_OP_READ"},
    {"readv", "IORING_OP_READV"},
    {"read_multishot", "IORING_OP_READ_MULTISHOT"},
    {"send", "IORING_OP_SEND"},
    {"sendmsg", "IORING_OP_SENDMSG"},
    {"nop", "IORING_OP_NOP"},
    {"cancel", "IORING_OP_ASYNC_CANCEL"},
    {"timeout", "IORING_OP_TIMEOUT"},
    {"shutdown", "IORING_OP_SHUTDOWN"},
    {"accept", "IORING_OP_ACCEPT"},
    {"provide", "IORING_OP_PROVIDE_BUFFERS"},
    {"remove", "IORING_OP_REMOVE_BUFFERS"},
});

constexpr auto sqe_flags = std::to_array<word_table>({
    {"async", "IOSQE_ASYNC"},
    {"link", "IOSQE_IO_LINK"},
    {"drain", "IOSQE_IO_DRAIN"},
    {"skip", "IOSQE_CQE_SKIP_SUCCESS"},
    {"fixed", "IOSQE_FIXED_FILE"},
});

constexpr auto ioprio = std::to_array<word_table>({
    {"multishot", "IORING_RECV_MULTISHOT"},
    {"bundle", "IORING_RECVSEND_BUNDLE"},
    {"poll_first", "IORING_RECVSEND_POLL_FIRST"},
});

constexpr auto message_flags = std::to_array<word_table>({
    {"waitall", "MSG_WAITALL"},
    {"dontwait", "MSG_DONTWAIT"},
    {"peek", "MSG_PEEK"},
    {"trunc", "MSG_TRUNC"},
});

/// The initializer of a submission queue entry, field by field; what is 0 is left out.
class sqe_fields {
public:
    void set(std::string_view name, std::string_view value) {
        if (value.empty() || value == "0") return;
        text_ += fmt::format("{}.{} = {}", text_.empty() ? "" : ", ", name, value);
    }
    void set(std::string_view name, std::uint64_t value) { set(name, unsigned_in_c(value)); }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

std::string bits(const statement& it, std::span<const word_table> table, std::uint64_t more = 0,
                 std::string_view also = {}) {
    std::string text(also);
    for (const auto& [word, name] : table) {
        if (it.has(word)) text += fmt::format("{}{}", text.empty() ? "" : " | ", name);
    }
    if (more != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : " | ", more);
    return text;
}

std::uint64_t word32(const statement& it, std::string_view name, std::uint64_t otherwise = 0) {
    return it.number(name, otherwise) & 0xffff'ffffU;
}

/// One vector that says how much is wanted, or as many as were asked for.
std::string vectors(const statement& it, std::uint64_t count) {
    const std::string one = fmt::format("{{ .iov_len = {} }}", unsigned_in_c(it.number("len")));
    if (count == 0) return "NULL";
    if (count == 1) return fmt::format("&(struct iovec){}", one);
    return fmt::format("(struct iovec[{}]){{ [0 ... {}] = {} }}", count, count - 1, one);
}

/// A header around them, with areas for a name and for control data.
std::string message(const statement& it, std::uint64_t count) {
    sqe_fields header;
    if (count > 0) header.set("msg_iov", vectors(it, count));  // else NULL, as all that is left out
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
    const bool selects = it.form->positional == "fn";
    const bool on_descriptor = it.form->positional.starts_with('f');
    const bool in_vectors = name == "recvmsg" || name == "readv";
    const std::uint64_t count = it.number("iovecs", 1);
    if (in_vectors && it.by != doer::program) return "has a message in another task";
    if (count > area_most || it.number("name") > area_most || it.number("control") > area_most) {
        return "has a message that is too large";
    }

    sqe_fields sqe;
    if (name == "sqe") {
        sqe.set("opcode", it.counts[0] & 0xffU);
    } else {
        for (const auto& [word, opcode] : opcodes) {
            if (word == name) sqe.set("opcode", opcode);
        }
    }
    if (on_descriptor) {
        sqe.set("fd", "fd_" + it.words[0]);
    } else if (name == "provide" || name == "remove") {
        sqe.set("fd", std::to_string(static_cast<std::int32_t>(word32(it, "count", 1))));
    } else {
        sqe.set("fd", std::to_string(static_cast<std::int32_t>(word32(it, "fd", ~0U))));
    }
    sqe.set("user_data", it.number("user", 1));
    const bool selected = (selects && !it.has("no_select")) || (name == "nop" && it.has("group"));
    sqe.set(
        "flags",
        bits(it, sqe_flags, it.number("sqe_flags") & 0xffU, selected ? "IOSQE_BUFFER_SELECT" : ""));
    if (selects && !it.has("no_select")) sqe.set("buf_group", it.counts[0] & 0xffffU);
    sqe.set("ioprio",
            name == "accept" && it.has("multishot")
                ? "IORING_ACCEPT_MULTISHOT"
                : bits(it, ioprio, it.number("ioprio") & 0xffffU));
    if (selects) {
        const bool reads = name.starts_with("read");
        if (reads) sqe.set("rw_flags", it.has("nowait") ? "RWF_NOWAIT" : "");
        if (!reads) sqe.set("msg_flags", bits(it, message_flags));
        const std::uint64_t off = it.number("off", reads ? ~std::uint64_t{0} : 0);
        sqe.set("off", off == ~std::uint64_t{0} ? "-1" : unsigned_in_c(off));
        if (in_vectors) {
            sqe.set("addr",
                    name == "readv" ? fmt::format("ptr({})", vectors(it, count))
                                    : message(it, count));
            sqe.set("len", name == "readv" ? count : 1);
        } else {
            if (it.has("addr") || it.has("no_select")) {
                const std::string own = buffer(it.counts[0], 0);
                sqe.set("addr", fmt::format("ptr({})", place(it, own)));
            }
            sqe.set("len", word32(it, "len"));
        }
        sqe.set("file_index", word32(it, "total"));
    } else if (name == "provide") {
        const std::uint64_t id = it.number("bid");
        sqe.set("addr", fmt::format("ptr({})", place(it, buffer(it.counts[0], id))));
        sqe.set("len", word32(it, "len", 64));
        sqe.set("off", id);
        sqe.set("buf_group", it.counts[0] & 0xffffU);
    } else {
        if (name == "sqe" && it.has("addr")) {
            sqe.set("addr", fmt::format("ptr({})", place(it, "NULL", true)));
        }
        set_other(it, sqe);
    }
    program_->add(fmt::format("QUEUE({});", sqe.text()));
    return {};
}

std::string behaviour_writer::on_queue(const statement& it) {
    switch (it.form->what) {
        case verb::submit:
            return result(it, "submit()");
        case verb::enter:
            return result(it,
                          fmt::format("enter({}, {}, {:#x})", word32(it, "submit"),
                                      word32(it, "wait"), word32(it, "flags")));
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
