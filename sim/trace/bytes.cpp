#include "sim/trace/bytes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/profile_name.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint8_t kind_mask = 63;
constexpr unsigned high_bits = 6;  // of a kind, from here on
constexpr std::uint8_t exact_kind = 62;
constexpr std::uint8_t profile_kind = 61;
constexpr std::uint8_t choice_kind = 63;
static_assert(op_kind_count <= profile_kind);

constexpr unsigned log_sq_most = 5;
constexpr std::uint8_t place_mask = 15;
constexpr std::uint8_t place_of_sq = 7;  // behind the members of field
constexpr std::uint8_t place_of_cq = 8;
static_assert(static_cast<std::uint8_t>(field::limit) + 1 == place_of_sq);

using record = std::array<std::uint8_t, record_size>;
using record_view = std::span<const std::uint8_t, record_size>;

std::uint32_t amount(std::uint8_t code) {
    if (code < 128) return code;
    const std::uint32_t power = 1U << (code & 15U);
    const std::uint32_t shift = (code >> 4U) & 7U;  // 0 .. 7: three below it to four above it
    return power + shift < 3 ? 0 : power + shift - 3;
}

/// The value, or what is nearest to it among those that the operand can have.
std::uint32_t fitted(std::uint32_t value, const operand& part) {
    if (part.how == spelling::amount && value == all_of_them) return value;
    return std::min(value, part.most);
}

/// The value that `code` means for this operand.
std::uint32_t amount(std::uint8_t code, const operand& part) {
    if (part.how == spelling::amount && code == 0) return all_of_them;
    return fitted(amount(code), part);
}

