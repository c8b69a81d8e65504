#include "sim/trace/op.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t handles = 0xffff;
constexpr std::uint32_t entries_most = 65536;   // beyond what is legal, so that refusals are tested
constexpr std::uint32_t size_most = 1U << 20U;  // a page of a trace must not eat the machine
constexpr std::uint32_t bytes_most = 1U << 20U;
constexpr std::uint32_t micros_most = 1'000'000;
constexpr std::uint32_t rounds_most = 10'000'000;

constexpr std::uint32_t bit(modifier which) { return static_cast<std::uint32_t>(which); }

constexpr operand channel{field::subject, spelling::handle, "s", handles};
constexpr operand listener{field::subject, spelling::handle, "l", handles};
constexpr operand request{field::subject, spelling::handle, "r", handles};
constexpr operand own_group{field::subject, spelling::handle, "g", handles};
constexpr operand from_group{field::group, spelling::handle, "g", handles};
constexpr operand from_send_group{field::group, spelling::handle, "w", handles};
constexpr operand bytes{field::count, spelling::number, "bytes", bytes_most};
constexpr operand micros{field::count, spelling::number, "microseconds", micros_most};
constexpr operand len{field::size, spelling::option, "len", size_most};
constexpr operand total{field::limit, spelling::option, "total", 1U << 30U};
constexpr operand poll_first{field::modifiers, spelling::flag, "poll_first",
                             bit(modifier::poll_first)};
constexpr operand bundle{field::modifiers, spelling::flag, "bundle", bit(modifier::bundle)};
constexpr operand async{field::modifiers, spelling::flag, "async", bit(modifier::async)};
constexpr operand fixed{field::modifiers, spelling::flag, "fixed", bit(modifier::fixed)};

constexpr std::array<op_form, op_kind_count> forms{{
    {"open", {{{field::word, spelling::word, "channel kind", channel_kind_count - 1}}}},
    {"group",
     {{{field::count, spelling::pair, "entries", entries_most},
       {field::size, spelling::pair, "size", size_most},
       {field::limit, spelling::option, "min_left", size_most},
       {field::modifiers, spelling::flag, "mapped", bit(modifier::mapped)},
       {field::modifiers, spelling::flag, "incremental", bit(modifier::incremental)}}}},
    {"send_group",
     {{{field::count, spelling::pair, "entries", entries_most},
       {field::size, spelling::pair, "size", size_most},
       {field::modifiers, spelling::flag, "mapped", bit(modifier::mapped)},
       {field::modifiers, spelling::flag, "incremental", bit(modifier::incremental)}}}},
    {"close_group", {{own_group}}},
    {"recv", {{channel, from_group, len, poll_first, bundle, async, fixed}}},
    {"recv_multishot", {{channel, from_group, len, total, poll_first, bundle, async, fixed}}},
    {"recvmsg", {{channel, from_group, len, poll_first, async, fixed}}},
    {"recvmsg_multishot", {{channel, from_group, poll_first, async, fixed}}},
    {"read", {{channel, from_group, len, async, fixed}}},
    {"readv", {{channel, from_group, len, async, fixed}}},
    {"read_multishot", {{channel, from_group, async, fixed}}},
    {"send",
     {{channel, from_send_group, {field::count, spelling::pair, "bytes", bytes_most}, bundle}}},
    {"receive", {{channel, from_group, poll_first, bundle}}},
    {"feed", {{channel, bytes}}},
    {"drain", {{channel}}},
    {"finish", {{channel}}},
    {"reset", {{channel}}},
    {"close", {{channel}}},
    {"nop", {{{field::count, spelling::number, "count", 4096}}}},
    {"timeout", {{micros}}},
    {"cancel", {{request}}},
    {"listen", {}},
    {"connect", {{listener}}},
    {"accept", {{listener}}},
    {"accept_multishot", {{listener}}},
    {"submit", {}},
    {"wait", {{{field::count, spelling::number, "count", 4096}}}},
    {"reap", {{{field::count, spelling::amount, "count", 65536}}}},
    {"give_back",
     {{{field::word, spelling::word, "order", 2},
       {field::count, spelling::amount, "count", 65536},
       {field::modifiers, spelling::flag, "batch", bit(modifier::batch)}}}},
    {"status", {{own_group}}},
    {"pass", {{micros}}},
    {"churn",
     {{channel,
       from_group,
       {field::count, spelling::pair, "rounds", rounds_most},
       {field::size, spelling::pair, "bytes", 65536}}}},
    {"settle", {}},
}};

constexpr std::array<std::string_view, channel_kind_count> channel_words{
    "tcp", "unix_stream", "udp", "unix_datagram", "pipe", "file"};
constexpr std::array<std::string_view, 3> order_words{"fifo", "lifo", "random"};

}  // namespace

const op_form& form_of(op_kind kind) noexcept { return forms[static_cast<std::size_t>(kind)]; }

std::string_view word_of(op_kind kind, unsigned index) noexcept {
    if (kind == op_kind::open && index < channel_words.size()) return channel_words[index];
    if (kind == op_kind::give_back && index < order_words.size()) return order_words[index];
    return {};
}

std::uint32_t value_of(const op& which, const operand& part) noexcept {
    switch (part.where) {
        case field::word:
            return which.word;
        case field::modifiers:
            return which.modifiers & part.most;
        case field::subject:
            return which.subject;
        case field::group:
            return which.group;
        case field::count:
            return which.count;
        case field::size:
            return which.size;
        case field::limit:
            return which.limit;
    }
    return 0;
}

void set_value(op& which, const operand& part, std::uint32_t value) noexcept {
    switch (part.where) {
        case field::word:
            which.word = static_cast<std::uint8_t>(value);
            break;
        case field::modifiers:
            which.modifiers = static_cast<std::uint8_t>(value != 0 ? which.modifiers | part.most
                                                                   : which.modifiers & ~part.most);
            break;
        case field::subject:
            which.subject = static_cast<std::uint16_t>(value);
            break;
        case field::group:
            which.group = static_cast<std::uint16_t>(value);
            break;
        case field::count:
            which.count = value;
            break;
        case field::size:
            which.size = value;
            break;
        case field::limit:
            which.limit = value;
            break;
    }
}

}  // namespace ringproof::sim
