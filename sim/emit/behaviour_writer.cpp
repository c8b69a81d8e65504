#include "sim/emit/behaviour_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/emit/seen_text.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim::emitting {

namespace {

/// "BUG-20, as v6_16..v6_18": who shows it, and why.
std::string cause_of(const other_outcome& it) {
    std::string text = it.cause;
    for (const profile_range& range : it.where) {
        const std::string_view first = profiles()[range.first].name;
        const std::string_view last = profiles()[range.last].name;
        text += text.empty() ? "as " : &range == it.where.data() ? ", as " : ", ";
        text += first == last ? std::string(first) : fmt::format("{}..{}", first, last);
    }
    return text.empty() ? "another version does so" : text;
}

bool needs_no_ring(verb what) {
    constexpr auto those = std::to_array<verb>({verb::ring, verb::memlock, verb::open, verb::listen,
                                                verb::connect, verb::feed, verb::finish,
                                                verb::reset, verb::drain, verb::close, verb::pass});
    return std::ranges::find(those, what) != those.end();
}

}  // namespace

const std::string& behaviour_writer::expected(const statement& it) const {
    static const std::string success = "0";
    return it.expected ? it.expected->under(profile_) : success;
}

bool behaviour_writer::succeeds(const statement& it) const {
    return !expected(it).starts_with('-');
}

/// What may be seen in place of the expected, and why.
std::vector<std::pair<std::string, std::string>> behaviour_writer::known(
    const statement& it) const {
    std::vector<std::pair<std::string, std::string>> all;
    if (!it.expected) return all;
    const auto add = [&](const std::string& text, const std::string& cause) {
        const bool there = std::ranges::any_of(all, [&](auto& each) { return each.first == text; });
        if (text != expected(it) && !there) all.emplace_back(text, cause);
    };
    for (const other_outcome& other : it.expected->others) add(other.text, cause_of(other));
    const other_outcome* own = it.expected->find(expected(it));
    const bool named = own != nullptr && !own->cause.empty();
    add(it.expected->usual,
        named ? fmt::format("as where {} is not seen", own->cause) : "as most versions do");
    return all;
}

/// A call whose result is a number. \param needed  what fails without it is no failure
std::string behaviour_writer::result(const statement& it, const std::string& call, bool needed) {
    if (!it.expected) {
        program_->add(fmt::format("{}({});", needed ? "need" : "must", call));
        return {};
    }
    const auto convert = it.form->what == verb::flags ? queue_flags_in_c : number_in_c;
    const auto right = convert(expected(it));
    if (!right) return fmt::format("expects {}", expected(it));
    const auto others = known(it);
    if (others.empty()) {
        program_->add(fmt::format("expect({}, {});", call, *right));
        return {};
    }
    if (!std::exchange(has_result_, true)) program_->declare("static int ret;");
    program_->add(fmt::format("ret = {};", call));
    for (const auto& [seen, cause] : others) {
        const auto other = convert(seen);
        if (!other) return fmt::format("knows of {}", seen);
        program_->add(fmt::format("if (ret == {})", *other));
        program_->add(fmt::format("\tknown({});", quoted(cause)));
    }
    program_->add(fmt::format("expect(ret, {});", *right));
    return {};
}

/// A call whose result is a text. Looking at it costs nothing, so it may be called repeatedly.
std::string behaviour_writer::text(const statement& it, const std::string& call) {
    if (!it.expected) return {};
    const bool bytes = it.form->what == verb::text && !it.has("hex");
    const auto convert = [bytes](const std::string& seen) -> std::optional<std::string> {
        return bytes ? bytes_in_c(seen) : quoted(seen);
    };
    for (const auto& [seen, cause] : known(it)) {
        const auto other = convert(seen);
        if (!other) return fmt::format("knows of {}", seen);
        program_->add(fmt::format("if (!strcmp({}, {}))", call, *other));
        program_->add(fmt::format("\tknown({});", quoted(cause)));
    }
    const auto right = convert(expected(it));
    if (!right) return fmt::format("expects {}", expected(it));
    program_->add(fmt::format("expect_text({}, {});", call, *right));
    return {};
}