/// The code whose value is nearest.
std::uint8_t code_of(std::uint32_t value, const operand& part) {
    unsigned best = 0;
    std::uint32_t best_error = ~0U;
    for (unsigned code = 0; code < 256; ++code) {
        const std::uint32_t got = amount(static_cast<std::uint8_t>(code), part);
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

op operation_of(record_view from, op_kind kind) {
    op decoded{.kind = kind};
    for (const operand& part : form_of(kind).operands) {
        if (part.name.empty()) break;
        const std::uint8_t code = from[place_of(part.where)];
        switch (part.where) {
            case field::subject:
                decoded.subject = from[1] & 15U;
                break;
            case field::group:
                decoded.group = from[1] >> 4U;
                break;
            case field::word:
                decoded.word = static_cast<std::uint8_t>((code & 15U) % (part.most + 1));
                break;
            case field::modifiers:
                set_value(decoded, part, code & part.most);
                break;
            default:
                set_value(decoded, part, amount(code, part));
        }
    }
    return decoded;
}

/// The record whose operation is nearest.
record record_of(const op& wanted) {
    record made{static_cast<std::uint8_t>(wanted.kind)};
    made[1] = static_cast<std::uint8_t>((wanted.subject & 15U) | ((wanted.group & 15U) << 4U));
    for (const operand& part : form_of(wanted.kind).operands) {
        if (part.name.empty()) break;
        std::uint8_t& code = made[place_of(part.where)];
        const std::uint32_t value = value_of(wanted, part);
        if (part.where == field::word || part.where == field::modifiers) {
            code = static_cast<std::uint8_t>(code | value);
        } else if (part.where != field::subject && part.where != field::group) {
            code = code_of(value, part);
        }
    }
    return made;
}

record exact(std::uint8_t place, std::uint32_t value) {
    record made{exact_kind, place};
    for (std::size_t i = 2; i < record_size; ++i, value >>= 8U) {
        made[i] = static_cast<std::uint8_t>(value);
    }
    return made;
}

std::uint32_t exact_value(record_view from) {
    std::uint32_t value = 0;
    for (std::size_t i = record_size; i-- > 2;) value = value << 8U | from[i];
    return value;
}

ring_geometry geometry_of(std::uint8_t code) {
    ring_geometry decoded{.mode = static_cast<ring_mode>(code & 3U)};
    decoded.sq_entries = 1U << std::min((code >> 2U) & 7U, log_sq_most);
    decoded.cq_entries = decoded.sq_entries << ((code >> 5U) & 3U);
    return decoded;
}

/// The code whose geometry is nearest.
std::uint8_t code_of(const ring_geometry& wanted) {
    const auto log2_of = [](std::uint32_t value) {
        return static_cast<unsigned>(std::bit_width(value)) - 1;
    };
    const unsigned log_sq = std::min(log2_of(std::max(wanted.sq_entries, 1U)), log_sq_most);
    const unsigned log_cq = log2_of(std::max(wanted.cq_entries, 1U));
    const unsigned factor = log_cq < log_sq ? 0 : std::min(log_cq - log_sq, 3U);
    return static_cast<std::uint8_t>(static_cast<unsigned>(wanted.mode) | log_sq << 2U |
                                     factor << 5U);
}

/// Reads the records in their order.
class decoder {
public:
    explicit decoder(std::uint8_t ring) { decoded_.ring = geometry_of(ring); }

    void take(record_view from) {
        const std::uint8_t kind = from[0] & kind_mask;
        if (kind < op_kind_count) return operation(from, static_cast<op_kind>(kind));
        if (kind == exact_kind) return exactly(from[1] & place_mask, exact_value(from));
        if (kind == profile_kind) return name(from);
        const unsigned said = from[0] >> high_bits;
        const auto taken = from.subspan<1>().first(said == 0 ? record_size - 1 : said);
        decoded_.choices.insert(decoded_.choices.end(), taken.begin(), taken.end());
    }

    trace result() && {
        // As much of it as is a name: the beginning of one is often one, too.
        while (!name_.empty() && !parse_profile_name(name_)) name_.pop_back();
        if (!name_.empty()) decoded_.profile = std::move(name_);
        return std::move(decoded_);
    }

private:
    void operation(record_view from, op_kind kind) {
        op made = operation_of(from, kind);
        for (const operand& part : form_of(kind).operands) {
            if (part.name.empty()) break;
            const auto& exactly = exact_[static_cast<std::size_t>(part.where)];
            if (exactly && !part_is_bits(part)) set_value(made, part, fitted(*exactly, part));
        }
        decoded_.operations.push_back(made);
        exact_ = {};
    }

    void exactly(std::uint8_t place, std::uint32_t value) {
        if (place < exact_.size()) exact_[place] = value;
        if (place == place_of_sq) decoded_.ring.sq_entries = std::clamp(value, 1U, sq_entries_most);
        if (place == place_of_cq) decoded_.ring.cq_entries = std::clamp(value, 1U, cq_entries_most);
    }

    /// Words and modifiers are never more than their record can say.
    static bool part_is_bits(const operand& part) {
        return part.where == field::word || part.where == field::modifiers;
    }

    void name(record_view from) {
        for (const std::uint8_t byte : from.subspan<1>()) {
            if (byte != 0 && name_.size() < profile_name_most) name_ += static_cast<char>(byte);
        }
    }

    trace decoded_;
    std::string name_;
    std::array<std::optional<std::uint32_t>, place_of_sq> exact_;  // for the next operation
};

/// Writes records one behind the other.
class encoder {
public:
    explicit encoder(const ring_geometry& ring) : bytes_{version, code_of(ring)} {
        const ring_geometry near = geometry_of(bytes_.back());
        if (near.sq_entries != ring.sq_entries) add(exact(place_of_sq, ring.sq_entries));
        if (near.cq_entries != ring.cq_entries) add(exact(place_of_cq, ring.cq_entries));
    }

    void profile(std::string_view name) {
        for (std::string_view part; !name.empty(); name.remove_prefix(part.size())) {
            part = name.substr(0, record_size - 1);
            record made{profile_kind};
            std::ranges::copy(part, made.begin() + 1);
            add(made);
        }
    }

    void choices(std::span<const std::uint8_t> rest) {
        while (!rest.empty()) {
            // Four are three and one.
            const std::size_t count = rest.size() >= 5 ? 5 : std::min<std::size_t>(rest.size(), 3);
            const std::size_t said = count == 5 ? 0 : count;
            record made{static_cast<std::uint8_t>(choice_kind | said << high_bits)};
            std::ranges::copy(rest.first(count), made.begin() + 1);
            add(made);
            rest = rest.subspan(count);
        }
    }

    void operation(const op& wanted) {
        const record near = record_of(wanted);
        const op meant = operation_of(near, wanted.kind);
        for (const operand& part : form_of(wanted.kind).operands) {
            if (part.name.empty()) break;
            const std::uint32_t value = value_of(wanted, part);
            if (value_of(meant, part) == value) continue;
            add(exact(static_cast<std::uint8_t>(part.where), value));
        }
        add(near);
    }

    std::vector<std::uint8_t> result() && { return std::move(bytes_); }

private:
    static constexpr std::uint8_t version = 1;

    void add(const record& made) { bytes_.insert(bytes_.end(), made.begin(), made.end()); }

    std::vector<std::uint8_t> bytes_;
};

}  // namespace

trace decode(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < header_size) return {};
    decoder taking(bytes[1]);
    for (bytes = bytes.subspan(header_size); bytes.size() >= record_size;
         bytes = bytes.subspan(record_size)) {
        taking.take(bytes.first<record_size>());
    }
    return std::move(taking).result();
}

std::vector<std::uint8_t> encode(const trace& wanted) {
    encoder made(wanted.ring);
    made.profile(wanted.profile);
    made.choices(wanted.choices);
    for (const op& each : wanted.operations) made.operation(each);
    return std::move(made).result();
}

}  // namespace ringproof::sim
