#include "fuzz/trace_mutator.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "sim/choice.hpp"
#include "sim/profile.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/op.hpp"

namespace ringproof::fuzz {

namespace {

using byte_string = std::vector<std::uint8_t>;
using record = std::array<std::uint8_t, sim::record_size>;

constexpr std::size_t counted_records_most = 255;  // where one byte counts them
// Kinds of records that are no operations: sim/trace/bytes.hpp.
constexpr std::uint8_t profile_kind = 61;
constexpr std::uint8_t exact_kind = 62;
constexpr std::uint8_t choices_kind = 63;
constexpr std::uint8_t kind_mask = 63;

/// An input taken apart. Its header is complete, whatever the bytes were.
class input {
public:
    input(const layout& how, std::span<const std::uint8_t> bytes) : how_(how) {
        const parts all = parts_of(how, bytes);
        prefix.assign(all.prefix.begin(), all.prefix.end());
        prefix.resize(how.prefix);
        const std::size_t in_header = std::min(all.trace.size(), sim::header_size);
        header.assign(all.trace.begin(), all.trace.begin() + std::ptrdiff_t(in_header));
        header.resize(sim::header_size);
        auto rest = all.trace.subspan(in_header);
        for (; rest.size() >= sim::record_size; rest = rest.subspan(sim::record_size)) {
            std::copy_n(rest.begin(), sim::record_size, records.emplace_back().begin());
        }
        answers.assign(all.answers.begin(), all.answers.end());
    }

    /// As much of it as fits, records before answers.
    std::size_t store(std::span<std::uint8_t> into) {
        const std::size_t head = prefix.size() + header.size();
        if (into.size() < head) return 0;
        std::size_t most = (into.size() - head) / sim::record_size;
        if (how_.answers_behind) most = std::min(most, counted_records_most);
        if (records.size() > most) records.resize(most);
        if (how_.answers_behind) prefix.back() = static_cast<std::uint8_t>(records.size());
        auto end = std::ranges::copy(prefix, into.begin()).out;
        end = std::ranges::copy(header, end).out;
        for (const record& each : records) end = std::ranges::copy(each, end).out;
        const auto room = static_cast<std::size_t>(into.end() - end);
        end = std::copy_n(answers.begin(), std::min(room, answers.size()), end);
        return static_cast<std::size_t>(end - into.begin());
    }

    byte_string prefix;
    byte_string header;
    std::vector<record> records;
    byte_string answers;

private:
    layout how_;
};

class editor {
public:
    editor(const layout& how, input& edited, unsigned seed)
        : how_(how), it_(edited), random_(seed) {}

    void edit() {
        for (bool more = true; more; more = one_in(2)) edit_once();
    }

    /// Ranges of records of `other` come in, or stand in for some of ours.
    void splice(const input& other) {
        if (one_in(4)) it_.header = other.header;
        if (one_in(4) && !how_.answers_behind) it_.prefix = other.prefix;
        if (how_.answers_behind && one_in(2)) it_.answers = other.answers;
        if (other.records.empty()) return;
        const auto [first, count] = range(other.records.size());
        const auto from = other.records.begin() + std::ptrdiff_t(first);
        const std::size_t at = below(it_.records.size() + 1);
        if (one_in(2)) {  // instead of what is behind, or of as many
            const std::size_t rest = it_.records.size() - at;
            remove(at, one_in(2) ? rest : std::min(rest, count));
        }
        it_.records.insert(place(at), from, from + std::ptrdiff_t(count));
    }

private:
    bool one_in(std::uint32_t n) { return random_.below(n) == 0; }
    std::size_t below(std::size_t bound) {
        return random_.below(static_cast<std::uint32_t>(bound));
    }
    std::uint8_t any_byte() { return static_cast<std::uint8_t>(random_.below(256)); }
    std::vector<record>::iterator place(std::size_t at) {
        return it_.records.begin() + std::ptrdiff_t(at);
    }
    void remove(std::size_t at, std::size_t count) {
        it_.records.erase(place(at), place(at + count));
    }

    struct extent {
        std::size_t first;
        std::size_t count;
    };
    /// Some of `size` things, at least one, mostly few. \pre size > 0
    extent range(std::size_t size) {
        const std::size_t first = below(size);
        const std::size_t most = one_in(3) ? size - first : std::min<std::size_t>(size - first, 4);
        return {first, 1 + below(most)};
    }

    /// What counts and sizes may be: nothing, little, a power of two and its neighbours, anything.
    std::uint8_t amount() {
        switch (random_.below(4)) {
            case 0:
                return 0;
            case 1:
                return static_cast<std::uint8_t>(1 + random_.below(16));
            case 2:
                return static_cast<std::uint8_t>(0x80U | random_.below(0x80));
            default:
                return any_byte();
        }
    }

