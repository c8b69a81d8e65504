#include "sim/emit/seen_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include <ringproof/abi_constants.hpp>

#include "sim/behaviour/describe.hpp"
#include "sim/emit/program.hpp"
#include "sim/emit/sqe_text.hpp"

namespace ringproof::sim::emitting {

namespace {

struct seen_completion {
    std::uint64_t user = 0;
    std::int32_t res = 0;
    std::uint32_t flags = 0;

    friend auto operator<=>(const seen_completion&, const seen_completion&) = default;
};

/// Takes a number from the front of a text; 0x is for hexadecimal ones.
template <class Number>
bool take_number(std::string_view& text, Number& into) {
    const bool hex = text.starts_with("0x");
    if (hex) text.remove_prefix(2);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), into, hex ? 16 : 10);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

/// The errno of that name; 0 for none.
int errno_named(std::string_view name) {
    for (int error = 1; error < 4096; ++error) {
        const char* known = ::strerrorname_np(error);
        if (known != nullptr && name == known) return error;
    }
    return 0;
}

bool take_result(std::string_view& text, std::int32_t& into) {
    if (!text.starts_with("-E")) return take_number(text, into);
    const std::string_view name = text.substr(1, text.find_first_of(" }") - 1);
    into = -errno_named(name);
    text.remove_prefix(name.size() + 1);
    return into != 0;
}

bool take_mark(std::string_view& text, std::uint32_t& flags) {
    constexpr auto marks = std::to_array<std::pair<std::string_view, std::uint32_t>>({
        {"+M", abi::ioring_cqe_f_more},
        {"NE", abi::ioring_cqe_f_sock_nonempty},
        {"BM", abi::ioring_cqe_f_buf_more},
    });
    for (const auto& [word, bit] : marks) {
        if (!take(text, word)) continue;
        flags |= bit;
        return true;
    }
    if (take(text, "B")) {
        std::uint16_t id = 0;
        if (!take_number(text, id)) return false;
        flags |= abi::ioring_cqe_f_buffer;
        flags |= std::uint32_t{id} << abi::ioring_cqe_buffer_shift;
        return true;
    }
    std::uint32_t others = 0;
    if (!take(text, "+") || !take_number(text, others)) return false;
    flags |= others;
    return true;
}

std::optional<seen_completion> take_completion(std::string_view& text) {
    seen_completion made;
    if (!take_number(text, made.user) || !take(text, "{") || !take_result(text, made.res)) {
        return std::nullopt;
    }
    while (take(text, " ")) {
        if (!take_mark(text, made.flags)) return std::nullopt;
    }
    if (!take(text, "}")) return std::nullopt;
    return made;
}

}  // namespace

std::string result_in_c(std::int64_t value) {
    const bool extreme = value < std::numeric_limits<std::int32_t>::min() + std::int64_t{1};
    return extreme ? "INT32_MIN" : describe_result(value);
}

std::string unsigned_in_c(std::uint64_t value) {
    const bool wide = value > std::numeric_limits<std::int64_t>::max();
    return fmt::format("{}{}", value, wide ? "U" : "");
}

std::optional<std::string> number_in_c(std::string_view text) {
    if (text == "yes") return "1";
    if (text == "no") return "0";
    std::int32_t value = 0;
    if (!take_result(text, value) || !text.empty()) return std::nullopt;
    return result_in_c(value);
}

std::optional<std::string> queue_flags_in_c(std::string_view text) {
    constexpr auto known = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"wakeup", "IORING_SQ_NEED_WAKEUP"},
        {"overflow", "IORING_SQ_CQ_OVERFLOW"},
        {"taskrun", "IORING_SQ_TASKRUN"},
    });
    if (text == "none") return "0";
    std::string made;
    for (const auto& [word, name] : known) {
        if (!take(text, word)) continue;
        made += made.empty() ? "" : " | ";
        made += name;
        take(text, " ");
    }
    if (!text.empty() || made.empty()) return std::nullopt;
    return made;
}

std::optional<std::string> bytes_in_c(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
    return quoted(text.substr(1, text.size() - 2));
}

std::optional<std::vector<std::string>> completions_in_c(std::string_view text, bool sorted) {
    std::vector<std::string> made;
    if (text == "nothing") return made;
    std::vector<seen_completion> all;
    do {
        const auto next = take_completion(text);
        if (!next) return std::nullopt;
        all.push_back(*next);
    } while (take(text, " "));
    if (!text.empty()) return std::nullopt;
    if (sorted) std::ranges::sort(all);
    for (const seen_completion& each : all) {
        made.push_back(fmt::format("{{ {}, {}, {} }}", unsigned_in_c(each.user),
                                   result_in_c(each.res), completion_flags_in_c(each.flags)));
    }
    return made;
}

std::string completion_flags_in_c(std::uint32_t flags) {
    constexpr auto known = std::to_array<bit_name>({
        {abi::ioring_cqe_f_more, "IORING_CQE_F_MORE"},
        {abi::ioring_cqe_f_sock_nonempty, "IORING_CQE_F_SOCK_NONEMPTY"},
        {abi::ioring_cqe_f_buf_more, "IORING_CQE_F_BUF_MORE"},
    });
    if ((flags & abi::ioring_cqe_f_buffer) == 0) return bits_in_c(flags, known);
    const std::uint32_t id = flags >> abi::ioring_cqe_buffer_shift;
    flags &= (1U << abi::ioring_cqe_buffer_shift) - 1 - abi::ioring_cqe_f_buffer;
    const std::string others = flags == 0 ? "" : " | " + bits_in_c(flags, known);
    return fmt::format("BUFFER({}){}", id, others);
}

}  // namespace ringproof::sim::emitting
