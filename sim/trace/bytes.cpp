#include "sim/trace/bytes.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace ringproof::sim {

namespace {

constexpr std::uint8_t kind_mask = 63;
constexpr unsigned log_sq_most = 5;

/// The largest value an operand gets here: the form's, or what keeps one execution in microseconds.
std::uint32_t most_of(op_kind kind, const operand& part) {
    std::uint32_t most = part.most;
    if (kind == op_kind::churn) most = std::min(most, part.where == field::count ? 24U : 2048U);
    if (kind == op_kind::group) most = std::min(most, part.where == field::count ? 128U : 1024U);
    if (kind == op_kind::feed) most = std::min(most, 8192U);
    if (kind == op_kind::nop) most = std::min(most, 64U);
    return most;
}

std::uint32_t amount(std::uint8_t code) {
    if (code < 128) return code;
    const std::uint32_t power = 1U << (code & 15U);
    const std::uint32_t shift = (code >> 4U) & 7U;  // 0 .. 7: three below it to four above it
    return power + shift < 3 ? 0 : power + shift - 3;
}

/// The value that `code` means for this operand.
std::uint32_t amount(std::uint8_t code, op_kind kind, const operand& part) {
    if (part.how == spelling::amount && code == 0) return all_of_them;
    return std::min(amount(code), most_of(kind, part));
}

/// The code whose value is nearest.
std::uint8_t code_of(std::uint32_t value, op_kind kind, const operand& part) {
    unsigned best = 0;
    std::uint32_t best_error = ~0U;
    for (unsigned code = 0; code < 256; ++code) {
        const std::uint32_t got = amount(static_cast<std::uint8_t>(code), kind, part);
        const std::uint32_t error = got > value ? got - value : value - got;
        if (error >= best_error) continue;
        best = code;
        best_error = error;
    }
    return static_cast<std::uint8_t>(best);
}

/// Where in the record an operand's byte is.
std::size_t place_of(field where) {
    switch (where) {
        case field::count:
            return 3;
        case field::size:
            return 4;
        case field::limit:
            return 5;
        default:
            return 2;
    }
}

op operation_of(std::span<const std::uint8_t, record_size> record, op_kind kind) {
    op decoded{.kind = kind};
    for (const operand& part : form_of(kind).operands) {
        if (part.name.empty()) break;
        const std::uint8_t code = record[place_of(part.where)];
        switch (part.where) {
            case field::subject:
                decoded.subject = record[1] & 15U;
                break;
            case field::group:
                decoded.group = record[1] >> 4U;
                break;
            case field::word:
                decoded.word = static_cast<std::uint8_t>((code & 15U) % (part.most + 1));
                break;
            case field::modifiers:
                set_value(decoded, part, code & part.most);
                break;
            default:
                set_value(decoded, part, amount(code, kind, part));
        }
    }
    return decoded;
}

std::array<std::uint8_t, record_size> record_of(const op& wanted) {
    std::array<std::uint8_t, record_size> record{static_cast<std::uint8_t>(wanted.kind)};
    record[1] = static_cast<std::uint8_t>((wanted.subject & 15U) | ((wanted.group & 15U) << 4U));
    for (const operand& part : form_of(wanted.kind).operands) {
        if (part.name.empty()) break;
        std::uint8_t& code = record[place_of(part.where)];
        const std::uint32_t value = value_of(wanted, part);
        if (part.where == field::word || part.where == field::modifiers) {
            code = static_cast<std::uint8_t>(code | value);
        } else if (part.where != field::subject && part.where != field::group) {
            code = code_of(value, wanted.kind, part);
        }
    }
    return record;
}

unsigned log2_of(std::uint32_t value) { return static_cast<unsigned>(std::bit_width(value)) - 1; }

}  // namespace

trace decode(std::span<const std::uint8_t> bytes) {
    trace decoded;
    if (bytes.size() < 2) return decoded;
    const std::uint8_t ring = bytes[1];
    decoded.ring.mode = static_cast<ring_mode>(ring & 3U);
    const unsigned log_sq = std::min((ring >> 2U) & 7U, log_sq_most);
    decoded.ring.sq_entries = 1U << log_sq;
    decoded.ring.cq_entries = decoded.ring.sq_entries << ((ring >> 5U) & 3U);
    bytes = bytes.subspan(2);
    const std::size_t records = std::min(bytes.size() / record_size, record_count_max);
    decoded.operations.reserve(records);
    for (std::size_t i = 0; i < records; ++i) {
        const auto record = bytes.subspan(i * record_size).first<record_size>();
        const std::uint8_t kind = record[0] & kind_mask;
        if (kind < op_kind_count) {
            decoded.operations.push_back(operation_of(record, static_cast<op_kind>(kind)));
        } else {
            decoded.choices.insert(decoded.choices.end(), record.begin() + 1, record.end());
        }
    }
    return decoded;
}

std::vector<std::uint8_t> encode(const trace& wanted) {
    const std::uint32_t sq = std::clamp(wanted.ring.sq_entries, 1U, 1U << log_sq_most);
    const unsigned log_sq = log2_of(sq);
    const unsigned log_cq = log2_of(std::max(wanted.ring.cq_entries, sq));
    const unsigned factor = std::min(log_cq - log_sq, 3U);
    std::vector<std::uint8_t> bytes{
        1,
        static_cast<std::uint8_t>(static_cast<unsigned>(wanted.ring.mode) | (log_sq << 2U) |
                                  (factor << 5U))};
    for (std::size_t at = 0; at < wanted.choices.size(); at += record_size - 1) {
        bytes.push_back(kind_mask);
        for (std::size_t i = at; i < at + record_size - 1; ++i) {
            bytes.push_back(i < wanted.choices.size() ? wanted.choices[i] : std::uint8_t{0});
        }
    }
    for (const op& each : wanted.operations) {
        const auto record = record_of(each);
        bytes.insert(bytes.end(), record.begin(), record.end());
    }
    return bytes;
}

}  // namespace ringproof::sim
