#include "sim/report/kernel_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ringproof::sim {

namespace {

constexpr std::size_t name_width = 44;
constexpr std::string_view signs = ".e!-";  // by conformity

/// What is not as expected, in a few words; equal for kernels with which it is the same.
std::string note_of(const judgement& it) {
    if (it.what == conformity::explained) return it.reason;
    if (it.what != conformity::unexplained) return {};
    return fmt::format("line {}: expected {}, seen {}", it.line, it.expected, it.seen);
}

}  // namespace

std::string short_name(const kernel_report& report) {
    constexpr std::string_view before = "Debian ";
    const std::size_t found = report.build.find(before);
    if (found != std::string::npos) {
        const std::string number = report.build.substr(found + before.size());
        return number.substr(0, number.find_first_not_of("0123456789.~rc"));
    }
    constexpr std::string_view system = "Linux ";
    const bool linux = report.kernel.starts_with(system);
    return linux ? report.kernel.substr(system.size()) : report.kernel;
}

kernel_table::kernel_table(std::span<const kernel_report> kernels) {
    for (const kernel_report& each : kernels) columns_.push_back(&each);
    const auto key = [](const kernel_report* it) {
        std::string name = short_name(*it);
        std::ranges::replace(name, '~', ' ');  // 7.3~rc7 comes before 7.3.4
        return name;
    };
    // Of the same name in the order given: they lie in one array.
    std::ranges::sort(columns_, [&](const kernel_report* one, const kernel_report* other) {
        const int order = ::strverscmp(key(one).c_str(), key(other).c_str());
        return order != 0 ? order < 0 : one < other;
    });
}

std::size_t kernel_table::row_count() const noexcept {
    return columns_.empty() ? 0 : columns_.front()->all.size();
}

bool kernel_table::unexplained() const noexcept {
    return std::ranges::any_of(columns_, &kernel_report::unexplained);
}

std::string kernel_table::summary() const {
    std::array<std::size_t, conformity_count> all{};
    for (const kernel_report* each : columns_) {
        const auto counted = each->counts();
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += counted[i];
    }
    return fmt::format(
        "{} kernels, {} behaviours: {} as expected, {} explained, {} unexplained, {} skipped\n",
        columns_.size(), row_count(), all[0], all[1], all[2], all[3]);
}

void kernel_table::append_row(std::string& out, std::size_t row) const {
    const judgement& first = columns_.front()->all[row];
    out += fmt::format("  {:<{}}", first.of->name, name_width);
    std::vector<std::pair<std::string, std::string>> notes;  // and whose
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const judgement& it = columns_[i]->all[row];
        out += fmt::format("  {}", signs[static_cast<std::size_t>(it.what)]);
        const std::string note = note_of(it);
        if (note.empty()) continue;
        const auto same =
            std::ranges::find(notes, note, &std::pair<std::string, std::string>::first);
        if (same != notes.end()) {
            same->second += fmt::format(", {}", i + 1);
        } else {
            notes.emplace_back(note, std::to_string(i + 1));
        }
    }
    out += fmt::format("  {}\n", first.of->says);
    for (const auto& [note, whose] : notes) out += fmt::format("      {}: {}\n", whose, note);
}

std::string kernel_table::text() const {
    std::string out;
    std::string numbers;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto counted = columns_[i]->counts();
        out += fmt::format("{:>3}  {:<12} like {:<6} {:>4} as expected {:>3} explained "
                           "{:>3} unexplained {:>3} skipped\n",
                           i + 1, short_name(*columns_[i]), columns_[i]->like, counted[0],
                           counted[1], counted[2], counted[3]);
        numbers += fmt::format("{:>3}", i + 1);
    }
    std::string_view group;
    for (std::size_t row = 0; row < row_count(); ++row) {
        const judgement& first = columns_.front()->all[row];
        if (group_of(first) != group) {
            group = group_of(first);
            out += fmt::format("\n{:<{}}{}\n", group, name_width + 2, numbers);
        }
        append_row(out, row);
    }
    out += "\n. as expected, as the nearest profile says   e explained   ! unexplained   "
           "- skipped\n";
    return out + summary();
}

}  // namespace ringproof::sim
