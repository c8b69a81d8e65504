#include "sim/command/engine_output.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>

namespace ringproof::sim::command {

namespace {

/// The number at the beginning; 0 when there is none.
std::uint64_t number_at(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// What stands behind a mark, to the end of its line; empty when the mark is not there.
std::string_view behind(std::string_view text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find('\n'));
}

/// The sanitizer's own summary; empty when it is the engine's, which only repeats that it ended.
std::string_view summary_in(std::string_view report) {
    const std::string_view found = behind(report, "SUMMARY: ");
    return found == "libFuzzer: deadly signal" ? std::string_view() : found;
}

/// Without the folders, which differ from build to build, and a process's id.
std::string without_folders(std::string_view text) {
    std::string made;
    for (const auto word : std::views::split(text, ' ')) {
        std::string_view each(word.begin(), word.end());
        if (each.starts_with('/')) each.remove_prefix(each.rfind('/') + 1);
        if (!made.empty()) made += ' ';
        made += each;
    }
    return made;
}

constexpr std::string_view trace_head = "ringproof-trace ";

}  // namespace

void engine_output::feed(std::string_view piece) {
    rest_ += piece;
    std::size_t from = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', from)) != std::string::npos; from = end + 1) {
        line(std::string_view(rest_).substr(from, end - from));
    }
    rest_.erase(0, from);
}

void engine_output::finish() {
    if (!rest_.empty()) feed("\n");
}

void engine_output::line(std::string_view text) {
    constexpr std::string_view units = "stat::number_of_executed_units:";
    constexpr std::string_view written = "Test unit written to ";
    if (text.size() > 1 && text[0] == '#' && text[1] >= '0' && text[1] <= '9') {
        status_line(text);
        return;
    }
    if (text.starts_with(units)) {
        text.remove_prefix(std::min(text.find_first_not_of(' ', units.size()), text.size()));
        executions_ = std::max(executions_, number_at(text));
        return;
    }
    if (text.contains(written)) artifact_ = behind(text, written);
    text_ += text;
    text_ += '\n';
}

// "#4096  NEW    cov: 812 ft: 2011 corp: 97/3210b lim: 48 exec/s: 2048 rss: 60Mb L: 30/48 ..."
void engine_output::status_line(std::string_view text) {
    started_ = true;
    executions_ = std::max(executions_, number_at(text.substr(1)));
    if (const auto said = behind(text, "cov: "); !said.empty()) coverage_ = number_at(said);
    if (const auto said = behind(text, "corp: "); !said.empty()) inputs_ = number_at(said);
}

std::string complaint_in(std::string_view report) {
    if (const auto summary = summary_in(report); !summary.empty()) return without_folders(summary);
    // The engine's own lines begin at its banner of equal signs.
    const std::size_t end = report.starts_with("==") ? 0 : report.find("\n==");
    const std::string_view said = report.substr(0, end);
    std::string_view last;
    for (const auto part : std::views::split(said, '\n')) {
        const std::string_view each(part.begin(), part.end());
        if (!each.empty() && !each.starts_with("INFO: ")) last = each;  // INFO is the engine's
    }
    return std::string(last);
}

bool tells_of_damage(std::string_view report) { return !summary_in(report).empty(); }

std::string_view trace_in(std::string_view report) {
    std::size_t at = report.find(trace_head);
    if (at == std::string_view::npos) return {};
    report.remove_prefix(at);
    // A target prints an empty line behind it.
    return report.substr(0, report.find("\n\n") + 1);
}

}  // namespace ringproof::sim::command
