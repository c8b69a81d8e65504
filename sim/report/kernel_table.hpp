#pragma once
// Kernels side by side: a row for each behaviour, a column for each kernel, each held against the
// profile that it is nearest to.

#include <span>
#include <string>

#include "sim/report/kernel_report.hpp"

namespace ringproof::sim {

/// Reports of the same behaviours in the same order, as check_again() makes them. Columns are
/// sorted by version, for people; nothing is decided by it.
class kernel_table {
public:
    explicit kernel_table(std::span<const kernel_report> kernels);

    /// A sign for each cell, and below a row whatever is not as expected, by name. Ends in the
    /// summary.
    [[nodiscard]] std::string text() const;

    /// One page that needs nothing else: no script, no other file. What was expected and what was
    /// seen is a cell's title.
    [[nodiscard]] std::string html() const;

    /// "20 kernels, 361 behaviours: ... as expected, ..." and a newline.
    [[nodiscard]] std::string summary() const;

    [[nodiscard]] bool unexplained() const noexcept;

private:
    [[nodiscard]] std::size_t row_count() const noexcept;
    void append_row(std::string& out, std::size_t row) const;
    void append_html_row(std::string& out, std::size_t row) const;

    std::vector<const kernel_report*> columns_;
};

/// "6.1.170": the number of Debian's kernel where the build tells it, else the release.
[[nodiscard]] std::string short_name(const kernel_report& report);

}  // namespace ringproof::sim