    record fresh() {
        record made{};
        if (one_in(8)) {  // what is said beside operations
            made[0] = one_in(3) ? exact_kind : choices_kind;
            for (std::size_t i = 1; i < made.size(); ++i)
                made[i] = one_in(2) ? amount() : any_byte();
            return made;
        }
        made[0] = static_cast<std::uint8_t>(random_.below(sim::op_kind_count));
        made[1] = static_cast<std::uint8_t>(random_.below(3) | (random_.below(3) << 4U));
        made[2] = one_in(2) ? 0 : any_byte();
        for (std::size_t i = 3; i < made.size(); ++i) made[i] = amount();
        return made;
    }

    /// Another profile that there is, in place of what names one now.
    void edit_profile() {
        record made{profile_kind};
        const std::string_view name = sim::profiles()[below(sim::profiles().size())].name;
        std::copy_n(name.begin(), std::min(name.size(), made.size() - 1), made.begin() + 1);
        std::erase_if(it_.records,
                      [](const record& each) { return (each[0] & kind_mask) == profile_kind; });
        it_.records.insert(it_.records.begin(), made);
    }

    void edit_once() {
        const std::uint32_t which = random_.below(16);
        if (which == 0) return one_in(2) ? edit_profile() : edit_head();
        if (which < 4 && how_.answers_behind) return edit_answers();
        if (it_.records.empty() || which < 6) {
            it_.records.insert(place(below(it_.records.size() + 1)), fresh());
            return;
        }
        const auto [first, count] = range(it_.records.size());
        if (which < 8) {
            remove(first, count);
        } else if (which < 10) {
            const std::vector<record> copy(place(first), place(first + count));
            const std::size_t at = one_in(2) ? first + count : below(it_.records.size() + 1);
            it_.records.insert(place(at), copy.begin(), copy.end());
        } else if (which == 10) {
            std::swap(it_.records[first], it_.records[below(it_.records.size())]);
        } else if (which == 11) {
            const std::size_t to = below(it_.records.size());
            const auto [low, high] = std::minmax(first, to);
            std::rotate(place(low), place(low + 1), place(high + 1));
        } else {
            edit_operand(it_.records[first]);
        }
    }

    void edit_operand(record& changed) {
        const std::size_t at = below(sim::record_size);
        std::uint8_t& byte = changed[at];
        if (at == 0) {
            byte = fresh()[0];
        } else if (at == 1 || one_in(3)) {  // one bit: a neighbouring handle, one modifier more
            byte ^= static_cast<std::uint8_t>(1U << random_.below(8));
        } else if (one_in(3)) {
            byte = static_cast<std::uint8_t>(one_in(2) ? byte + 1 : byte - 1);
        } else {
            byte = at == 2 ? any_byte() : amount();
        }
    }

    /// The ring's geometry, or what the target has in front.
    void edit_head() {
        const std::size_t own = it_.prefix.size() - (how_.answers_behind ? 1 : 0);
        const std::size_t at = below(own + it_.header.size());
        (at < own ? it_.prefix[at] : it_.header[at - own]) = any_byte();
    }

    void edit_answers() {
        byte_string& all = it_.answers;
        const std::uint32_t which = random_.below(4);
        if (all.empty() || which == 0) {
            byte_string more(1 + below(16));
            for (auto& each : more) each = one_in(2) ? any_byte() : std::uint8_t{0};
            all.insert(all.begin() + std::ptrdiff_t(below(all.size() + 1)), more.begin(),
                       more.end());
            return;
        }
        const auto [first, count] = range(all.size());
        const auto from = all.begin() + std::ptrdiff_t(first);
        if (which == 1) {
            all.erase(from, from + std::ptrdiff_t(count));
        } else if (which == 2) {
            std::fill_n(from, count, std::uint8_t{0});
        } else {
            *from = one_in(2) ? any_byte() : static_cast<std::uint8_t>(random_.below(4));
        }
    }

    const layout& how_;
    input& it_;
    sim::random_bits random_;
};

}  // namespace

parts parts_of(const layout& how, std::span<const std::uint8_t> input) noexcept {
    const std::size_t own = std::min(how.prefix, input.size());
    parts all{.prefix = input.first(own), .trace = input.subspan(own), .answers = {}};
    if (how.answers_behind && own == how.prefix) {
        const std::size_t counted = sim::header_size + all.prefix.back() * sim::record_size;
        const std::size_t size = std::min(counted, all.trace.size());
        all.answers = all.trace.subspan(size);
        all.trace = all.trace.first(size);
    }
    return all;
}

std::size_t mutate(const layout& how, std::span<std::uint8_t> buffer, std::size_t size,
                   unsigned seed) {
    input edited(how, buffer.first(size));
    editor(how, edited, seed).edit();
    return edited.store(buffer);
}

std::size_t cross_over(const layout& how, std::span<const std::uint8_t> one,
                       std::span<const std::uint8_t> other, std::span<std::uint8_t> child,
                       unsigned seed) {
    input made(how, one);
    editor(how, made, seed).splice(input(how, other));
    return made.store(child);
}

}  // namespace ringproof::fuzz
