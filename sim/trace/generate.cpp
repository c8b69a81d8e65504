#include "sim/trace/generate.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/choice.hpp"

namespace ringproof::sim {

namespace {

/// How often a kind should come up when it is not switched off, before its random weight.
constexpr std::uint32_t leaning(op_kind kind) {
    switch (kind) {
        case op_kind::feed:
        case op_kind::reap:
        case op_kind::give_back:
            return 8;
        case op_kind::submit:
        case op_kind::wait:
        case op_kind::recv:
        case op_kind::recv_multishot:
            return 5;
        case op_kind::recvmsg:
        case op_kind::recvmsg_multishot:
        case op_kind::read:
        case op_kind::readv:
        case op_kind::read_multishot:
        case op_kind::receive:
            return 3;
        case op_kind::send:
        case op_kind::drain:
        case op_kind::nop:
        case op_kind::cancel:
        case op_kind::status:
            return 2;
        case op_kind::settle:
        case op_kind::churn:
        case op_kind::close_group:
        case op_kind::close:
        case op_kind::reset:
            return 0;  // a quarter of 1: see weights()
        default:
            return 1;
    }
}

class generator {
public:
    generator(std::uint64_t seed, const generate_options& options)
        : random_(seed), options_(&options) {}

    trace run() {
        result_.profile = options_->profile;
        geometry();
        weigh();
        const std::uint32_t count = between(options_->operations_least, options_->operations_most);
        result_.operations.reserve(count);
        const std::uint32_t openings = 1 + below(3);
        for (std::uint32_t i = 0; i < openings; ++i) add(make(op_kind::open));
        add(make(op_kind::group));
        if (one_in(3)) add(make(op_kind::group));
        if (one_in(5)) short_life(static_cast<std::uint16_t>(openings));
        while (result_.operations.size() < count) add(make(pick()));
        choose_some();
        return std::move(result_);
    }

private:
    std::uint32_t below(std::uint32_t bound) { return random_.below(bound); }
    std::uint32_t between(std::uint32_t least, std::uint32_t most) {
        return least + below(most - least + 1);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    void add(const op& made) { result_.operations.push_back(made); }

    void geometry() {
        result_.ring.sq_entries = 1U << below(5);
        result_.ring.cq_entries = result_.ring.sq_entries << below(4);
        const std::uint32_t mode = below(options_->sqpoll ? 16 : 15);
        result_.ring.mode = mode < 5 ? ring_mode::plain
            : mode < 9               ? ring_mode::coop
            : mode < 15              ? ring_mode::defer
                                     : ring_mode::sqpoll;
    }

    void weigh() {
        for (unsigned kind = 0; kind < op_kind_count; ++kind) {
            const std::uint32_t leans = leaning(static_cast<op_kind>(kind));
            const std::uint32_t weight = 1 + below(100);
            weights_[kind] = one_in(4) ? 0 : leans == 0 ? weight / 4 : weight * leans;
        }
        if (!options_->read_multishot) weight(op_kind::read_multishot) = 0;
        if (!options_->bundles) weight(op_kind::send) = weight(op_kind::send_group) = 0;
        if (!options_->timers) weight(op_kind::timeout) = weight(op_kind::pass) = 0;
        // Without these a trace would only ever do nothing.
        weight(op_kind::feed) = std::max(weight(op_kind::feed), 100U);
        weight(op_kind::reap) = std::max(weight(op_kind::reap), 100U);
        for (const std::uint32_t each : weights_) total_ += each;
    }

    std::uint32_t& weight(op_kind kind) { return weights_[static_cast<std::size_t>(kind)]; }

    op_kind pick() {
        std::uint32_t at = below(total_);
        unsigned kind = 0;
        while (at >= weights_[kind]) at -= weights_[kind++];
        return static_cast<op_kind>(kind);
    }

    /// A number of bytes near what the last group's buffers hold.
    std::uint32_t near_size() {
        switch (below(10)) {
            case 0:
                return 0;
            case 1:
                return 1;
            case 2:
                return size_ - 1;
            case 3:
                return size_;
            case 4:
                return size_ + 1;
            case 5:
                return size_ * 2;
            case 6:
                return size_ * (1 + below(entries_)) + below(3) - 1;
            case 7:
                return size_ * entries_ + below(3) - 1;
            default:
                return below(3 * size_ + 1);
        }
    }

    std::uint32_t near_entries() {
        switch (below(6)) {
            case 0:
                return entries_ - 1;
            case 1:
                return entries_;
            case 2:
                return entries_ + 1;
            default:
                return 1 + below(3);
        }
    }

    /// A stream of its own whose peer writes and ends while a receive waits. One wake-up may bring
    /// both (MSH-12), and TCP counts the end as a byte that is queued. A walk at random, with
    /// receives on everything, comes upon it once in thousands of traces.
    void short_life(std::uint16_t channel) {
        constexpr std::array streams{channel_kind::tcp, channel_kind::unix_stream};
        constexpr std::array waits{op_kind::receive, op_kind::recv, op_kind::recv_multishot};
        add({.kind = op_kind::open, .word = static_cast<std::uint8_t>(streams[below(2)])});
        for (const op_kind each :
             {waits[below(3)], op_kind::submit, op_kind::feed, op_kind::finish}) {
            op made = make(each);
            if (each != op_kind::submit) made.subject = channel;
            add(made);
        }
    }

    op make(op_kind kind) {
        op made{.kind = kind};
        for (const operand& part : form_of(kind).operands) {
            if (part.name.empty()) break;
            if (part.how == spelling::handle) set_value(made, part, below(4));
            if (part.how == spelling::flag && one_in(4)) set_value(made, part, 1);
            if (part.how == spelling::word) set_value(made, part, below(words_of(made, part)));
        }
        amounts(made);
        restrict(made);
        return made;
    }

    /// How many words an operand may be; files come last.
    [[nodiscard]] std::uint32_t words_of(const op& made, const operand& part) const {
        return made.kind == op_kind::open && !options_->workers ? part.most : part.most + 1;
    }

    void amounts(op& made) {
        switch (made.kind) {
            case op_kind::group:
                entries_ = 1U << below(one_in(8) ? 8 : 5);
                size_ = one_in(4) ? 16U << below(8) : 1 + below(96);
                made.count = one_in(40) ? near_entries() : entries_;  // now and then a refusal
                made.size = size_;
                if (made.has(modifier::incremental) && one_in(2)) made.limit = below(size_ + 2);
                break;
            case op_kind::send_group:
                made.count = 1U << below(5);
                made.size = one_in(4) ? 16U << below(6) : 1 + below(96);
                break;
            case op_kind::send:
                made.count = 1 + below(one_in(4) ? 8192 : 200);
                break;
            case op_kind::feed:
                made.count = std::min(near_size(), 16384U);
                break;
            case op_kind::nop:
                made.count = 1 + below(result_.ring.cq_entries + 2);
                break;
            case op_kind::timeout:
            case op_kind::pass:
                made.count = below(200);
                break;
            case op_kind::wait:
                made.count = 1 + below(3);
                break;
            case op_kind::reap:
            case op_kind::give_back:
                made.count = one_in(2) ? all_of_them : near_entries();
                break;
            case op_kind::churn:
                made.count = 1 + below(20);
                made.size = std::min(near_size(), 4096U);
                break;
            default:
                limits(made);
        }
    }

    void limits(op& made) {
        for (const operand& part : form_of(made.kind).operands) {
            if (part.name.empty()) break;
            if (part.where == field::size && one_in(4)) made.size = near_size();
            if (part.where == field::limit && one_in(6)) made.limit = near_size();
        }
    }

    void restrict(op& made) {
        const auto without = [&made](modifier which) {
            made.modifiers =
                static_cast<std::uint8_t>(made.modifiers & ~static_cast<unsigned>(which));
        };
        if (!options_->incremental) without(modifier::incremental);
        if (!options_->mapped) without(modifier::mapped);
        if (!options_->bundles) without(modifier::bundle);
        if (!options_->workers) without(modifier::async);
        const bool incremental = made.has(modifier::incremental);
        if (made.kind == op_kind::group && (!incremental || !options_->min_left)) made.limit = 0;
        if (made.kind == op_kind::recv_multishot && !options_->receive_limits) {
            made.size = made.limit = 0;
        }
    }

    void choose_some() {
        const std::uint32_t count = one_in(3) ? 0 : below(64);
        for (std::uint32_t i = 0; i < count; ++i) {
            result_.choices.push_back(static_cast<std::uint8_t>(one_in(2) ? below(4) : below(256)));
        }
    }

    random_bits random_;
    const generate_options* options_;
    trace result_;
    std::array<std::uint32_t, op_kind_count> weights_{};
    std::uint32_t total_ = 0;
    std::uint32_t entries_ = 4;  // of the last group
    std::uint32_t size_ = 64;
};

}  // namespace

trace generate(std::uint64_t seed, const generate_options& options) {
    return generator(seed, options).run();
}

generate_options options_for(const capabilities& can, const std::string& profile) {
    return {.profile = profile,
            .sqpoll = can.polled,
            .incremental = can.incremental,
            .min_left = can.min_left,
            .mapped = can.mapped_rings,
            .bundles = can.bundles,
            .read_multishot = can.read_multishot,
            .receive_limits = can.recv_multishot_limits};
}

trace wrap_trace(const std::string& profile) {
    constexpr std::uint32_t entries = 8;
    constexpr std::uint32_t size = 32;
    trace made;
    made.profile = profile;
    made.ring = {.sq_entries = 4, .cq_entries = 16, .mode = ring_mode::defer};
    made.operations = {
        {.kind = op_kind::open, .word = static_cast<std::uint8_t>(channel_kind::unix_stream)},
        {.kind = op_kind::group, .count = entries, .size = size},
        {.kind = op_kind::churn, .count = 66'000, .size = size / 2},
        {.kind = op_kind::status},
        {.kind = op_kind::feed, .count = (entries + 4) * size},
        {.kind = op_kind::wait, .count = 1},
        {.kind = op_kind::reap, .count = all_of_them},
        {.kind = op_kind::recv},
        {.kind = op_kind::wait, .count = 1},
        {.kind = op_kind::settle}};
    return made;
}

std::uint64_t seed_of(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const bool hex = text.starts_with("0x");
    const char* begin = text.data() + (hex ? 2 : 0);
    const char* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(begin, end, value, hex ? 16 : 10);
    if (stop == end && code == std::errc{}) return value;
    value = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return value;
}

std::uint64_t case_seed(std::uint64_t run_seed, std::uint64_t n) noexcept {
    random_bits mixed(run_seed ^ (n * 0x9fb21c651e98df25U));
    return mixed.next();
}

}  // namespace ringproof::sim