/// Another task gets a function of its own, since what it fails at must come back from there.
std::string behaviour_writer::write(const statement& it) {
    if (!has_ring_ && !needs_no_ring(it.form->what)) set_up(nullptr);
    if (it.by == doer::program) return act(it);
    const bool child = it.by == doer::child;
    const auto kept = groups_;
    const std::string name = fmt::format("line_{}", it.line);
    program_->open_function(name);
    std::string refused = act(it);
    program_->close_function();
    program_->add(fmt::format("{}({});", child ? "in_child" : "in_thread", name));
    if (child) groups_ = kept;
    return refused;
}

std::string behaviour_writer::act(const statement& it) {
    switch (it.form->what) {
        case verb::ring:
            set_up(&it);
            return {};
        case verb::enable:
            return result(it, "ring_register(IORING_REGISTER_ENABLE_RINGS, NULL, 0)");
        case verb::feature:
            if (it.counts[0] > 31) return "asks for a feature that no bit stands for";
            return result(it, fmt::format("ring.features >> {} & 1", it.counts[0]));
        case verb::ring_close:
            return result(it, "result(close(ring.ring_fd))");
        case verb::ring_unmap:
            program_->add("munmap(ring.sq.sqes, ring.sq.ring_entries * 64);");
            return result(it, "result(munmap(ring.sq.ring_ptr, ring.sq.ring_sz))");
        case verb::opcode:
            return result(it,
                          fmt::format("ring_register({}, &(struct buf_reg){{ 0 }}, 1)",
                                      it.counts[0] & 0xffff'ffffU));
        case verb::opcode_on:
            return result(it,
                          fmt::format("result(syscall(SYS_io_uring_register, fd_{}, {}, "
                                      "&(struct buf_reg){{ 0 }}, 1))",
                                      it.words[0], it.counts[0] & 0xffff'ffffU));
        case verb::memlock:
            return result(it, fmt::format("limit_locked_memory({} * 4096UL)", it.counts[0]), true);
        case verb::pass:
            program_->add(fmt::format("usleep({});", it.counts[0]));
            return {};
        case verb::open:
        case verb::listen:
            return open(it);
        case verb::connect:
        case verb::feed:
        case verb::finish:
        case verb::reset:
        case verb::drain:
        case verb::close:
            return on_file(it);
        case verb::request:
            return request(it);
        case verb::submit:
        case verb::enter:
        case verb::run:
        case verb::seen:
        case verb::flags:
        case verb::lost:
            return on_queue(it);
        default:
            return on_group(it);
    }
}

/// The ring that a statement asks for, or without one the usual ring.
void behaviour_writer::set_up(const statement* it) {
    constexpr auto words = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"coop", "IORING_SETUP_COOP_TASKRUN"},
        {"taskrun", "IORING_SETUP_TASKRUN_FLAG"},
        {"defer", "IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER"},
        {"single_issuer", "IORING_SETUP_SINGLE_ISSUER"},
        {"sqpoll", "IORING_SETUP_SQPOLL"},
        {"disabled", "IORING_SETUP_R_DISABLED"},
        {"submit_all", "IORING_SETUP_SUBMIT_ALL"},
    });
    has_ring_ = true;
    if (it == nullptr) {
        program_->add("need(setup_ring(8, 0, 0));");
        return;
    }
    std::string flags;
    for (const auto& [word, name] : words) {
        if (it->has(word)) flags += fmt::format("{}{}", flags.empty() ? "" : " | ", name);
    }
    const std::uint64_t more = it->number("flags") & 0xffff'ffffU;
    if (more != 0) flags += fmt::format("{}{:#x}", flags.empty() ? "" : " | ", more);
    (void)result(*it,
                 fmt::format("setup_ring({}, {}, {})", it->number("entries", 8) & 0xffff'ffffU,
                             it->number("cq") & 0xffff'ffffU, flags.empty() ? "0" : flags),
                 true);
}

}  // namespace ringproof::sim::emitting
